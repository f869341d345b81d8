/* Start, stop, fault and reset of tasks. */
#include "life.h"

#include "arch.h"
#include "console.h"
#include "device.h"
#include "life_ends.h"
#include "life_steps.h"
#include "notify.h"
#include "sched.h"
#include "slot.h"
#include "state.h"

/* The next extent from `memory` on that a reset of its owner restores. */
/*@ requires memories: memories_inv && memory_count <= NEURON_MEMORIES_MAX;
    requires memory: memory == NONE || memory < memory_count;
    assigns \nothing;
    ensures next: \result == NONE || (\result < memory_count && memories[\result].kept == 0); */
static u32 next_to_restore(u32 memory)
{
    /*@ loop invariant memory: memory == NONE || memory < memory_count;
        loop assigns memory;
        loop variant memory == NONE ? 0 : memory + 1; */
    while (memory != NONE && memories[memory].kept == 1) {
        memory = memories[memory].next;
    }
    return memory;
}

void life_begin_reset(u32 task)
{
    tasks[task].reset_memory = next_to_restore(tasks[task].first_memory);
    tasks[task].reset_page = 0;
    tasks[task].reset_left = tasks[task].own_pages;
}

void life_fault(u32 task, u64 cause, u64 address)
{
    note_fault(task, cause, address);
    die(task, NEURON_TASK_FAULTED);
}

void life_exit(u32 task, u64 code)
{
    note_exit(task, code);
    die(task, NEURON_TASK_STOPPED);
}

/*@ requires page: page < 2 * NEURON_TASKS_MAX;
    assigns {message_pages[p][i] | integer p, i; page_word(p, i) && p == page};
    ensures clear: \forall integer i; 0 <= i < NEURON_PAGE / 8 ==> message_pages[page][i] == 0; */
static void clear_message_page(u32 page)
{
    /*@ loop invariant bound: 0 <= i <= NEURON_PAGE / 8;
        loop invariant clear: \forall integer j; 0 <= j < i ==> message_pages[page][j] == 0;
        loop assigns i, {message_pages[p][i] | integer p, i; page_word(p, i) && p == page};
        loop variant NEURON_PAGE / 8 - i; */
    for (u32 i = 0; i < NEURON_PAGE / 8; i++) {
        //@ assert word: page_word(page, i);
        message_pages[page][i] = 0;
    }
}

/* One page of the extent that the reset has come to. */
/*@ requires counts: task < task_count <= NEURON_TASKS_MAX && memory_count <= NEURON_MEMORIES_MAX;
    requires memories: memories_inv;
    requires reset: reset_ok(task) && tasks[task].reset_memory != NONE;
    assigns tasks[task].reset_memory, tasks[task].reset_page, tasks[task].own_pages,
      memories[tasks[task].reset_memory].kept;
    ensures memories: memories_inv;
    ensures reset: reset_ok(task);
    ensures others: \forall integer t; 0 <= t < task_count && t != task && reset_ok{Pre}(t) ==> reset_ok(t); */
static void restore_extent_page(u32 task)
{
    u32 memory = tasks[task].reset_memory;
    u64 offset = (u64)tasks[task].reset_page * NEURON_PAGE;
    u64 bytes = 0;

    if (offset < memories[memory].source_bytes) {
        bytes = memories[memory].source_bytes - offset;
        bytes = bytes < NEURON_PAGE ? bytes : NEURON_PAGE;
    }
    arch_page_restore(memories[memory].phys + offset, memories[memory].source + offset, bytes);
    tasks[task].reset_page = tasks[task].reset_page + 1;
    if (tasks[task].reset_page == memories[memory].pages) {
        tasks[task].reset_page = 0;
        if (memories[memory].keep == 1) {
            memories[memory].kept = 1;
            tasks[task].own_pages = tasks[task].own_pages - memories[memory].pages;
        }
        tasks[task].reset_memory = next_to_restore(memories[memory].next);
    }
}

