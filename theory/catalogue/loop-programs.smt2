; LOOP programs compute exactly the primitive recursive functions, and always stop.
; memory: unbounded integers, but every repetition is counted on entry
(set-info :sheffer "(set loop-programs (regime loop) (registers any Int) (source ""Meyer & Ritchie 1967""))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun reset ((x Int)) Int 0)
(define-fun copy ((x Int) (y Int)) Int y)
