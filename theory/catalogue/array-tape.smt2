; A tape in an array, with a head: a Turing machine's own operations.
; memory: an unbounded array
(set-info :sheffer "(set array-tape (regime while) (registers (tape) (Array Int Int)) (registers (head) Int) (source ""Turing 1936""))")
(define-fun write0 ((tape (Array Int Int)) (head Int)) (Array Int Int) (store tape head 0))
(define-fun write1 ((tape (Array Int Int)) (head Int)) (Array Int Int) (store tape head 1))
(define-fun left ((head Int)) Int (- head 1))
(define-fun right ((head Int)) Int (+ head 1))
(define-fun reads1 ((tape (Array Int Int)) (head Int)) Bool (= (select tape head) 1))
