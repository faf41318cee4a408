; ReLU neurons and affine pieces over exact rationals, one sequence repeated: s(x) is
; relu(x) - relu(x - 1), so ReLU does what saturated neurons do.
; memory: two unbounded rationals, as bit strings in base 4
(set-info :sheffer "(set relu-affine (regime recurrent) (registers any Real) (source ""after Siegelmann & Sontag 1995""))")
(define-fun relu ((x Real)) Real (ite (> x 0.0) x 0.0))
(define-fun mix ((x Real) (y Real) (v Real) (b Real)) Real (relu (+ x (* v y) b)))
(set-info :sheffer "(component mix (inputs x y) (outputs mix) (parameters (v Real -2 1) (b Real -1 1)))")
(define-fun stretch ((x Real) (b Real)) Real (relu (+ (* 4.0 x) b)))
(set-info :sheffer "(component stretch (inputs x) (outputs stretch) (parameters (b Real -3 0)))")
(define-fun complement ((x Real)) Real (- 1.0 x))
(define-fun shrink ((x Real) (b Real)) Real (+ (* 0.25 x) b))
(set-info :sheffer "(component shrink (inputs x) (outputs shrink) (parameters (b Real 0.25 0.75 0.5)))")
