/*
 * Facts about bits that the provers of the kernel core are given, since they do not find them themselves. Each is
 * proved by a solver over bit vectors: the query of the same name in axioms.smt2.
 */
#ifndef PROOF_AXIOMS_H
#define PROOF_AXIOMS_H

#include "../core/types.h"

/*@
  axiomatic bits {
    axiom shift_divides: \forall u64 x; x >> 1 == x / 2 && x >> 2 == x / 4 && x >> 4 == x / 16 &&
      x >> 8 == x / 256 && x >> 16 == x / 65536 && x >> 32 == x / 4294967296;
    axiom shift_twice: \forall u64 x, integer a, b; 0 <= a < 64 && 0 <= b < 64 && a + b < 64 ==>
      (x >> a) >> b == x >> (a + b);
    axiom bits_above_highest: \forall u64 x, integer a, b; 0 <= a < b < 64 && (x >> a) == 1 ==>
      ((x >> b) & 1) == 0;
  }
*/

/*@ // Sets of bits: a set keeps what is in it when others are added; what is added is in it; and what has nothing in
    // common with a set has nothing in common with a part of it.
  axiomatic bit_sets {
    axiom set_keeps: \forall u64 a, b, c; (a & b) == a ==> (a & (b | c)) == a;
    axiom set_holds_added: \forall u64 a, b; (a & (b | a)) == a;
    axiom set_part_apart: \forall u64 a, b, c; (a & b) == a && (c & b) == 0 ==> (a & c) == 0;
  }
*/

#endif
