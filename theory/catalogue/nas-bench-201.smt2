; The operations of NAS-Bench-201 as the feed-forward cells they are: every network stops.
; memory: none is used: a sequence is applied once
(set-info :sheffer "(set nas-bench-201 (regime straight-line) (registers any Int) (cells 2 (offsets (-1 -1) (-1 0) (-1 1) (0 -1) (0 0) (0 1) (1 -1) (1 0) (1 1))) (quiescent 0) (source ""Dong & Yang 2020""))")
(define-fun relu ((x Int)) Int (ite (> x 0) x 0))
(define-fun conv3x3 ((n0 Int) (n1 Int) (n2 Int) (n3 Int) (n4 Int) (n5 Int) (n6 Int) (n7 Int) (n8 Int) (wn Int) (wc Int) (b Int)) Int
  (relu (+ (* wn (+ n0 n1 n2 n3 n5 n6 n7 n8)) (* wc n4) b)))
(set-info :sheffer "(component conv3x3 (inputs n0 n1 n2 n3 n4 n5 n6 n7 n8) (outputs conv3x3) (parameters (wn Int -2 2 2) (wc Int -1 1) (b Int -7 7)) (placements (0 1 2 3 4 5 6 7 8)))")
(define-fun conv1x1 ((x Int) (y Int) (w Int) (v Int) (b Int)) Int (relu (+ (* w x) (* v y) b)))
(set-info :sheffer "(component conv1x1 (inputs x y) (outputs conv1x1) (parameters (w Int -1 1) (v Int -1 1) (b Int -1 1)))")
(define-fun avgpool3x3 ((n0 Int) (n1 Int) (n2 Int) (n3 Int) (n4 Int) (n5 Int) (n6 Int) (n7 Int) (n8 Int)) Int (div (+ n0 n1 n2 n3 n4 n5 n6 n7 n8) 9))
(set-info :sheffer "(component avgpool3x3 (inputs n0 n1 n2 n3 n4 n5 n6 n7 n8) (outputs avgpool3x3) (placements (0 1 2 3 4 5 6 7 8)))")
(define-fun none ((x Int)) Int 0)
(define-fun skip ((x Int)) Int x)
(define-fun sum ((x Int) (y Int)) Int (+ x y))
