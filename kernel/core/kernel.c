/* The entries into the kernel, and the dispatch of system calls. */
#include "kernel.h"

#include "arch.h"
#include "console.h"
#include "device.h"
#include "guard.h"
#include "inspect.h"
#include "irq.h"
#include "kernel_devices.h"
#include "kernel_inv.h"
#include "life.h"
#include "notify.h"
#include "port.h"
#include "sched.h"
#include "slot.h"
#include "state.h"

/* Bytes that a tick, and a round of idling, give the UART. */
#define TICK_SLICE 128u

/*@ CALL_NEEDS
    assigns console_first, console_used;
    CALL_LEAVES */
static NOINLINE int power(u64 slot, u64 code)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_POWER, 0, &row);

    if (status != NEURON_OK) {
        return status;
    }
    if (code > 255) {
        return NEURON_BAD_INDEX;
    }
    console_flush();
    arch_power_off(code);
    return NEURON_OK;
}

/* Nothing but a status comes back to the current task. */
/*@ STEP_INV(requires)
    requires caller: caller < task_count && caller == current;
    assigns tasks[caller].context.x[REG_A0 .. REG_A7];
    STEP_INV(ensures) */
static void answer(u32 caller, int status)
{
    //@ assert own: place_ok(caller) && timing_ok(caller) && waiting_ok(caller) && no_caller(caller);
    //@ assert rest: place_inv(caller) && timing_inv(caller) && waiting_inv(caller);
    //@ assert calls: no_callers(caller) && calls_inv(caller);
    sched_answer(caller, status);
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert waits: waits_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && held_same{Pre, Here};
    //@ assert lines: lines_same{Pre, Here};
}

/* Calls whose outputs are in the caller's registers, behind the status; whoever runs by then. */
/*@ STEP_INV(requires)
    requires caller: caller < task_count;
    assigns tasks[caller].context.x[REG_A0];
    STEP_INV(ensures)
    ensures status: \result == BLOCKED; */
static int with_outputs(u32 caller, int status)
{
    tasks[caller].context.x[REG_A0] = (u64)(int64_t)status;
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert waits: waits_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && held_same{Pre, Here};
    //@ assert lines: lines_same{Pre, Here};
    return BLOCKED;
}

/*@ CALL_NEEDS
    assigns tasks[..];
    CALL_LEAVES */
static NOINLINE int peers_changed(void)
{
    answer(current, NEURON_OK);
    //@ ghost Answered: ;
    //@ assert own: place_ok(current);
    tasks[current].context.x[REG_A0 + 1] = tasks[current].peers_changed;
    tasks[current].peers_changed = 0;
    //@ assert tasks: tasks_same{Answered, Here};
    //@ assert lives: lives_same{Answered, Here};
    //@ assert resets: resets_same{Answered, Here};
    //@ assert waits: waits_same{Answered, Here};
    //@ assert devices: machine_same{Answered, Here} && held_same{Answered, Here};
    //@ assert lines: lines_same{Answered, Here};
    return BLOCKED;
}

/*@ CALL_NEEDS
    assigns tasks[..];
    CALL_LEAVES */
static NOINLINE int cap_query(u64 slot)
{
    answer(current, NEURON_OK);
    //@ ghost Answered: ;
    //@ assert own: place_ok(current);
    int status = slot_query(slot);
    //@ assert tasks: tasks_same{Answered, Here};
    //@ assert lives: lives_same{Answered, Here};
    //@ assert resets: resets_same{Answered, Here};
    //@ assert waits: waits_same{Answered, Here};
    //@ assert devices: machine_same{Answered, Here} && held_same{Answered, Here};
    //@ assert lines: lines_same{Answered, Here};
    return with_outputs(current, status);
}

/*@ CALL_NEEDS
    assigns tasks[..], {memories[m].kept | integer m; an_extent(m)}, {message_pages[p][i] | integer p, i; page_word(p, i)};
    CALL_LEAVES */
static NOINLINE int task_reset_step(u64 slot, u64 task)
{
    answer(current, NEURON_OK);
    return with_outputs(current, life_task_reset_step(slot, task));
}

/*@ CALL_NEEDS
    assigns tasks[..];
    CALL_LEAVES */
