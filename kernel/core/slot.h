/* Looking up the capabilities of the current task. */
#ifndef CORE_SLOT_H
#define CORE_SLOT_H

#include "state.h"

/* Finds the capability in `slot` of the current task. OK and its row in slots[], or why not:
 * BAD_SLOT, EMPTY_SLOT, WRONG_KIND, NO_RIGHT (rights 0: none is needed). */
int slot_find(u64 slot, u32 kind, u32 right, u32 *row);

/* Finds the task that the holder of a TASK capability in `slot` names; not itself. A status. */
int slot_find_task(u64 slot, u64 task);

/* Answers cap_query in the current task's registers. */
int slot_query(u64 slot);

#endif
