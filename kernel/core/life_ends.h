/* How a life ends, step by step. Private to life.c. */
#ifndef CORE_LIFE_ENDS_H
#define CORE_LIFE_ENDS_H

#include "life_steps.h"

/* What a task was is over, and its next reset begins; it is in no place. */
/*@ WAITS_NEEDED(task)
    requires calls: calls_inv(task);
    requires memories: memories_inv && memory_count <= NEURON_MEMORIES_MAX;
    requires resets: resets_inv;
    requires task: task < task_count && life_ends(task);
    requires off: current != task && links[task].queue == NONE && tasks[task].wait == WAIT_NONE &&
      tasks[task].ending == NEURON_TIMEOUT && deadlines[DEADLINE_LEAVES + task] == NEURON_FOREVER;
    requires state: state == NEURON_TASK_STOPPED || state == NEURON_TASK_FAULTED;
    assigns tasks[task].state, tasks[task].ready, tasks[task].bits, tasks[task].peers_changed,
      tasks[task].generation, tasks[task].reset_memory, tasks[task].reset_page, tasks[task].reset_left;
    WAITS_KEPT(NONE)
    ensures calls: other_calls(task);
    ensures orphans: orphans(task);
    ensures resets: resets_inv;
    ensures next: tasks[task].generation == \old(tasks[task].generation) + 1;
    ensures state: tasks[task].state == state; */
static void end_life(u32 task, u32 state)
{
    tasks[task].state = state;
    tasks[task].ready = 0;
    tasks[task].bits = 0;
    tasks[task].peers_changed = 0;
    tasks[task].generation = tasks[task].generation + 1;
    //@ assert memories: memories_inv;
    //@ assert resets: \forall integer t; 0 <= t < task_count && reset_ok{Pre}(t) ==> reset_ok(t);
    life_begin_reset(task);
    //@ assert own: words_ok{Pre}(task) ==> words_ok(task);
    //@ assert words: \forall integer t; t != task && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert attention: \forall integer t; attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert place: \forall integer t; t != task && place_ok{Pre}(t) ==> place_ok(t);
    //@ assert timing: \forall integer t; t != task && timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert waiting: \forall integer t; t != task && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert callers: \forall integer t; t != task && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert own_place: place_ok(task) && timing_ok(task) && waiting_ok(task) && no_caller(task) && call_ok(task);
    //@ assert calls: \forall integer t; t != task && !calls_to(t, task) && call_ok{Pre}(t) ==> call_ok(t);
    /*@ assert orphans: \forall integer t; t != task && calls_to(t, task) && call_ok{Pre}(t) ==>
          orphan_ok(t, task); */
}

/* Init learns of the death, last of all; if it is init that died, the kernel says why and ends the machine. */
/*@ SCHED_INV_NEEDED(NONE)
    requires task: task < task_count <= NEURON_TASKS_MAX;
    requires console: console_inv;
    assigns {tasks[i].bits | integer i; a_task(i)}, {tasks[i].attention | integer i; a_task(i)},
      {tasks[i].wait | integer i; a_task(i)}, {tasks[i].ending | integer i; a_task(i)},
      tasks[init_task].context.x[REG_A0 .. REG_A7],
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)},
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current,
      console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    SCHED_INV_KEPT(NONE)
    ensures console: console_inv;
    ensures same: life_same{Pre, Post}; */
static void tell_init(u32 task)
{
    //@ assert init: a_task(init_task);
    if (task == init_task) {
        console_panic_init(task);
        return;
    }
    notify_death();
}

/* Everybody who has to learn of the end of a life does. */
/*@ WAITS_NEEDED(NONE)
    requires calls: other_calls(task);
    requires orphans: orphans(task);
    requires peers: peers_inv;
    requires console: console_inv;
    requires task: task < task_count && !running(task);
    assigns {tasks[i].peers_changed | integer i; a_task(i)}, {tasks[i].bits | integer i; a_task(i)},
      {tasks[i].attention | integer i; a_task(i)}, {tasks[i].wait | integer i; a_task(i)},
      {tasks[i].ending | integer i; a_task(i)}, tasks[init_task].context.x[REG_A0 .. REG_A7],
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)},
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current,
      console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    SCHED_INV_KEPT(NONE)
    ensures console: console_inv;
    ensures same: life_same{Pre, Post}; */
static void tell_all(u32 task)
{
    //@ assert bound: a_task(task) && a_task(init_task);
    fail_callers(task, NEURON_PEER_DIED);
    //@ assert peers: peers_inv;
    tell_servers(task);
    //@ assert same: life_same{Pre, Here};
    tell_init(task);
}

/* A task stops, and everybody who has to learn of it does. */
/*@ SCHED_INV_NEEDED(NONE)
    requires memories: memories_inv && memory_count <= NEURON_MEMORIES_MAX;
    requires peers: peers_inv;
    requires resets: resets_inv;
    requires console: console_inv;
    requires task: task < task_count && life_ends(task);
    requires state: state == NEURON_TASK_STOPPED || state == NEURON_TASK_FAULTED;
    assigns tasks[task].state, tasks[task].ready, tasks[task].generation, tasks[task].reset_memory,
      tasks[task].reset_page, tasks[task].reset_left,
      {tasks[i].peers_changed | integer i; a_task(i)}, {tasks[i].bits | integer i; a_task(i)},
      {tasks[i].attention | integer i; a_task(i)}, {tasks[i].wait | integer i; a_task(i)},
      {tasks[i].ending | integer i; a_task(i)}, tasks[init_task].context.x[REG_A0 .. REG_A7],
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)},
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current,
      console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    SCHED_INV_KEPT(NONE)
    ensures same: tasks_same{Pre, Post} && lives_same{Pre, Post};
    ensures resets: resets_inv;
    ensures console: console_inv;
    ensures state: tasks[task].state == state; */
