/* Facts about sets of tasks, for loops over their members: functions that are nothing but their contracts. */
#ifndef CORE_SETS_H
#define CORE_SETS_H

#include "waits.h"

/* A set from a member on, as a loop over its members halves it. */
/*@ predicate halved(integer bits, integer t, integer rest) = t < 64 ? rest == (bits >> t) : rest == 0;
    predicate none_from_on(integer bits, integer t) = \forall integer i; t <= i < 64 ==> !in_set(bits, i);
    predicate rest_of(integer bits, integer t, integer rest) =
      halved(bits, t, rest) && (rest == 0 ==> none_from_on(bits, t)); */

/*@ ghost
    /@ assigns \nothing;
       ensures rest: rest_of(bits, 0, bits);
    @/
    void first_bit(u64 bits);
    /@ requires rest: t < 64 && rest_of(bits, t, rest);
       assigns \nothing;
       ensures next: rest_of(bits, (u32)(t + 1), (u64)(rest / 2));
    @/
    void next_bit(u64 bits, u32 t, u64 rest);
*/

#endif
