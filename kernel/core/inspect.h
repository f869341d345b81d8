/* What the holder of a TASK capability may see of a task: its state, its last fault, its live slots and
 * its live page-table entries. */
#ifndef CORE_INSPECT_H
#define CORE_INSPECT_H

#include "types.h"

/* The system call task_inspect: puts the answer in the caller's registers. A status. */
int inspect_task(u64 slot, u64 task, u64 what, u64 index);

#endif