void life_reset_page(u32 task)
{
    if (tasks[task].reset_left == 0) {
        return;
    }
    /* The message pages come last, when no extent is left. */
    if (tasks[task].reset_memory != NONE) {
        //@ assert extent: an_extent(tasks[task].reset_memory);
        restore_extent_page(task);
    } else {
        clear_message_page(tasks[task].reset_left == MESSAGE_PAGES ? in_page(task)
                                                                   : out_page(task));
    }
    tasks[task].reset_left = tasks[task].reset_left - 1;
}

/* The registers with which a life begins. */
/*@ requires task: task < NEURON_TASKS_MAX;
    assigns tasks[task].context.x[0 .. 31], tasks[task].context.pc, tasks[task].context.whole;
    ensures constants: tasks[task].context.x[REG_GP] == tasks[task].gp &&
      tasks[task].context.x[REG_TP] == tasks[task].tp;
    ensures entry: tasks[task].context.pc == tasks[task].entry && tasks[task].context.x[REG_SP] == tasks[task].sp; */
static void set_registers(u32 task)
{
    /*@ loop invariant bound: 0 <= r <= 32;
        loop assigns r, tasks[task].context.x[0 .. 31];
        loop variant 32 - r; */
    for (u32 r = 0; r < 32; r++) {
        tasks[task].context.x[r] = 0;
    }
    tasks[task].context.x[REG_SP] = tasks[task].sp;
    tasks[task].context.x[REG_GP] = tasks[task].gp;
    tasks[task].context.x[REG_TP] = tasks[task].tp;
    tasks[task].context.pc = tasks[task].entry;
    tasks[task].context.whole = WHOLE_RESULTS;
}

/* A new life has called nobody yet. */
/*@ requires task: task < task_count && tasks_inv && slots_inv;
    assigns {slots[i].generation | integer i; slot_of(task, i)};
    ensures slots: slots_inv;
    ensures ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
      port_ok(t, s);
    ensures new: \forall integer s; slot_of(task, s) ==> slots[s].generation == NEVER;
    ensures calls: \forall integer t; 0 <= t < task_count && t != task && call_ok{Pre}(t) ==> call_ok(t); */
