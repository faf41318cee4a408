; Two stacks are the two halves of a tape; each is a bit string with a leading 1, in one integer.
; memory: two unbounded integers
(set-info :sheffer "(set two-stacks (regime while) (registers (l r) Int) (starts stacks) (source ""Minsky 1961""))")
(define-fun stacks ((l Int) (r Int)) Bool (and (>= l 1) (>= r 1)))
(define-fun push0 ((q Int)) Int (* 2 q))
(define-fun push1 ((q Int)) Int (+ (* 2 q) 1))
(define-fun pop ((q Int)) Int (div q 2))
(define-fun pop.guard ((q Int)) Bool (> q 1))
(set-info :sheffer "(component pop (inputs q) (outputs pop) (guard pop.guard))")
(define-fun top ((q Int)) Bool (= (mod q 2) 1))
(define-fun is-empty ((q Int)) Bool (= q 1))
