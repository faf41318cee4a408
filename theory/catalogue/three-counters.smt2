; Three counters compute every computable function of plain numbers (Minsky 1961).
; memory: three unbounded integers
(set-info :sheffer "(set three-counters (regime while) (registers (a b c) Int) (source ""Minsky 1961""))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
(define-fun is-zero ((x Int)) Bool (= x 0))
