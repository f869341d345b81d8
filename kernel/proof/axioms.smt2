; Discharges axioms.h over 64-bit vectors, one query for each axiom, under its name: every answer must be unsat.
(set-logic QF_BV)
(declare-const x (_ BitVec 64)) (declare-const a (_ BitVec 64)) (declare-const b (_ BitVec 64))

(push) (echo "shift_divides")
(assert (not (and (= (bvlshr x (_ bv1 64)) (bvudiv x (_ bv2 64))) (= (bvlshr x (_ bv2 64)) (bvudiv x (_ bv4 64)))
  (= (bvlshr x (_ bv4 64)) (bvudiv x (_ bv16 64))) (= (bvlshr x (_ bv8 64)) (bvudiv x (_ bv256 64)))
  (= (bvlshr x (_ bv16 64)) (bvudiv x (_ bv65536 64))) (= (bvlshr x (_ bv32 64)) (bvudiv x (_ bv4294967296 64))))))
(check-sat) (pop)

(push) (echo "shift_twice")
(assert (bvult a #x0000000000000040)) (assert (bvult b #x0000000000000040)) (assert (bvult (bvadd a b) #x0000000000000040))
(assert (not (= (bvlshr (bvlshr x a) b) (bvlshr x (bvadd a b)))))
(check-sat) (pop)

(push) (echo "bits_above_highest")
(assert (bvult a b)) (assert (bvult b #x0000000000000040)) (assert (= (bvlshr x a) #x0000000000000001))
(assert (not (= (bvand (bvlshr x b) #x0000000000000001) #x0000000000000000)))
(check-sat) (pop)

(push) (echo "bit_cleared")
(assert (bvult a #x0000000000000040)) (assert (bvult b #x0000000000000040))
(define-fun y () (_ BitVec 64) (bvand x (bvnot (bvshl #x0000000000000001 a))))
(assert (not (= (= (bvand (bvlshr y b) #x0000000000000001) #x0000000000000001)
  (and (not (= a b)) (= (bvand (bvlshr x b) #x0000000000000001) #x0000000000000001)))))
(check-sat) (pop)
