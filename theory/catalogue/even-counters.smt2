; Every component preserves evenness, and still nothing is missing: the count n is held as 2n.
; memory: three unbounded integers
(set-info :sheffer "(set even-counters (regime while) (registers (a b c) Int))")
(define-fun add2 ((x Int)) Int (+ x 2))
(define-fun subtract2 ((x Int)) Int (- x 2))
(define-fun is-zero ((x Int)) Bool (= x 0))
