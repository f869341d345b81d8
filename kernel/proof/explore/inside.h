/* The static variables of the core that the explorer must know. */
#ifndef EXPLORE_INSIDE_H
#define EXPLORE_INSIDE_H

#include "types.h"

u64 *inside_quantum_end(void);
u64 *inside_armed(void);

/* What deadline.c remembers of paths that are up to date again is nothing. */
void inside_forget_paths(void);

#endif
