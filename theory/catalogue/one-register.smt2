; Times and divided by 2 and 3: two counters a, b live in the one integer 2^a 3^b (Minsky 1967).
; memory: one unbounded integer
(set-info :sheffer "(set one-register (regime while) (registers (q) Int) (source ""Minsky 1967""))")
(define-fun double ((q Int)) Int (* 2 q))
(define-fun triple ((q Int)) Int (* 3 q))
(define-fun halve ((q Int)) Int (div q 2))
(define-fun halve.guard ((q Int)) Bool (= (mod q 2) 0))
(set-info :sheffer "(component halve (inputs q) (outputs halve) (guard halve.guard))")
(define-fun third ((q Int)) Int (div q 3))
(define-fun third.guard ((q Int)) Bool (= (mod q 3) 0))
(set-info :sheffer "(component third (inputs q) (outputs third) (guard third.guard))")
(define-fun is-even ((q Int)) Bool (= (mod q 2) 0))
(define-fun divides3 ((q Int)) Bool (= (mod q 3) 0))
