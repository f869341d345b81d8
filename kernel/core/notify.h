/* Notifications: 64 bits per task that are set at once and never block the one who sets them. */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include "sched.h"
#include "types.h"

#define BLOCKED 2 /* not a status: the result of a call is in its registers, or will be */

/* What a task waits for of pending bits. */
/*@ logic integer awaited_of{L}(integer t, u64 bits) =
      tasks[t].wait >= WAIT_RECV || tasks[t].wait == WAIT_RECV_UNTIL ? bits :
      tasks[t].wait == WAIT_BITS ? (bits & tasks[t].mask) : 0; */

/* Bits leave whoever waits in a call as it is. */
/*@ predicate caller_kept{L, M}(integer t) = calls(\at(tasks[t].wait, L)) || calls(\at(tasks[t].wait, M)) ==>
      \at(tasks[t].wait, M) == \at(tasks[t].wait, L) &&
      \forall integer r; 0 <= r < 32 ==> \at(tasks[t].context.x[r], L) == \at(tasks[t].context.x[r], M); */

/* Sets bits of a task and wakes it if it waits for one of them: now, or soon (sched_finish_soon()). */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7],
      tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures busy: caller_kept{Pre, Post}(task); */
void notify_set(u32 task, u64 bits);
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].wait, tasks[task].ending,
      deadlines[DEADLINE_LEAVES + task], deadline_stale_count, sched_moved;
    SCHED_INV_KEPT(NONE) */
void notify_set_soon(u32 task, u64 bits);

/* The same as the last thing that an entry into the kernel does: a task that is woken may run at once. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7],
      tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE) */
void notify_set_last(u32 task, u64 bits);

/* The task gets the pending bits that it waits for, if there are any. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7],
      tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures bits: \old(awaited_of(task, tasks[task].bits)) != 0 ==> links[task].queue == READY_QUEUE &&
      tasks[task].context.x[REG_A0] == NEURON_NOTIFIED &&
      tasks[task].context.x[REG_A0 + 1] == \old(awaited_of(task, tasks[task].bits)); */
void notify_deliver(u32 task);

/* The task, which waits for nothing, gets `bits` of its pending ones in its registers. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7];
    SCHED_INV_KEPT(task)
    ensures status: tasks[task].context.x[REG_A0] == NEURON_NOTIFIED;
    ensures bits: tasks[task].context.x[REG_A0 + 1] == bits;
    ensures clear: \forall integer r; REG_A0 + 1 < r <= REG_A7 ==> tasks[task].context.x[r] == 0;
    ensures taken: tasks[task].bits == (\old(tasks[task].bits) & (u64)~bits); */
void notify_take(u32 task, u64 bits);

/* Tells init that a task became ready; or, as the last thing that an entry does, that one faulted or exited. */
/*@ requires inv: sched_inv(NONE);
    assigns tasks[init_task].bits, tasks[init_task].attention, tasks[init_task].context.x[REG_A0 .. REG_A7],
      tasks[init_task].wait, tasks[init_task].ending, deadlines[DEADLINE_LEAVES + init_task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures busy: caller_kept{Pre, Post}(init_task); */
void notify_ready(void);
/*@ requires inv: sched_inv(NONE);
    assigns tasks[init_task].bits, tasks[init_task].attention, tasks[init_task].context.x[REG_A0 .. REG_A7],
      tasks[init_task].wait, tasks[init_task].ending, deadlines[DEADLINE_LEAVES + init_task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE) */
void notify_death(void);

/* The task that a PORT of the current task leads to. */
/*@ logic integer slot_server{L}(integer slot) = slots[tasks[current].first_slot + slot].object; */

/* The system calls of the current task; a status or BLOCKED. */
/*@ requires inv: sched_inv(NONE) && tasks_inv && slots_inv && current < task_count;
    assigns tasks[slot_server(slot)].bits, tasks[slot_server(slot)].attention,
      tasks[slot_server(slot)].context.x[REG_A0 .. REG_A7],
      tasks[slot_server(slot)].wait, tasks[slot_server(slot)].ending,
      deadlines[DEADLINE_LEAVES + slot_server(slot)],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures allowed: \result == NEURON_OK ==> slot < \old(tasks[current].slots) &&
      slots[\old(tasks[current].first_slot) + slot].kind == NEURON_CAP_PORT &&
      (slots[\old(tasks[current].first_slot) + slot].rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY &&
      (bits & slots[\old(tasks[current].first_slot) + slot].bits) == bits;
    ensures refused: \result != NEURON_OK ==>
      \forall integer t; tasks[t].bits == \old(tasks[t].bits) && tasks[t].wait == \old(tasks[t].wait); */
int notify_send(u64 slot, u64 bits);
/*@ requires inv: sched_inv(NONE) && current < task_count;
    assigns tasks[current].bits, tasks[current].attention, tasks[current].mask,
      tasks[current].context.x[REG_A0 .. REG_A7], tasks[current].wait, tasks[current].ran,
      deadlines[DEADLINE_LEAVES + current], deadline_stale[0 .. DEADLINE_STALE_MAX - 1],
      deadline_stale_count, sched_moved, current;
    SCHED_INV_KEPT(NONE)
    ensures status: \result == NEURON_TIMEOUT || \result == BLOCKED;
    ensures stays: \result == NEURON_TIMEOUT ==> current == \old(current);
    ensures bits: \old(tasks[current].bits & mask) != 0 ==> current == \old(current) &&
      tasks[current].context.x[REG_A0] == NEURON_NOTIFIED &&
      tasks[current].context.x[REG_A0 + 1] == \old(tasks[current].bits & mask); */
int notify_wait(u64 mask, u64 deadline);

#endif
