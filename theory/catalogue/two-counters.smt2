; Two counters suffice once the input is coded, for instance as 2^n (Minsky 1961).
; memory: two unbounded integers
(set-info :sheffer "(set two-counters (regime while) (registers (a b) Int) (source ""Minsky 1961""))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
(define-fun is-zero ((x Int)) Bool (= x 0))
