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
static u32 next_to_restore(u32 memory)
{
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

static void clear_message_page(u32 page)
{
    for (u32 i = 0; i < NEURON_PAGE / 8; i++) {
        message_pages[page][i] = 0;
    }
}

/* One page of the extent that the reset has come to. */
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
        restore_extent_page(task);
    } else {
        clear_message_page(tasks[task].reset_left == MESSAGE_PAGES ? in_page(task)
                                                                   : out_page(task));
    }
    tasks[task].reset_left = tasks[task].reset_left - 1;
}

void life_start(u32 task)
{
    for (u32 r = 0; r < 32; r++) {
        tasks[task].context.x[r] = 0;
    }
    tasks[task].context.x[REG_SP] = tasks[task].sp;
    tasks[task].context.x[REG_GP] = tasks[task].gp;
    tasks[task].context.x[REG_TP] = tasks[task].tp;
    tasks[task].context.pc = tasks[task].entry;
    tasks[task].context.whole = WHOLE_RESULTS;
    tasks[task].exit_code = 0;
    tasks[task].ran = 0;
    tasks[task].state = NEURON_TASK_RUNNING;
    for (u32 s = 0; s < tasks[task].slots; s++) {
        slots[tasks[task].first_slot + s].generation = NEVER;
    }
    sched_wake(task, 0);
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
