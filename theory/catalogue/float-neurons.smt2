; Neurons on 16-bit floats, as their bit patterns: ReLU, negation, doubling and halving by the
; exponent (saturating), and the larger of two. A float is a finite domain.
; memory: none; each program has finitely many configurations
(set-info :sheffer "(set float-neurons (regime recurrent) (registers any (_ BitVec 16)))")
(define-fun relu ((x (_ BitVec 16))) (_ BitVec 16) (ite (= ((_ extract 15 15) x) #b1) #x0000 x))
(define-fun negate ((x (_ BitVec 16))) (_ BitVec 16) (bvxor x #x8000))
(define-fun double ((x (_ BitVec 16))) (_ BitVec 16)
  (ite (bvuge (bvand x #x7c00) #x7800) (bvor (bvand x #x8000) #x7bff) (bvadd x #x0400)))
(define-fun halve ((x (_ BitVec 16))) (_ BitVec 16)
  (ite (bvule (bvand x #x7c00) #x0400) (bvand x #x8000) (bvsub x #x0400)))
(define-fun ordered ((x (_ BitVec 16))) (_ BitVec 16)
  (ite (= ((_ extract 15 15) x) #b1) (bvnot x) (bvor x #x8000)))
(define-fun larger ((x (_ BitVec 16)) (y (_ BitVec 16))) (_ BitVec 16)
  (ite (bvuge (ordered x) (ordered y)) x y))
