/* The entries into the kernel, and the dispatch of system calls. */
#include "kernel.h"

#include "arch.h"
#include "console.h"
#include "device.h"
#include "guard.h"
#include "inspect.h"
#include "irq.h"
#include "life.h"
#include "notify.h"
#include "port.h"
#include "sched.h"
#include "slot.h"
#include "state.h"

/* Bytes that a tick, and a round of idling, give the UART. */
#define TICK_SLICE 128u

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

/* Calls whose outputs are put in the current task's registers, behind the status. */
static int with_outputs(u32 caller, int status)
{
    tasks[caller].context.x[REG_A0] = (u64)(int64_t)status;
    return BLOCKED;
}

static NOINLINE int peers_changed(void)
{
    sched_answer(current, NEURON_OK);
    tasks[current].context.x[REG_A0 + 1] = tasks[current].peers_changed;
    tasks[current].peers_changed = 0;
    return BLOCKED;
}

static NOINLINE int cap_query(u64 slot)
{
    sched_answer(current, NEURON_OK);
    return with_outputs(current, slot_query(slot));
}

static NOINLINE int task_reset_step(u64 slot, u64 task)
{
    sched_answer(current, NEURON_OK);
    return with_outputs(current, life_task_reset_step(slot, task));
}

static NOINLINE int task_inspect(u64 slot, u64 task, u64 what, u64 index)
{
    sched_answer(current, NEURON_OK);
    return with_outputs(current, inspect_task(slot, task, what, index));
}

static NOINLINE int acknowledge(u64 slot)
{
    sched_answer(current, NEURON_OK);
    return with_outputs(current, irq_ack(slot));
}

/* Ends a call after which another task may run. */
static int settle(u32 caller, int status)
{
    if (status != BLOCKED) {
        if (sched_is_settled()) {
            return status;
        }
        sched_answer(caller, status);
    }
    sched_choose();
    return BLOCKED;
}

/* Calls after which another task may run. */
static NOINLINE int call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = current;

    return settle(caller, port_call(slot, tag, w0, w1, w2, w3, deadline));
}

static NOINLINE int recv(u64 deadline)
{
    u32 caller = current;

    return settle(caller, port_recv(deadline));
}

static NOINLINE int reply(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    u32 caller = current;

    return settle(caller, port_reply(token, tag, w0, w1, w2, w3));
}

static NOINLINE int reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = current;

    return settle(caller, port_reply_recv(token, tag, w0, w1, w2, w3, deadline));
}

static NOINLINE int notify(u64 slot, u64 bits)
{
    u32 caller = current;

    return settle(caller, notify_send(slot, bits));
}

static NOINLINE int wait(u64 mask, u64 deadline)
{
    u32 caller = current;

    return settle(caller, notify_wait(mask, deadline));
}

static NOINLINE int yield(void)
{
    sched_answer(current, NEURON_OK);
    sched_give_way();
    sched_choose();
    return BLOCKED;
}

static NOINLINE int leave(u64 code)
{
    life_exit(current, code);
    sched_choose();
    return BLOCKED;
}

static NOINLINE int task_start(u64 slot, u64 task)
{
    u32 caller = current;

    return settle(caller, life_task_start(slot, task));
}

static NOINLINE int task_stop(u64 slot, u64 task, u64 give_up)
{
    u32 caller = current;

    return settle(caller, life_task_stop(slot, task, give_up));
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
        return console_write(a0, a1);
    case NEURON_SYS_power:
        return power(a0, a1);
    case NEURON_SYS_device_cap_create:
        return device_cap_create(a0, a1, a2, a3, a4);
    case NEURON_SYS_cap_transfer_to:
        return device_cap_transfer(a0, a1, a2, a3);
    case NEURON_SYS_cap_revoke:
        return device_cap_revoke(a0, a1, a2);
    case NEURON_SYS_cap_drop:
        return device_cap_drop(a0);
    case NEURON_SYS_mmio_map:
        return device_map(a0, a1, a2, a3);
    case NEURON_SYS_unmap:
        return device_unmap(a0);
    case NEURON_SYS_dev_write:
        return guard_write(a0, a1, a2);
    case NEURON_SYS_dev_queue:
        return guard_queue(a0, a1, a2, a3);
    case NEURON_SYS_dev_post:
        return guard_post(a0, a1, a2, a3, a4);
    default:
        return NEURON_BAD_CALL;
    }
}

NOINLINE void kernel_fault(u64 cause, u64 address)
{
    life_fault(current, cause, address);
    sched_choose();
}

NOINLINE void kernel_timer(void)
{
    u32 overrun = sched_tick(arch_now());

    if (overrun != NONE) {
        life_fault(overrun, NEURON_FAULT_OVERRUN, 0);
    }
    console_drain(TICK_SLICE);
    sched_choose();
}

NOINLINE void kernel_interrupt(void)
{
    irq_deliver();
    sched_choose();
}

int kernel_idle(void)
{
    sched_idle(arch_now());
    return console_drain(TICK_SLICE);
}
