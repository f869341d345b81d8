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

/* Nothing that the call leaves in a register it may clobber survives it. */
static void clear_clobbered(u64 *x)
{
    x[REG_RA] = 0;
    for (u32 r = REG_T0; r < REG_T0 + 3; r++) {
        x[r] = 0;
    }
    for (u32 r = REG_A0; r <= REG_A7; r++) {
        x[r] = 0;
    }
    for (u32 r = REG_T3; r < REG_T3 + 4; r++) {
        x[r] = 0;
    }
}

static int power(u64 slot, u64 code)
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

/* The call with number a[7] and inputs a[0].. of the current task: a status or BLOCKED. */
static int dispatch(const u64 *a)
{
    struct message message = {.tag = a[1], .words = {a[2], a[3], a[4], a[5]}};

    switch (a[7]) {
    case NEURON_SYS_null:
        return NEURON_OK;
    case NEURON_SYS_call:
        return port_call(a[0], &message, a[6]);
    case NEURON_SYS_recv:
        return port_recv(a[0]);
    case NEURON_SYS_reply:
        return port_reply(a[0], &message);
    case NEURON_SYS_reply_recv:
        return port_reply_recv(a[0], &message, a[6]);
    case NEURON_SYS_notify:
        return notify_send(a[0], a[1]);
    case NEURON_SYS_wait:
        return notify_wait(a[0], a[1]);
    case NEURON_SYS_peers_changed:
        return peers_changed();
    case NEURON_SYS_yield:
        sched_give_way();
        return BLOCKED;
    case NEURON_SYS_exit:
        life_exit(current, a[0]);
        return BLOCKED;
    case NEURON_SYS_cap_query:
        return slot_query(a[0]);
    case NEURON_SYS_console_write:
        return console_write(a[0], a[1]);
    case NEURON_SYS_power:
        return power(a[0], a[1]);
    case NEURON_SYS_task_start:
        return life_task_start(a[0], a[1]);
    case NEURON_SYS_task_stop:
        return life_task_stop(a[0], a[1], a[2]);
    case NEURON_SYS_task_reset_step:
        return life_task_reset_step(a[0], a[1]);
    case NEURON_SYS_task_inspect:
        return inspect_task(a[0], a[1], a[2], a[3]);
    case NEURON_SYS_device_cap_create:
        return device_cap_create(a[0], a[1], a[2], a[3], a[4]);
    case NEURON_SYS_cap_transfer_to:
        return device_cap_transfer(a[0], a[1], a[2], a[3]);
    case NEURON_SYS_cap_revoke:
        return device_cap_revoke(a[0], a[1], a[2]);
    case NEURON_SYS_cap_drop:
        return device_cap_drop(a[0]);
    case NEURON_SYS_mmio_map:
        return device_map(a[0], a[1], a[2], a[3]);
    case NEURON_SYS_unmap:
        return device_unmap(a[0]);
    case NEURON_SYS_irq_ack:
        return irq_ack(a[0]);
    case NEURON_SYS_dev_write:
        return guard_write(a[0], a[1], a[2]);
    case NEURON_SYS_dev_queue:
        return guard_queue(a[0], a[1], a[2], a[3]);
    case NEURON_SYS_dev_post:
        return guard_post(a[0], a[1], a[2], a[3], a[4]);
    default:
        return NEURON_BAD_CALL;
    }
}

void kernel_syscall(void)
{
    u32 caller = current;
    u64 *x = tasks[caller].context.x;
    u64 a[8];

    for (u32 i = 0; i < 8; i++) {
        a[i] = x[REG_A0 + i];
    }
    clear_clobbered(x);
    int status = dispatch(a);
    if (status != BLOCKED) {
        x[REG_A0] = (u64)(int64_t)status;
    }
    sched_choose();
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
