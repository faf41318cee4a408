; One instruction: subtract, and branch if the result is not positive. With registers that hold
; 0, 1 and -1 it counts up and down and tests for zero (Mavaddat & Parhami 1988).
; memory: unbounded integers
(set-info :sheffer "(set subleq (regime while) (registers any Int) (source ""Mavaddat & Parhami 1988""))")
(define-fun difference ((x Int) (y Int)) Int (- x y))
(define-fun not-positive ((x Int) (y Int)) Bool (<= (- x y) 0))
(set-info :sheffer "(branch subleq (inputs x y) (outputs difference not-positive))")
