; One counter with a zero test is a pushdown automaton of one symbol; its halting is decidable.
; memory: one unbounded integer
(set-info :sheffer "(set one-counter (regime while) (registers (c) Int) (source ""Buechi 1964""))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
(define-fun is-zero ((x Int)) Bool (= x 0))
