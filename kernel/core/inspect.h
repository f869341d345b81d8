/* What the holder of a TASK capability may see of a task: its state, its last fault, its live slots and
 * its live page-table entries. */
#ifndef CORE_INSPECT_H
#define CORE_INSPECT_H

#include "vspace.h"

/* The system call task_inspect: puts the answer in the caller's registers. A status. */
/*@ requires tasks: tasks_inv && current < task_count;
    requires slots: slots_inv;
    requires spaces: page_tables_inv;
    assigns tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5];
    ensures tasks: tasks_inv;
    ensures holds: \result == NEURON_OK ==> slot < tasks[current].slots &&
      slots[tasks[current].first_slot + slot].kind == NEURON_CAP_TASK;
    ensures other: \result == NEURON_OK ==> task < task_count && task != current; */
int inspect_task(u64 slot, u64 task, u64 what, u64 index);

#endif
