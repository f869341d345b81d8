/*
 * The life of a task: CREATED or dead -> reset page by page -> RUNNING -> FAULTED or STOPPED -> ...
 * or GIVEN_UP, which is for ever. The task_* system calls act for the holder of a TASK capability.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "sched.h"
#include "state.h"

/* A task stops running: everybody who waits for it gets PEER_DIED, its servers and init are told. If it
 * is init, the kernel says why and ends the machine. */
void life_fault(u32 task, u64 cause, u64 address);
void life_exit(u32 task, u64 code);

/* A reset has come to a page of an extent, or to those behind the last one. */
/*@ predicate reset_ok{L}(integer t) = tasks[t].reset_memory == NONE ||
      (tasks[t].reset_memory < memory_count && tasks[t].reset_page < memories[tasks[t].reset_memory].pages);
    predicate page_word(integer p, integer i) = 0 <= p < 2 * NEURON_TASKS_MAX && 0 <= i < NEURON_PAGE / 8;
    predicate an_extent(integer m) = 0 <= m < NEURON_MEMORIES_MAX;
    predicate resets_inv{L} = \forall integer t; 0 <= t < task_count ==> reset_ok{L}(t); */

/* A task that does not run needs all its pages restored before it may start. */
/*@ requires counts: task < task_count <= NEURON_TASKS_MAX && memory_count <= NEURON_MEMORIES_MAX;
    requires memories: memories_inv;
    assigns tasks[task].reset_memory, tasks[task].reset_page, tasks[task].reset_left;
    ensures reset: reset_ok(task);
    ensures others: \forall integer t; 0 <= t < task_count && reset_ok{Pre}(t) ==> reset_ok(t);
    ensures all: tasks[task].reset_left == tasks[task].own_pages; */
void life_begin_reset(u32 task);

/* Restores the next page of a task that does not run. */
/*@ requires counts: task < task_count <= NEURON_TASKS_MAX && memory_count <= NEURON_MEMORIES_MAX;
    requires memories: memories_inv;
    requires reset: reset_ok(task);
    assigns tasks[task].reset_memory, tasks[task].reset_page, tasks[task].reset_left, tasks[task].own_pages,
      {memories[m].kept | integer m; an_extent(m)}, {message_pages[p][i] | integer p, i; page_word(p, i) && p / 2 == task};
    ensures memories: memories_inv;
    ensures reset: reset_ok(task);
    ensures others: \forall integer t; 0 <= t < task_count && reset_ok{Pre}(t) ==> reset_ok(t);
    ensures only: \forall integer m; 0 <= m < NEURON_MEMORIES_MAX && m != \old(tasks[task].reset_memory) ==>
      memories[m].kept == \old(memories[m].kept);
    ensures one: tasks[task].reset_left == (\old(tasks[task].reset_left) == 0 ? 0 : \old(tasks[task].reset_left) - 1); */
void life_reset_page(u32 task);

/*@ predicate at_rest{L}(integer t) = tasks[t].state == NEURON_TASK_CREATED ||
      tasks[t].state == NEURON_TASK_STOPPED || tasks[t].state == NEURON_TASK_FAULTED; */

/* Callers of an earlier life know of its end. */
/*@ predicate unmourned{L}(integer s) = \forall integer t; 0 <= t < task_count && calls(tasks[t].wait) &&
      callee_of(tasks[t].wait) == s ==> tasks[t].ending == NEURON_TIMEOUT; */

/* A fully reset task becomes ready to run from its entry point. */
/*@ requires tasks: tasks_inv && slots_inv && task < task_count;
    requires inv: sched_inv(NONE);
    requires rest: at_rest(task) && tasks[task].reset_left == 0 && unmourned(task);
    assigns tasks[task].context.x[0 .. 31], tasks[task].context.pc, tasks[task].context.whole,
      tasks[task].exit_code, tasks[task].ran, tasks[task].state, tasks[task].wait, tasks[task].ending,
      {slots[i].generation | integer i; slot_of(task, i)},
      deadlines[DEADLINE_LEAVES + task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count,
      sched_moved, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures slots: slots_inv;
    ensures ports: ports_inv{Pre} ==> ports_inv;
    ensures ready: running(task) && links[task].queue == READY_QUEUE;
    ensures entry: tasks[task].context.pc == tasks[task].entry;
    ensures new: \forall integer s; slot_of(task, s) ==> slots[s].generation == NEVER; */
void life_start(u32 task);

/* System calls; a status. */
int life_task_start(u64 slot, u64 task);
int life_task_stop(u64 slot, u64 task, u64 give_up);
int life_task_reset_step(u64 slot, u64 task);

#endif
