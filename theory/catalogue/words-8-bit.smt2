; A processor with finitely many registers of eight bits and no memory has finitely many states.
; memory: none; each program has finitely many configurations
(set-info :sheffer "(set words-8-bit (regime while) (registers any (_ BitVec 8)))")
(define-fun add ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8) (bvadd x y))
(define-fun complement ((x (_ BitVec 8))) (_ BitVec 8) (bvnot x))
(define-fun shift ((x (_ BitVec 8))) (_ BitVec 8) (bvshl x #x01))
(define-fun is-zero ((x (_ BitVec 8))) Bool (= x #x00))
