; Increment and decrement a cell of eight bits, move, and test the cell: a tape of two symbols is
; kept in the cells, one symbol each (Boehm 1964).
; memory: an unbounded array
(set-info :sheffer "(set brainfuck-tape (regime while) (registers (tape) (Array Int (_ BitVec 8))) (registers (pointer) Int) (source ""Boehm 1964""))")
(define-fun plus ((tape (Array Int (_ BitVec 8))) (pointer Int)) (Array Int (_ BitVec 8))
  (store tape pointer (bvadd (select tape pointer) #x01)))
(define-fun minus ((tape (Array Int (_ BitVec 8))) (pointer Int)) (Array Int (_ BitVec 8))
  (store tape pointer (bvsub (select tape pointer) #x01)))
(define-fun right ((pointer Int)) Int (+ pointer 1))
(define-fun left ((pointer Int)) Int (- pointer 1))
(define-fun is-zero ((tape (Array Int (_ BitVec 8))) (pointer Int)) Bool (= (select tape pointer) #x00))