static void mourn(u32 task, u32 state)
{
    //@ assert bound: a_task(task) && a_task(init_task);
    sched_detach(task);
    //@ assert memories: memories_inv;
    //@ assert resets: resets_inv;
    //@ assert peers: peers_inv;
    //@ assert detached: tasks_same{Pre, Here} && lives_same{Pre, Here};
    end_life(task, state);
    //@ assert peers: peers_inv;
    //@ assert rests: !running(task);
    //@ assert ended: tasks_same{Pre, Here} && lives_same{Pre, Here};
    tell_all(task);
    //@ assert rows: tasks_same{Pre, Here} && lives_same{Pre, Here};
    //@ assert resets: \forall integer i; reset_ok{Pre}(i) ==> i == task || reset_ok(i);
}

/* A task died: all its windows are free again. */
/*@ LIFE_INV_NEEDED
    requires task: task < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],
      {page_tables[p][i] | integer p, i; cell(p, i)}, slots[..],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    LIFE_INV_KEPT */
static void release_windows(u32 task)
{
    device_release_all(task);
    /*@ assert through: \forall integer t, r, s; 0 <= t < task_count && calls_through{Pre}(t, r, s) ==>
          calls_through(t, r, s); */
    /*@ assert slots: \forall integer t, r, s; 0 <= t < task_count && calls_through{Pre}(t, r, s) ==>
          slots[r].generation == \at(slots[r].generation, Pre); */
    //@ assert calls: \forall integer t; 0 <= t < task_count && call_ok{Pre}(t) ==> call_ok(t);
    /*@ assert same: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && same_slot{Pre, Here}(s) &&
          port_ok{Pre}(t, s) ==> port_ok(t, s); */
    //@ assert empty: \forall integer t, s; emptied(s) ==> port_ok(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
}

/* The same, and devices and ports are as they were. */
/*@ LIFE_INV_NEEDED
    requires console: console_inv;
    requires task: task < task_count && life_ends(task);
    requires state: state == NEURON_TASK_STOPPED || state == NEURON_TASK_FAULTED;
    assigns tasks[..], {tasks[i] | integer i; a_task(i)},
      deadlines[..], {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)},
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current,
      console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    LIFE_INV_KEPT
    ensures console: console_inv;
    ensures same: tasks_same{Pre, Post} && lives_same{Pre, Post};
    ensures state: tasks[task].state == state; */
static void leave_behind(u32 task, u32 state)
{
    mourn(task, state);
    //@ assert devices: callees_same{Pre, Here} && devices_same{Pre, Here};
}

/*@ LIFE_INV_NEEDED
    requires console: console_inv;
    requires task: task < task_count && life_ends(task);
    requires state: state == NEURON_TASK_STOPPED || state == NEURON_TASK_FAULTED;
    LIFE_END_ASSIGNS
    LIFE_INV_KEPT
    ensures console: console_inv;
    ensures state: tasks[task].state == state; */
static NOINLINE void die(u32 task, u32 state)
{
    release_windows(task);
    leave_behind(task, state);
}

/* What a life ends with. */
/*@ SCHED_INV_NEEDED(NONE)
    requires task: task < task_count;
    assigns tasks[task].fault_cause, tasks[task].fault_pc, tasks[task].fault_address;
    SCHED_INV_KEPT(NONE)
    ensures same: life_same{Pre, Post}; */
static void set_fault(u32 task, u64 cause, u64 address)
{
    tasks[task].fault_cause = cause;
    tasks[task].fault_pc = tasks[task].context.pc;
    tasks[task].fault_address = address;
    //@ assert same: tasks_same{Pre, Here} && lives_same{Pre, Here} && resets_same{Pre, Here};
    //@ assert waits: waits_same{Pre, Here} && calls_same{Pre, Here};
}

/*@ LIFE_INV_NEEDED
    requires task: task < task_count;
    assigns tasks[task].fault_cause, tasks[task].fault_pc, tasks[task].fault_address;
    LIFE_INV_KEPT */
static void note_fault(u32 task, u64 cause, u64 address)
{
    set_fault(task, cause, address);
    //@ assert devices: callees_same{Pre, Here} && devices_same{Pre, Here};
}

/* The same of one that exits. */
/*@ SCHED_INV_NEEDED(NONE)
    requires task: task < task_count;
    assigns tasks[task].exit_code;
    SCHED_INV_KEPT(NONE)
    ensures same: life_same{Pre, Post}; */
static void set_exit(u32 task, u64 code)
{
    tasks[task].exit_code = code;
    //@ assert same: tasks_same{Pre, Here} && lives_same{Pre, Here} && resets_same{Pre, Here};
    //@ assert waits: waits_same{Pre, Here} && calls_same{Pre, Here};
}

/*@ LIFE_INV_NEEDED
    requires task: task < task_count;
    assigns tasks[task].exit_code;
    LIFE_INV_KEPT */
static void note_exit(u32 task, u64 code)
{
    set_exit(task, code);
    //@ assert devices: callees_same{Pre, Here} && devices_same{Pre, Here};
}

#endif