static void forget_callees(u32 task)
{
    /*@ loop invariant bound: 0 <= s <= tasks[task].slots;
        loop invariant new: \forall integer i; tasks[task].first_slot <= i < tasks[task].first_slot + s ==>
          slots[i].generation == NEVER;
        loop invariant others: \forall integer i; 0 <= i < NEURON_SLOTS_MAX ==>
          slots[i].generation == \at(slots[i].generation, Pre) ||
          (slot_of(task, i) && slots[i].generation == NEVER);
        loop assigns s, {slots[i].generation | integer i; slot_of(task, i)};
        loop variant tasks[task].slots - s; */
    for (u32 s = 0; s < tasks[task].slots; s++) {
        slots[tasks[task].first_slot + s].generation = NEVER;
    }
    /*@ assert kept: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
}

/* The life begins; it is in no queue yet. */
/*@ requires task: tasks_inv && task < task_count;
    requires inv: sched_inv(NONE);
    requires rest: at_rest(task) && tasks[task].reset_left == 0 && unmourned(task);
    assigns tasks[task].context.x[0 .. 31], tasks[task].context.pc, tasks[task].context.whole,
      tasks[task].exit_code, tasks[task].ran, tasks[task].state;
    SCHED_INV_KEPT(task)
    ensures running: running(task);
    ensures entry: tasks[task].context.pc == tasks[task].entry; */
static void begin_life(u32 task)
{
    set_registers(task);
    tasks[task].exit_code = 0;
    tasks[task].ran = 0;
    tasks[task].state = NEURON_TASK_RUNNING;
    //@ assert own: words_ok{Pre}(task) ==> words_ok(task);
    /*@ assert words: \forall integer t; 0 <= t < task_count && t != task && words_ok{Pre}(t) ==> words_ok(t); */
    /*@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t); */
    /*@ assert callers: \forall integer t; 0 <= t < task_count && t != task && call_ok{Pre}(t) &&
          calls(tasks[t].wait) && callee_of(tasks[t].wait) == task ==> call_ok(t); */
    /*@ assert calls: \forall integer t; 0 <= t < task_count && t != task && call_ok{Pre}(t) &&
          callee_of(tasks[t].wait) != task ==> call_ok(t); */
}

void life_start(u32 task)
{
    forget_callees(task);
    //@ assert lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    begin_life(task);
    /*@ assert begun: \forall integer t, s; 0 <= t < task_count && slot_of{Here}(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
    /*@ ghost Begun: ; */
    sched_wake(task, 0);
    //@ assert same: tasks_same{Begun, Here} && lives_same{Begun, Here};
    //@ assert slots: slots_same{Begun, Here} && callees_same{Begun, Here};
    //@ assert runs: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert were: ports_inv{Pre} ==> \forall integer t, s; 0 <= t < task_count && slot_of{Pre}(t, s) ==>
          port_ok{Pre}(t, s); */
    /*@ assert began: \forall integer t, s; 0 <= t < task_count && slot_of{Pre}(t, s) && port_ok{Pre}(t, s) ==>
          port_ok{Begun}(t, s); */
    /*@ assert follow: \forall integer t, s; 0 <= t < task_count && slot_of{Pre}(t, s) && port_ok{Begun}(t, s) ==>
          port_ok(t, s); */
    /*@ assert woken: \forall integer t, s; 0 <= t < task_count && slot_of{Pre}(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
}

/* The life begins, and devices are as they were. */
/*@ LIFE_INV_NEEDED
    requires rest: task < task_count && at_rest(task) && tasks[task].reset_left == 0 && unmourned(task);
    assigns tasks[task].context.x[0 .. 31], tasks[task].context.pc, tasks[task].context.whole,
      tasks[task].exit_code, tasks[task].ran, tasks[task].state, tasks[task].wait, tasks[task].ending,
      {slots[i].generation | integer i; slot_of(task, i)},
      deadlines[DEADLINE_LEAVES + task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count,
      sched_moved, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    LIFE_INV_KEPT
    ensures ready: running(task) && links[task].queue == READY_QUEUE; */
static void start(u32 task)
{
    //@ assert tables: tasks_inv && slots_inv;
    life_start(task);
    //@ assert same: tasks_same{Pre, Here} && lives_same{Pre, Here} && resets_same{Pre, Here};
    //@ assert devices: devices_same{Pre, Here};
}

/*@ requires task: task < task_count <= NEURON_TASKS_MAX;
    assigns \nothing;
    ensures rest: \result != 0 <==>
      tasks[task].state != NEURON_TASK_RUNNING && tasks[task].state != NEURON_TASK_GIVEN_UP; */
static int at_rest(u64 task)
{
    return tasks[task].state != NEURON_TASK_RUNNING && tasks[task].state != NEURON_TASK_GIVEN_UP;
}

int life_task_start(u64 slot, u64 task)
{
    int status = slot_find_task(slot, task);
    if (status != NEURON_OK) {
        return status;
    }
    if (!at_rest(task)) {
        return NEURON_BAD_STATE;
    }
    if (tasks[task].reset_left != 0 || is_mourned((u32)task)) {
        return NEURON_NOT_RESET;
    }
    //@ assert rest: words_ok(task) && at_rest(task);
    start((u32)task);
    return NEURON_OK;
}

/* Its callers learn that it is given up. */
/*@ SCHED_INV_NEEDED(NONE)
    requires peers: peers_inv;
    requires task: task < task_count && !running(task) && tasks[task].state != NEURON_TASK_GIVEN_UP;
    requires state: (state == NEURON_TASK_STOPPED && wait == WAIT_NONE) ||
      (state == NEURON_TASK_GIVEN_UP && wait == WAIT_GIVEN_UP);
    assigns tasks[task].state, {tasks[i].wait | integer i; a_task(i)}, {tasks[i].ending | integer i; a_task(i)},
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale_count, sched_moved;
    SCHED_INV_KEPT(NONE)
    ensures same: tasks_same{Pre, Post} && lives_same{Pre, Post} && resets_same{Pre, Post};
    ensures state: tasks[task].state == state; */
static void tell_callers(u32 task, u32 state, u64 wait)
{
    //@ assert bound: a_task(task);
    set_rest(task, state, wait);
    //@ assert peers: peers_inv;
    if (state == NEURON_TASK_GIVEN_UP) {
        fail_callers(task, NEURON_PEER_GONE);
    }
    //@ assert same: tasks_same{Pre, Here} && lives_same{Pre, Here} && resets_same{Pre, Here};
}

/* The same; devices are as they were. */
/*@ LIFE_INV_NEEDED
    requires task: task < task_count && !running(task) && tasks[task].state != NEURON_TASK_GIVEN_UP;
    requires state: (state == NEURON_TASK_STOPPED && wait == WAIT_NONE) ||
      (state == NEURON_TASK_GIVEN_UP && wait == WAIT_GIVEN_UP);
    assigns tasks[task].state, {tasks[i].wait | integer i; a_task(i)}, {tasks[i].ending | integer i; a_task(i)},
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale_count, sched_moved;
    LIFE_INV_KEPT
    ensures state: tasks[task].state == state; */
static void stay(u32 task, u32 state, u64 wait)
{
    tell_callers(task, state, wait);
    //@ assert devices: callees_same{Pre, Here} && devices_same{Pre, Here};
}

int life_task_stop(u64 slot, u64 task, u64 give_up)
{
    int status = slot_find_task(slot, task);
    if (status != NEURON_OK) {
        return status;
    }
    if (tasks[task].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_BAD_STATE;
    }
    if (tasks[task].state == NEURON_TASK_RUNNING) {
        die((u32)task, NEURON_TASK_STOPPED);
    }
    if (give_up != 0) {
        /* What was granted for a start that will not come. */
        release_windows((u32)task);
        stay((u32)task, NEURON_TASK_GIVEN_UP, WAIT_GIVEN_UP);
    } else {
        stay((u32)task, NEURON_TASK_STOPPED, WAIT_NONE);
    }
    return NEURON_OK;
}

/* A page is restored. What is left: who has to learn of the end does so before anybody runs; it is counted all the
 * same. */
/*@ LIFE_INV_NEEDED
    requires task: task < task_count && !running(task);
    requires current: current < task_count;
    assigns tasks[task].reset_memory, tasks[task].reset_page, tasks[task].reset_left, tasks[task].own_pages,
      tasks[current].context.x[REG_A0 + 1], {memories[m].kept | integer m; an_extent(m)},
      {message_pages[p][i] | integer p, i; page_word(p, i)};
    LIFE_INV_KEPT */
static void reset_step(u32 task)
{
    //@ assert now: place_ok(current) && reset_ok(task);
    life_reset_page(task);
    /*@ ghost Restored: ; */
    //@ assert called: waits_same{Pre, Here} && calls_same{Pre, Here};
    u64 left = tasks[task].reset_left;
    left = left == 0 && is_mourned(task) ? 1 : left;
    //@ assert resets: resets_inv;
    //@ assert caller: !is_queued(tasks[current].wait);
    tasks[current].context.x[REG_A0 + 1] = left;
    //@ assert waits: waits_same{Restored, Here} && calls_same{Restored, Here};
    //@ assert resets: resets_inv;
    //@ assert same: tasks_same{Pre, Here} && lives_same{Pre, Here};
    //@ assert devices: callees_same{Pre, Here} && devices_same{Pre, Here};
}

int life_task_reset_step(u64 slot, u64 task)
{
    int status = slot_find_task(slot, task);
    if (status != NEURON_OK) {
        return status;
    }
    if (!at_rest(task)) {
        return NEURON_BAD_STATE;
    }
    reset_step((u32)task);
    return NEURON_OK;
}
