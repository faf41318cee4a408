; A convolution of width 3 with ReLU, repeated over a line of cells, makes Rule 110: with
; t = a + 2b + 2c the new cell is relu(1 - relu(2 - t) - relu(t - 4)). Starts are eventually periodic.
; memory: the cells of an infinite line
(set-info :sheffer "(set convolution-3 (regime recurrent) (registers any Int) (cells 1 (offsets -1 0 1)) (source ""Cook 2004""))")
(define-fun relu ((x Int)) Int (ite (> x 0) x 0))
(define-fun conv ((l Int) (c Int) (r Int) (wl Int) (wc Int) (wr Int) (b Int)) Int
  (relu (+ (* wl l) (* wc c) (* wr r) b)))
(set-info :sheffer "(component conv (inputs l c r) (outputs conv) (parameters (wl Int -1 1) (wc Int -2 2 2) (wr Int -2 2 2) (b Int -4 2)) (placements (0 1 2)))")
(define-fun mix ((x Int) (y Int) (w Int) (v Int) (b Int)) Int (relu (+ (* w x) (* v y) b)))
(set-info :sheffer "(component mix (inputs x y) (outputs mix) (parameters (w Int -1 1) (v Int -1 1) (b Int -1 1)))")
