/*
 * The life of a task: CREATED or dead -> reset page by page -> RUNNING -> FAULTED or STOPPED -> ...
 * or GIVEN_UP, which is for ever. The task_* system calls act for the holder of a TASK capability.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "console.h"
#include "device.h"
#include "port.h"
#include "sched.h"
#include "state.h"

/* A reset has come to a page of an extent, or to those behind the last one. */
/*@ predicate reset_ok{L}(integer t) = tasks[t].reset_memory == NONE ||
      (tasks[t].reset_memory < memory_count && tasks[t].reset_page < memories[tasks[t].reset_memory].pages);
    predicate page_word(integer p, integer i) = 0 <= p < 2 * NEURON_TASKS_MAX && 0 <= i < NEURON_PAGE / 8;
    predicate an_extent(integer m) = 0 <= m < NEURON_MEMORIES_MAX;
    predicate resets_inv{L} = \forall integer t; 0 <= t < task_count ==> reset_ok{L}(t); */

/* What a life that begins or ends leaves in force: of waits and calls, of devices, and of memory. */
/* clang-format off */
#define DEVICES_INV(says)                                                                          \
    says memories: memories_inv;                                                                   \
    says platform: platform_inv;                                                                   \
    says holders: holders_inv;                                                                     \
    says spaces: page_tables_inv;                                                                  \
    says guard: guard_inv;                                                                         \
    says virtio: queues_virtio;                                                                    \
    says mapped: windows_mapped;                                                                   \
    says queues: queues_mapped;                                                                    \
    says private: windows_private;                                                                 \
    says windows: windows_inv;
#define LIFE_INV(says)                                                                             \
    PORT_INV(says, NONE)                                                                           \
    DEVICES_INV(says)                                                                              \
    says peers: peers_inv;                                                                         \
    says resets: resets_inv;
#define LIFE_INV_NEEDED LIFE_INV(requires)
#define LIFE_INV_KEPT LIFE_INV(ensures)
#define LIFE_END_ASSIGNS                                                                           \
    assigns tasks[..], {tasks[i] | integer i; a_task(i)},                                          \
      windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],                                           \
      {page_tables[p][i] | integer p, i; cell(p, i)}, slots[..],                                   \
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1],                 \
      deadlines[..], {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)},                      \
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,              \
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current,                          \
      console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
/* clang-format on */

/* The number of a life does not come round. */
/*@ predicate life_ends{L}(integer t) = tasks[t].generation < NEURON_FOREVER; */

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

/* A task stops running: everybody who waits for it gets PEER_DIED, its servers and init are told. If it
 * is init, the kernel says why and ends the machine. */
/*@ LIFE_INV_NEEDED
    requires console: console_inv;
    requires task: task < task_count && life_ends(task);
    LIFE_END_ASSIGNS
    LIFE_INV_KEPT
    ensures console: console_inv;
    ensures state: tasks[task].state == NEURON_TASK_FAULTED; */
void life_fault(u32 task, u64 cause, u64 address);
/*@ LIFE_INV_NEEDED
    requires console: console_inv;
    requires task: task < task_count && life_ends(task);
    LIFE_END_ASSIGNS
    LIFE_INV_KEPT
    ensures console: console_inv;
    ensures state: tasks[task].state == NEURON_TASK_STOPPED; */
void life_exit(u32 task, u64 code);

/* System calls of the current task; a status. */
/*@ LIFE_INV_NEEDED
    requires current: current < task_count;
    assigns tasks[task].context.x[0 .. 31], tasks[task].context.pc, tasks[task].context.whole,
      tasks[task].exit_code, tasks[task].ran, tasks[task].state, tasks[task].wait, tasks[task].ending,
      {slots[i].generation | integer i; slot_of(task, i)},
      deadlines[DEADLINE_LEAVES + task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count,
      sched_moved, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    LIFE_INV_KEPT
    ensures ready: \result == NEURON_OK ==> task < task_count && running(task) &&
      links[task].queue == READY_QUEUE; */
int life_task_start(u64 slot, u64 task);
/*@ LIFE_INV_NEEDED
    requires console: console_inv;
    requires current: current < task_count;
    requires lives: \forall integer t; 0 <= t < task_count ==> life_ends(t);
    LIFE_END_ASSIGNS
    LIFE_INV_KEPT
    ensures console: console_inv;
    ensures stopped: \result == NEURON_OK ==> task < task_count &&
      tasks[task].state == (give_up != 0 ? NEURON_TASK_GIVEN_UP : NEURON_TASK_STOPPED); */
int life_task_stop(u64 slot, u64 task, u64 give_up);
/*@ LIFE_INV_NEEDED
    requires current: current < task_count;
    assigns tasks[task].reset_memory, tasks[task].reset_page, tasks[task].reset_left, tasks[task].own_pages,
      tasks[current].context.x[REG_A0 + 1], {memories[m].kept | integer m; an_extent(m)},
      {message_pages[p][i] | integer p, i; page_word(p, i)};
    LIFE_INV_KEPT */
int life_task_reset_step(u64 slot, u64 task);

#endif
