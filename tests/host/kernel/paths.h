/* The current task enters the kernel as the entry code lets it: through a fast path where there is one. Then the general
 * path does the same from the same state, and all that the core knows afterwards must be equal. */
#ifndef TEST_PATHS_H
#define TEST_PATHS_H

#include "types.h"

/* The current task makes a system call with what is in its registers. */
void paths_enter(u64 number);

#endif
