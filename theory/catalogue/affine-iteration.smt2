; Affine maps, iterated until a linear test holds: Skolem's and the Positivity problem are open.
; memory: unbounded rationals
(set-info :sheffer "(set affine-iteration (regime recurrent) (registers any Real))")
(define-fun affine ((x Real) (y Real) (w Real) (v Real) (b Real)) Real (+ (* w x) (* v y) b))
(set-info :sheffer "(component affine (inputs x y) (outputs affine) (parameters (w Real -1 1) (v Real -1 1) (b Real -1 1)))")
(define-fun is-negative ((x Real)) Bool (< x 0.0))
