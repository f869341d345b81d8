/* Arguments of system calls, by the names that syscalls.def gives them: a new call needs nothing here,
 * unless it has an argument of a new meaning. */
#ifndef FUZZ_ARGUMENTS_H
#define FUZZ_ARGUMENTS_H

#include "input.h"

/* One more than the highest number of a call. */
u32 calls_in_all(void);

const char *call_name(u32 number);

/* Reads the names; once. */
void arguments_prepare(void);

/* Whether its first argument is a slot of the caller. */
int call_takes_slot(u64 number);

/* The slot of the current task that a pick means. */
u64 argument_slot(u8 pick);

/* What the current task passes to this call. */
void arguments_of(u64 number, const struct record *record, u64 in[7]);

#endif