static NOINLINE int task_inspect(u64 slot, u64 task, u64 what, u64 index)
{
    answer(current, NEURON_OK);
    //@ ghost Answered: ;
    //@ assert own: place_ok(current);
    int status = inspect_task(slot, task, what, index);
    //@ assert tasks: tasks_same{Answered, Here};
    //@ assert lives: lives_same{Answered, Here};
    //@ assert resets: resets_same{Answered, Here};
    //@ assert waits: waits_same{Answered, Here};
    //@ assert devices: machine_same{Answered, Here} && held_same{Answered, Here};
    //@ assert lines: lines_same{Answered, Here};
    return with_outputs(current, status);
}

/*@ CALL_NEEDS
    assigns tasks[..], windows[..], line_open[..], line_claimed[..];
    CALL_LEAVES */
static NOINLINE int acknowledge(u64 slot)
{
    answer(current, NEURON_OK);
    //@ ghost Answered: ;
    //@ assert own: place_ok(current);
    int status = irq_ack(slot);
    //@ assert tasks: tasks_same{Answered, Here};
    //@ assert lives: lives_same{Answered, Here};
    //@ assert resets: resets_same{Answered, Here};
    //@ assert waits: waits_same{Answered, Here};
    //@ assert devices: machine_same{Answered, Here} && held_same{Answered, Here};
    return with_outputs(current, status);
}

/* Ends each entry. */
/*@ STEP_INV(requires)
    assigns queues[..], links[..], current, deadlines[..], deadline_stale_count, sched_armed, sched_moved;
    KERNEL_INV(ensures) */
static void choose(void)
{
    sched_choose();
}

/* Ends a call after which another task may run. */
/*@ STEP_INV(requires)
    requires caller: caller < task_count && (status != BLOCKED ==> caller == current);
    assigns tasks[caller].context.x[REG_A0 .. REG_A7], queues[..], links[..], current, deadlines[..],
      deadline_stale_count, sched_armed, sched_moved;
    KERNEL_INV(ensures)
    ensures stays: \result != BLOCKED ==> \result == status && current == \old(current); */
static int settle(u32 caller, int status)
{
    if (status != BLOCKED) {
        if (sched_is_settled()) {
            return status;
        }
        answer(caller, status);
    }
    choose();
    return BLOCKED;
}

/* Calls after which another task may run. */
/*@ CALL_NEEDS
    WAITS_CHANGE
    assigns message_pages[2 * slot_server(slot)][0 .. NEURON_PAGE / 8 - 1];
    CALL_LEAVES */
static NOINLINE int call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = current;
    int status = port_call(slot, tag, w0, w1, w2, w3, deadline);
    /*@ assert slots_of: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
          tasks[t].first_slot == \at(tasks[t].first_slot, Pre) && tasks[t].slots == \at(tasks[t].slots, Pre) &&
          tasks[t].level == \at(tasks[t].level, Pre) && tasks[t].first_memory == \at(tasks[t].first_memory, Pre); */
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};
    return settle(caller, status);
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    assigns message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1];
    CALL_LEAVES */
static NOINLINE int recv(u64 deadline)
{
    u32 caller = current;
    int status = port_recv(deadline);
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};
    return settle(caller, status);
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    assigns message_pages[2 * (token % 64) + 1][0 .. NEURON_PAGE / 8 - 1];
    CALL_LEAVES */
static NOINLINE int reply(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    u32 caller = current;
    int status = port_reply(token, tag, w0, w1, w2, w3);
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};
    return settle(caller, status);
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    assigns message_pages[2 * (token % 64) + 1][0 .. NEURON_PAGE / 8 - 1],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1];
    CALL_LEAVES */
static NOINLINE int reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = current;
    int status = port_reply_recv(token, tag, w0, w1, w2, w3, deadline);
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};
    return settle(caller, status);
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    CALL_LEAVES */
static NOINLINE int notify(u64 slot, u64 bits)
{
    u32 caller = current;
    int status = notify_send(slot, bits);
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here} && callees_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};
    return settle(caller, status);
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    CALL_LEAVES */
static NOINLINE int wait(u64 mask, u64 deadline)
{
    u32 caller = current;
    int status = notify_wait(mask, deadline);
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here} && callees_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};
    return settle(caller, status);
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    CALL_LEAVES */
static NOINLINE int yield(void)
{
    answer(current, NEURON_OK);
    sched_give_way();
    choose();
    return BLOCKED;
}

