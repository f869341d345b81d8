/* The entries into the core, told to the oracle with the state after each. */
#ifndef LOCKSTEP_ENTER_H
#define LOCKSTEP_ENTER_H

#include "lockstep.h"

#define NO_DEADLINE 7u

extern u64 made; /* calls */

/* In which argument a call takes its deadline. */
u32 deadline_argument(u64 number);

/* The current task makes a call with these inputs. */
void call(u64 number, const u64 *in);

/* The timer interrupts, and ends the waits that are due. */
void timer(void);

/* Says how often a fast path did a call alone. Whether each did. */
int enter_report(void);

#endif
