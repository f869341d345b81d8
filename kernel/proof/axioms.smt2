; Discharges axioms.h over 64-bit vectors, one query for each axiom, under its name: every answer must be unsat.
(set-logic QF_BV)
(push) (echo "within_joined") (declare-const a (_ BitVec 64))(declare-const b (_ BitVec 64))(declare-const c (_ BitVec 64))
(assert (= (bvand a b) a)) (assert (not (= (bvand a (bvor b c)) a))) (check-sat) (pop)
(push) (echo "joined_holds") (declare-const a (_ BitVec 64))(declare-const b (_ BitVec 64))(declare-const c (_ BitVec 64))
(assert (not (= (bvand b (bvor a b)) b))) (check-sat) (pop)
(push) (echo "part_apart") (declare-const a (_ BitVec 64))(declare-const b (_ BitVec 64))(declare-const c (_ BitVec 64))
(assert (= (bvand a b) a)) (assert (= (bvand c b) #x0000000000000000)) (assert (not (= (bvand a c) #x0000000000000000))) (check-sat) (pop)
