/* What contracts say of sets of bits. The facts about them that need a proof over bit vectors are in ../proof/axioms.h. */
#ifndef CORE_BITS_H
#define CORE_BITS_H

#include "types.h"

/*@ // The levels up to one of them, as a set; which is smaller than any that holds a higher one.
    logic integer levels_to(integer level) = 18446744073709551615 >> (63 - level);

    // Sets of bits.
    predicate bits_within(integer a, integer b) = (a & b) == a;
    predicate bits_apart(integer a, integer b) = (a & b) == 0;
    logic integer bits_joined(integer a, integer b) = a | b;

    // The number of a task's next call; it names the same task.
    predicate next_number(integer x, integer y) = y == (u64)(x + 64); */

#endif
