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

static int peers_changed(void)
{
    tasks[current].context.x[REG_A0 + 1] = tasks[current].peers_changed;
    tasks[current].peers_changed = 0;
    return NEURON_OK;
}

/* Calls whose outputs are put in the current task's registers, behind the status. */
static NOINLINE int with_outputs(u64 a0, u64 a1, u64 a2, u64 a3, u64 number)
{
    u32 caller = current;
    int status = NEURON_OK;

    sched_answer(caller, NEURON_OK);
    switch (number) {
    case NEURON_SYS_peers_changed:
        status = peers_changed();
        break;
    case NEURON_SYS_cap_query:
        status = slot_query(a0);
        break;
    case NEURON_SYS_task_reset_step:
        status = life_task_reset_step(a0, a1);
        break;
    case NEURON_SYS_task_inspect:
        status = inspect_task(a0, a1, a2, a3);
        break;
    default:
        status = irq_ack(a0);
        break;
    }
    tasks[caller].context.x[REG_A0] = (u64)(int64_t)status;
    return BLOCKED;
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

static int yield(void)
{
    sched_answer(current, NEURON_OK);
    sched_give_way();
    return BLOCKED;
}

static int leave(u64 code)
{
    life_exit(current, code);
    return BLOCKED;
}

/* Calls after which another task may run. */
static NOINLINE int scheduled(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    u32 caller = current;

    switch (number) {
    case NEURON_SYS_call:
        return settle(caller, port_call(a0, a1, a2, a3, a4, a5, a6));
    case NEURON_SYS_recv:
        return settle(caller, port_recv(a0));
    case NEURON_SYS_reply:
        return settle(caller, port_reply(a0, a1, a2, a3, a4, a5));
    case NEURON_SYS_reply_recv:
        return settle(caller, port_reply_recv(a0, a1, a2, a3, a4, a5, a6));
    case NEURON_SYS_notify:
        return settle(caller, notify_send(a0, a1));
    case NEURON_SYS_wait:
        return settle(caller, notify_wait(a0, a1));
    case NEURON_SYS_yield:
        return settle(caller, yield());
    case NEURON_SYS_task_start:
        return settle(caller, life_task_start(a0, a1));
    case NEURON_SYS_task_stop:
        return settle(caller, life_task_stop(a0, a1, a2));
    default:
        return settle(caller, leave(a0));
    }
}

/* All others have their status when they return, so they are the last that this function calls: no frame. */
int kernel_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    switch (number) {
    case NEURON_SYS_null:
        return NEURON_OK;
    case NEURON_SYS_call:
    case NEURON_SYS_recv:
    case NEURON_SYS_reply:
    case NEURON_SYS_reply_recv:
    case NEURON_SYS_notify:
    case NEURON_SYS_wait:
    case NEURON_SYS_yield:
    case NEURON_SYS_exit:
    case NEURON_SYS_task_start:
    case NEURON_SYS_task_stop:
        return scheduled(a0, a1, a2, a3, a4, a5, a6, number);
    case NEURON_SYS_peers_changed:
    case NEURON_SYS_cap_query:
    case NEURON_SYS_task_reset_step:
    case NEURON_SYS_task_inspect:
    case NEURON_SYS_irq_ack:
        return with_outputs(a0, a1, a2, a3, number);
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

void kernel_fault(u64 cause, u64 address)
{
    life_fault(current, cause, address);
    sched_choose();
}

void kernel_timer(void)
{
    u32 overrun = sched_tick(arch_now());

    if (overrun != NONE) {
        life_fault(overrun, NEURON_FAULT_OVERRUN, 0);
    }
    console_drain(TICK_SLICE);
    sched_choose();
}

void kernel_interrupt(void)
{
    irq_deliver();
    sched_choose();
}

int kernel_idle(void)
{
    sched_idle(arch_now());
    return console_drain(TICK_SLICE);
}
