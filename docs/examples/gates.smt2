; An ordinary SMT-LIB file: every definition in it is a component.
(define-fun nand ((a Bool) (b Bool)) Bool (not (and a b)))
(define-fun xor2 ((a Bool) (b Bool)) Bool (xor a b))
