/*
 * Facts about bits that the provers of the kernel core are given, since they do not find them themselves. Each is
 * proved by a solver over bit vectors: the query of the same name in axioms.smt2.
 */
#ifndef PROOF_AXIOMS_H
#define PROOF_AXIOMS_H

#include "../core/types.h"

/*@ // Sets of bits.
    predicate bits_within(integer a, integer b) = (a & b) == a;
    predicate bits_apart(integer a, integer b) = (a & b) == 0;
    logic integer bits_joined(integer a, integer b) = a | b;

    axiomatic bit_sets {
      axiom within_joined: \forall u64 a, b, c; bits_within(a, b) ==> bits_within(a, bits_joined(b, c));
      axiom joined_holds: \forall u64 a, b; bits_within(b, bits_joined(a, b));
      axiom part_apart: \forall u64 a, b, c; bits_within(a, b) && bits_apart(c, b) ==> bits_apart(a, c);
    }
*/

#endif
