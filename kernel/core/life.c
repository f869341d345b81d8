/* Start, stop, fault and reset of tasks. */
#include "life.h"

#include "arch.h"
#include "console.h"
#include "device.h"
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

/* All callers of a dead server get `status`; those of a given-up one too, whenever they queued. */
static void fail_callers(u32 server, int status)
{
    u64 rest = tasks[server].clients;

    for (u32 t = 0; rest != 0; t++) {
        if (rest % 2 == 1 && wait_calls(tasks[t].wait, server) &&
            tasks[t].ending == NEURON_TIMEOUT) {
            sched_finish_soon(t, status);
        }
        rest = rest / 2;
    }
}

/* Whether callers of an earlier life still have to learn of its end. */
static int is_mourned(u32 server)
{
    u64 rest = tasks[server].clients;

    for (u32 t = 0; rest != 0; t++) {
        if (rest % 2 == 1 && wait_calls(tasks[t].wait, server) &&
            tasks[t].ending != NEURON_TIMEOUT) {
            return 1;
        }
        rest = rest / 2;
    }
    return 0;
}

static void tell_servers(u32 client)
{
    u64 rest = tasks[client].servers;

    for (u32 s = 0; rest != 0; s++) {
        if (rest % 2 == 1) {
            tasks[s].peers_changed = tasks[s].peers_changed | (UINT64_C(1) << client);
            notify_set_soon(s, UINT64_C(1) << NEURON_BIT_PEER_DIED);
        }
        rest = rest / 2;
    }
}

static void die(u32 task, u32 state)
{
    sched_detach(task);
    device_release_all(task);
    tasks[task].state = state;
    tasks[task].ready = 0;
    tasks[task].bits = 0;
    tasks[task].peers_changed = 0;
    tasks[task].generation = tasks[task].generation + 1;
    life_begin_reset(task);
    fail_callers(task, NEURON_PEER_DIED);
    tell_servers(task);
    if (task == init_task) {
        console_panic_init(task);
        return;
    }
    notify_death();
}

void life_fault(u32 task, u64 cause, u64 address)
{
    tasks[task].fault_cause = cause;
    tasks[task].fault_pc = tasks[task].context.pc;
    tasks[task].fault_address = address;
    die(task, NEURON_TASK_FAULTED);
}

void life_exit(u32 task, u64 code)
{
    tasks[task].exit_code = code;
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
    sched_wake(task, 0);
    //@ assert runs: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert were: ports_inv{Pre} ==> \forall integer t, s; 0 <= t < task_count && slot_of{Pre}(t, s) ==>
          port_ok{Pre}(t, s); */
    /*@ assert woken: \forall integer t, s; 0 <= t < task_count && slot_of{Pre}(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
}

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
    life_start((u32)task);
    return NEURON_OK;
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
    int died = tasks[task].state == NEURON_TASK_RUNNING;
    if (died) {
        die((u32)task, NEURON_TASK_STOPPED);
    }
    if (give_up != 0) {
        /* What was granted for a start that will not come. */
        device_release_all((u32)task);
        tasks[task].state = NEURON_TASK_GIVEN_UP;
        tasks[task].wait = WAIT_GIVEN_UP;
        /* If it just died, everybody was told so. */
        if (!died) {
            fail_callers((u32)task, NEURON_PEER_GONE);
        }
    } else {
        tasks[task].state = NEURON_TASK_STOPPED;
    }
    return NEURON_OK;
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
    life_reset_page((u32)task);
    /* Who has to learn of the end does so before anybody runs; it is counted all the same. */
    u64 left = tasks[task].reset_left;
    tasks[current].context.x[REG_A0 + 1] = left == 0 && is_mourned((u32)task) ? 1 : left;
    return NEURON_OK;
}
