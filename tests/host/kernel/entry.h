/* How the current task enters the core and comes back: what arch/riscv64/entry.S does, with plain variables. */
#ifndef TEST_ENTRY_H
#define TEST_ENTRY_H

#include "types.h"

/* The current task makes a system call with these inputs, by the general path. */
void entry_general(u64 number, const u64 in[7]);

/* The same by a fast path, if the call has one that takes it, else by the general one. Returns 1 if a fast path did it.
 * `declined`, if not NULL, is called when there is one that does not: it must have changed nothing. */
int entry_call(u64 number, const u64 in[7], void (*declined)(void));

#endif
