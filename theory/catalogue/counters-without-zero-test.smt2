; A decrement that blocks at 0 cannot be asked whether it would: a vector addition system.
; memory: three unbounded integers, never read
(set-info :sheffer "(set counters-without-zero-test (regime while) (registers (a b c) Int) (registers (flag) Bool) (source ""Karp & Miller 1969""))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
(define-fun flip ((f Bool)) Bool (not f))
(define-fun is-set ((f Bool)) Bool f)
(set-info :sheffer "(test is-set (inputs f))")
