/*
 * Facts about bits that the provers of the kernel core are given, since they do not find them themselves. Each is
 * proved by a solver over bit vectors: the query of the same name in axioms.smt2. Only files that need them include
 * this: each fact is one more that the provers try on all they see.
 */
#ifndef PROOF_AXIOMS_H
#define PROOF_AXIOMS_H

#include "../core/bits.h"

/*@
  axiomatic bits {
    axiom shift_divides: \forall u64 x; x >> 1 == x / 2 && x >> 2 == x / 4 && x >> 4 == x / 16 &&
      x >> 8 == x / 256 && x >> 16 == x / 65536 && x >> 32 == x / 4294967296;
    axiom shift_twice: \forall u64 x, integer a, b; 0 <= a < 64 && 0 <= b < 64 && a + b < 64 ==>
      (x >> a) >> b == x >> (a + b);
    axiom bits_above_highest: \forall u64 x, integer a, b; 0 <= a < b < 64 && (x >> a) == 1 ==>
      ((x >> b) & 1) == 0;
    axiom next_token: \forall u64 x, y; next_number(x, y) ==> y % 64 == x % 64;
  }

  axiomatic levels {
    axiom none_above: \forall u64 x, integer a, b; 0 <= a < b < 64 && x <= levels_to(a) ==> ((x >> b) & 1) == 0;
    axiom none_from: \forall u64 x, integer a, b; 0 <= a <= b < 64 && x <= levels_to(a) / 2 ==> ((x >> b) & 1) == 0;
    axiom highest_within: \forall u64 x, integer a, b; 0 <= a <= b < 64 && (x >> a) == 1 ==> x <= levels_to(b);
  }

  axiomatic bit_sets {
    axiom within_joined: \forall u64 a, b, c; bits_within(a, b) ==> bits_within(a, bits_joined(b, c));
    axiom joined_holds: \forall u64 a, b; bits_within(b, bits_joined(a, b));
    axiom part_apart: \forall u64 a, b, c; bits_within(a, b) && bits_apart(c, b) ==> bits_apart(a, c);
  }
*/

#endif
