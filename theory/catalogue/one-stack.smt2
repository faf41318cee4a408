; One stack with push, pop, top and emptiness is a pushdown automaton; its halting is decidable.
; memory: one unbounded integer
(set-info :sheffer "(set one-stack (regime while) (registers (q) Int) (source ""Buechi 1964""))")
(define-fun push0 ((q Int)) Int (* 2 q))
(define-fun push1 ((q Int)) Int (+ (* 2 q) 1))
(define-fun pop ((q Int)) Int (div q 2))
(define-fun pop.guard ((q Int)) Bool (> q 1))
(set-info :sheffer "(component pop (inputs q) (outputs pop) (guard pop.guard))")
(define-fun top ((q Int)) Bool (= (mod q 2) 1))
(define-fun is-empty ((q Int)) Bool (= q 1))
