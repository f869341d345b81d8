/* Relies on a ghost function that nobody proves. */
#include "arch.h"

/*@ ghost
    /@ assigns \nothing;
       ensures fact: \false;
    @/
    void spirit(void);
*/

/*@ assigns \nothing;
    ensures five: \result == 5; */
int ghostly(void)
{
    //@ ghost spirit();
    return 4;
}
