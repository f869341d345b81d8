/* Notifications. */
#include "notify.h"

#include "arch.h"
#include "port.h"
#include "sched.h"
#include "slot.h"
#include "state.h"

void notify_take(u32 task, u64 bits)
{
    sched_answer(task, NEURON_NOTIFIED);
    tasks[task].context.x[REG_A0 + 1] = bits;
    tasks[task].bits = tasks[task].bits & ~bits;
}

/* The pending bits that the task waits for. */
static u64 awaited(u32 task)
{
    u64 reason = wait_reason(tasks[task].wait);

    if (reason == WAIT_RECV) {
        return tasks[task].bits;
    }
    return reason == WAIT_BITS ? tasks[task].bits & tasks[task].mask : 0;
}

/* The task gets the pending bits that it waits for. Whether there were any; then it still has to be woken. */
static int take_awaited(u32 task)
{
    u64 bits = awaited(task);

    if (bits == 0) {
        return 0;
    }
    notify_take(task, bits);
    return 1;
}

void notify_deliver(u32 task)
{
    if (take_awaited(task)) {
        sched_wake(task, 0);
    }
}

/* Sets bits. Whether the task waited for them. */
static int set_bits(u32 task, u64 bits)
{
    tasks[task].bits = tasks[task].bits | bits;
    int taken = take_awaited(task);
    if (tasks[task].bits != 0) {
        tasks[task].attention = 1;
    }
    return taken;
}

void notify_set(u32 task, u64 bits)
{
    if (set_bits(task, bits)) {
        sched_wake(task, 0);
    }
}

void notify_set_last(u32 task, u64 bits)
{
    if (set_bits(task, bits)) {
        sched_wake_now(task);
    }
}

void notify_set_soon(u32 task, u64 bits)
{
    tasks[task].bits = tasks[task].bits | bits;
    tasks[task].attention = 1;
    if (awaited(task) != 0) {
        sched_finish_soon(task, NEURON_NOTIFIED);
    }
}

void notify_ready(void)
{
    notify_set(init_task, UINT64_C(1) << NEURON_BIT_LIFECYCLE);
}

void notify_death(void)
{
    notify_set_last(init_task, UINT64_C(1) << NEURON_BIT_LIFECYCLE);
}

int notify_send(u64 slot, u64 bits)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_PORT, NEURON_RIGHT_NOTIFY, &row);
    if (status != NEURON_OK) {
        return status;
    }
    if (bits == 0 || (bits & slots[row].bits) != bits) {
        return NEURON_BAD_BITS;
    }
    u32 target = (u32)slots[row].object;
    if (tasks[target].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_PEER_GONE;
    }
    notify_set(target, bits);
    return NEURON_OK;
}

int notify_wait(u64 mask, u64 deadline)
{
    u64 pending = tasks[current].bits & mask;

    if (pending != 0) {
        notify_take(current, pending);
        return BLOCKED;
    }
    if (deadline != NEURON_FOREVER && deadline <= arch_now()) {
        return NEURON_TIMEOUT;
    }
    tasks[current].mask = mask;
    sched_block(WAIT_BITS, deadline);
    return BLOCKED;
}
