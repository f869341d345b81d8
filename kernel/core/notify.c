/* Notifications. */
#include "notify.h"

#include "../proof/axioms.h"
#include "arch.h"
#include "port.h"
#include "sched.h"
#include "slot.h"
#include "state.h"

/* The task gets `bits` in its registers; `left` are pending. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7];
    SCHED_INV_KEPT(task)
    ensures status: tasks[task].context.x[REG_A0] == NEURON_NOTIFIED;
    ensures bits: tasks[task].context.x[REG_A0 + 1] == bits;
    ensures clear: \forall integer r; REG_A0 + 1 < r <= REG_A7 ==> tasks[task].context.x[r] == 0;
    ensures left: tasks[task].bits == left; */
static void give_bits(u32 task, u64 bits, u64 left)
{
    sched_answer(task, NEURON_NOTIFIED);
    tasks[task].context.x[REG_A0 + 1] = bits;
    tasks[task].bits = left;
    //@ assert calls: calls_inv(task);
    if (left != 0) {
        tasks[task].attention = 1;
    }
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert calls: calls_inv(task);
    //@ assert words: words_inv;
    //@ assert attention: \forall integer t; t != task && attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert own: attention_ok(task);
}

void notify_take(u32 task, u64 bits)
{
    give_bits(task, bits, tasks[task].bits & ~bits);
}

/* What the task waits for of `pending` bits. */
/*@ requires task: task < NEURON_TASKS_MAX;
    assigns \nothing;
    ensures \result == awaited_of(task, pending); */
static u64 awaited(u32 task, u64 pending)
{
    u64 reason = wait_reason(tasks[task].wait);

    if (reason == WAIT_RECV) {
        return pending;
    }
    return reason == WAIT_BITS ? pending & tasks[task].mask : 0;
}

void notify_deliver(u32 task)
{
    u64 bits = awaited(task, tasks[task].bits);

    if (bits != 0) {
        //@ assert waits: place_ok(task) && running(task) && task != current && links[task].queue == NONE;
        notify_take(task, bits);
        sched_wake(task, 0);
    }
}

/* The bits are pending, and the task does not wait for them. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count && awaited_of(task, pending) == 0;
    assigns tasks[task].bits, tasks[task].attention;
    SCHED_INV_KEPT(NONE) */
static void note_bits(u32 task, u64 pending)
{
    tasks[task].bits = pending;
    tasks[task].attention = 1;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert timing: \forall integer t; timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert waiting: \forall integer t; t != task && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
}

/* Sets bits. Whether the task waited for them and has them now; then it still has to be woken. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7];
    SCHED_INV_KEPT(task)
    ensures busy: caller_kept{Pre, Post}(task);
    ensures woken: \result != 0 ==> running(task) && task != current && links[task].queue == NONE &&
      !calls(tasks[task].wait);
    ensures left: \result == 0 ==> place_inv(NONE) && timing_inv(NONE) && waiting_inv(NONE) &&
      no_callers(NONE) && calls_inv(NONE); */
static int set_bits(u32 task, u64 bits)
{
    u64 pending = tasks[task].bits | bits;
    u64 due = awaited(task, pending);

    if (due == 0) {
        note_bits(task, pending);
        return 0;
    }
    //@ assert waits: place_ok(task) && running(task) && task != current && links[task].queue == NONE;
    give_bits(task, due, pending & ~due);
    return 1;
}

void notify_set(u32 task, u64 bits)
{
    if (set_bits(task, bits)) {
        sched_wake(task, 0);
        //@ assert woken: place_ok(task) && !calls(tasks[task].wait);
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
    u64 pending = tasks[task].bits | bits;

    tasks[task].bits = pending;
    tasks[task].attention = 1;
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert calls: calls_inv(NONE);
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert words: words_inv;
    //@ assert place: \forall integer t; place_ok{Pre}(t) ==> place_ok(t);
    //@ assert place: place_inv(NONE);
    //@ assert timing: \forall integer t; timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert timing: timing_inv(NONE);
    //@ assert waiting: \forall integer t; t != task && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert waiting: waiting_inv(task);
    if (awaited(task, pending) != 0) {
        //@ assert waits: !calls(tasks[task].wait) && running(task);
        sched_finish_soon(task, NEURON_NOTIFIED);
        //@ assert own: waiting_ok(task);
    }
}

NOINLINE void notify_ready(void)
{
    notify_set(init_task, UINT64_C(1) << NEURON_BIT_LIFECYCLE);
}

NOINLINE void notify_death(void)
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
    //@ assert target: slots[row].object < task_count;
    u32 target = (u32)slots[row].object;
    //@ assert server: target == \at(slot_server(slot), Pre);
    if (tasks[target].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_PEER_GONE;
    }
    notify_set(target, bits);
    return NEURON_OK;
}

/* The current task waits for bits of `mask`, none of which is pending. */
/*@ requires inv: sched_inv(NONE) && current < task_count;
    requires none: (tasks[current].bits & mask) == 0 && deadline != 0;
    assigns tasks[current].mask, tasks[current].wait, tasks[current].ran,
      deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    SCHED_INV_KEPT(NONE) */
static void wait_for_bits(u64 mask, u64 deadline)
{
    //@ ghost u32 task = current;
    //@ assert runs: place_ok(task) && timing_ok(task) && waiting_ok(task);
    tasks[current].mask = mask;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert place: \forall integer t; place_ok{Pre}(t) ==> place_ok(t);
    //@ assert timing: \forall integer t; timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert waiting: \forall integer t; t != task && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert own: waiting_ok(task);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert words: words_inv;
    //@ assert place: place_inv(NONE);
    //@ assert timing: timing_inv(NONE);
    //@ assert waiting: waiting_inv(NONE);
    //@ assert calls: calls_inv(NONE);
    sched_block(WAIT_BITS, deadline);
    //@ assert own: place_ok(task) && timing_ok(task) && waiting_ok(task);
}

int notify_wait(u64 mask, u64 deadline)
{
    u32 task = current;
    u64 pending = tasks[task].bits & mask;

    if (pending != 0) {
        //@ assert runs: place_ok(task) && timing_ok(task) && waiting_ok(task) && no_caller(task);
        notify_take(task, pending);
        //@ assert own: place_ok(task) && timing_ok(task) && waiting_ok(task) && no_caller(task);
        return BLOCKED;
    }
    if (deadline != NEURON_FOREVER && deadline <= arch_now()) {
        return NEURON_TIMEOUT;
    }
    wait_for_bits(mask, deadline);
    return BLOCKED;
}
