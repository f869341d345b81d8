/* What holds between any two entries into the kernel. */
#ifndef TEST_INVARIANT_H
#define TEST_INVARIANT_H

#include "types.h"

/* The kernel was booted from this table, which stays as it is. */
void invariant_begin(const u64 *words);

/* Fails the test if the state of the kernel is not one that it may be in. */
void invariant_check(void);

#endif
