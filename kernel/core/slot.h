/* Looking up the capabilities of the current task. */
#ifndef CORE_SLOT_H
#define CORE_SLOT_H

#include "state.h"

/* Finds the capability in `slot` of the current task. OK and its row in slots[], or why not:
 * BAD_SLOT, EMPTY_SLOT, WRONG_KIND, NO_RIGHT (rights 0: none is needed). */
/*@ requires tasks: tasks_inv && current < task_count;
    requires kind: kind != NEURON_CAP_NONE;
    requires row: \valid(row);
    assigns *row;
    ensures status: \result == NEURON_OK || \result == NEURON_BAD_SLOT ||
      \result == NEURON_EMPTY_SLOT || \result == NEURON_WRONG_KIND || \result == NEURON_NO_RIGHT;
    ensures own: \result == NEURON_OK ==>
      slot < tasks[current].slots && *row == tasks[current].first_slot + slot;
    ensures holds: \result == NEURON_OK ==> slots[*row].kind == kind &&
      slots[*row].kind != NEURON_CAP_NONE && (slots[*row].rights & right) == right;
    ensures refused: \result != NEURON_OK ==> *row == \old(*row); */
int slot_find(u64 slot, u32 kind, u32 right, u32 *row);

/* Finds the task that the holder of a TASK capability in `slot` names; not itself. A status. */
/*@ requires tasks: tasks_inv && current < task_count;
    assigns \nothing;
    ensures holds: \result == NEURON_OK ==> slot < tasks[current].slots &&
      slots[tasks[current].first_slot + slot].kind == NEURON_CAP_TASK;
    ensures other: \result == NEURON_OK ==> task < task_count && task != current; */
int slot_find_task(u64 slot, u64 task);

/* Answers cap_query in the current task's registers. */
/*@ requires tasks: tasks_inv && current < task_count;
    requires slots: slots_inv;
    assigns tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 6];
    ensures inv: tasks_inv && slots_inv;
    ensures own: \result == NEURON_OK ==> slot < \old(tasks[current].slots);
    ensures kind: \result == NEURON_OK ==> tasks[current].context.x[REG_A0 + 1] ==
      slots[\old(tasks[current].first_slot) + slot].kind;
    ensures rights: \result == NEURON_OK ==> tasks[current].context.x[REG_A0 + 2] ==
      slots[\old(tasks[current].first_slot) + slot].rights;
    ensures refused: \result != NEURON_OK ==>
      \forall integer i; 0 <= i < 32 ==>
        tasks[current].context.x[i] == \old(tasks[current].context.x[i]); */
int slot_query(u64 slot);

#endif
