; A 3x3 convolution with ReLU, repeated over a plane of cells, makes the Game of Life: with
; t = 2 neighbours + centre a cell is alive iff 5 <= t <= 7.
; memory: the cells of an infinite plane
(set-info :sheffer "(set convolution-3x3 (regime recurrent) (registers any Int) (cells 2 (offsets (-1 -1) (-1 0) (-1 1) (0 -1) (0 0) (0 1) (1 -1) (1 0) (1 1))) (quiescent 0) (source ""Rendell 2011""))")
(define-fun relu ((x Int)) Int (ite (> x 0) x 0))
(define-fun conv3x3 ((n0 Int) (n1 Int) (n2 Int) (n3 Int) (n4 Int) (n5 Int) (n6 Int) (n7 Int) (n8 Int) (wn Int) (wc Int) (b Int)) Int
  (relu (+ (* wn (+ n0 n1 n2 n3 n5 n6 n7 n8)) (* wc n4) b)))
(set-info :sheffer "(component conv3x3 (inputs n0 n1 n2 n3 n4 n5 n6 n7 n8) (outputs conv3x3) (parameters (wn Int -2 2 2) (wc Int -1 1) (b Int -7 7)) (placements (0 1 2 3 4 5 6 7 8)))")
(define-fun conv1x1 ((x Int) (y Int) (w Int) (v Int) (b Int)) Int (relu (+ (* w x) (* v y) b)))
(set-info :sheffer "(component conv1x1 (inputs x y) (outputs conv1x1) (parameters (w Int -1 1) (v Int -1 1) (b Int -1 1)))")