/*@ CALL_NEEDS
    requires lives: lives_go_on;
    LIFE_END_ASSIGNS
    assigns sched_armed, queues[..], links[..];
    CALL_LEAVES */
static NOINLINE int leave(u64 code)
{
    life_exit(current, code);
    choose();
    return BLOCKED;
}

/*@ CALL_NEEDS
    WAITS_CHANGE
    assigns {slots[i].generation | integer i; slot_of(task, i)};
    CALL_LEAVES */
static NOINLINE int task_start(u64 slot, u64 task)
{
    u32 caller = current;

    return settle(caller, life_task_start(slot, task));
}

/* Init may be told at once that the task stopped: then it runs, and not the caller. */
/*@ CALL_NEEDS
    requires lives: lives_go_on;
    LIFE_END_ASSIGNS
    assigns sched_armed, queues[..], links[..];
    CALL_LEAVES */
static NOINLINE int task_stop(u64 slot, u64 task, u64 give_up)
{
    u32 caller = current;

    answer(caller, NEURON_OK);
    with_outputs(caller, life_task_stop(slot, task, give_up));
    choose();
    return BLOCKED;
}

/* Each call is the last that this function calls: no frame. */
int kernel_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    switch (number) {
    case NEURON_SYS_null:
        return NEURON_OK;
    case NEURON_SYS_call:
        return call(a0, a1, a2, a3, a4, a5, a6);
    case NEURON_SYS_recv:
        return recv(a0);
    case NEURON_SYS_reply:
        return reply(a0, a1, a2, a3, a4, a5);
    case NEURON_SYS_reply_recv:
        return reply_recv(a0, a1, a2, a3, a4, a5, a6);
    case NEURON_SYS_notify:
        return notify(a0, a1);
    case NEURON_SYS_wait:
        return wait(a0, a1);
    case NEURON_SYS_yield:
        return yield();
    case NEURON_SYS_exit:
        return leave(a0);
    case NEURON_SYS_task_start:
        return task_start(a0, a1);
    case NEURON_SYS_task_stop:
        return task_stop(a0, a1, a2);
    case NEURON_SYS_peers_changed:
        return peers_changed();
    case NEURON_SYS_cap_query:
        return cap_query(a0);
    case NEURON_SYS_task_reset_step:
        return task_reset_step(a0, a1);
    case NEURON_SYS_task_inspect:
        return task_inspect(a0, a1, a2, a3);
    case NEURON_SYS_irq_ack:
        return acknowledge(a0);
    case NEURON_SYS_console_write:
        return write_line(a0, a1);
    case NEURON_SYS_power:
        return power(a0, a1);
    case NEURON_SYS_device_cap_create:
        return create_cap(a0, a1, a2, a3, a4);
    case NEURON_SYS_cap_transfer_to:
        return transfer_cap(a0, a1, a2, a3);
    case NEURON_SYS_cap_revoke:
        return revoke_cap(a0, a1, a2);
    case NEURON_SYS_cap_drop:
        return drop_cap(a0);
    case NEURON_SYS_mmio_map:
        return map_device(a0, a1, a2, a3);
    case NEURON_SYS_unmap:
        return unmap_device(a0);
    case NEURON_SYS_dev_write:
        return write_register(a0, a1, a2);
    case NEURON_SYS_dev_queue:
        return set_queue(a0, a1, a2, a3);
    case NEURON_SYS_dev_post:
        return post_chain(a0, a1, a2, a3, a4);
    default:
        return NEURON_BAD_CALL;
    }
}

NOINLINE void kernel_fault(u64 cause, u64 address)
{
    life_fault(current, cause, address);
    choose();
}

NOINLINE void kernel_timer(void)
{
    u32 overrun = sched_tick(arch_now());
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here} && callees_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here} && lines_same{Pre, Here};

    if (overrun != NONE) {
        life_fault(overrun, NEURON_FAULT_OVERRUN, 0);
    }
    console_drain(TICK_SLICE);
    choose();
}

NOINLINE void kernel_interrupt(void)
{
    irq_deliver();
    //@ assert tasks: tasks_same{Pre, Here};
    //@ assert lives: lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here};
    //@ assert slots: slots_same{Pre, Here} && callees_same{Pre, Here};
    //@ assert devices: machine_same{Pre, Here};
    choose();
}

int kernel_idle(void)
{
    sched_idle(arch_now());
    return console_drain(TICK_SLICE);
}
