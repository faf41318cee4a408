; Conjunction and disjunction: what they build never falls when an input rises.
(define-fun both ((a Bool) (b Bool)) Bool (and a b))
(define-fun either ((a Bool) (b Bool)) Bool (or a b))
