/* The scheduler. `current` is in no queue; all other tasks that can run are in the ready queue. */
#include "sched.h"

#include "arch.h"
#include "deadline.h"
#include "notify.h"
#include "queue.h"
#include "state.h"

/* Waits that one timer interrupt ends; if more are due, it comes again at once. */
#define TICK_EXPIRES 8u

/* Longest sleep without a timer: some machines need one to notice anything. */
#define IDLE_SLEEP NEURON_TIME_HZ

static u64 quantum_end; /* when the running task is charged and takes turns with its equals */
static u64 armed;       /* what the timer was last asked for */
static u32 moved;       /* 1: a deadline or the end of the quantum changed since then */

void sched_reset(u64 now)
{
    quantum_end = now + NEURON_QUANTUM;
    armed = 0;
    moved = 1;
    current = NONE;
}

/* Most waits have no deadline, and then there is nothing to do. */
static void set_deadline(u32 task, u64 deadline)
{
    if (deadlines[DEADLINE_LEAVES + task] != deadline) {
        deadline_set(task, deadline);
        moved = 1;
    }
}

void sched_block(u64 wait, u64 deadline)
{
    tasks[current].wait = wait;
    tasks[current].ran = 0;
    set_deadline(current, deadline);
    current = NONE;
}

/* It waits no longer. */
static void end_wait(u32 task)
{
    tasks[task].wait = WAIT_NONE;
    tasks[task].ending = NEURON_TIMEOUT;
    set_deadline(task, NEURON_FOREVER);
}

void sched_wake(u32 task, int front)
{
    end_wait(task);
    if (front) {
        queue_push_front(READY_QUEUE, task);
    } else {
        queue_push_back(READY_QUEUE, task);
    }
}

void sched_wake_now(u32 task)
{
    /* Somebody is there, or runs, who is not below it. */
    if (queues[READY_QUEUE].levels > tasks[task].no_higher / 2 ||
        (current != NONE && tasks[current].level >= tasks[task].level)) {
        sched_wake(task, 0);
        return;
    }
    if (current != NONE) {
        queue_push_front(READY_QUEUE, current);
    }
    sched_hand_over(task);
}

void sched_hand_over(u32 task)
{
    end_wait(task);
    current = task;
}

void sched_answer(u32 task, int status)
{
    tasks[task].context.x[REG_A0] = (u64)(int64_t)status;
    tasks[task].context.x[REG_A0 + 1] = 0;
    tasks[task].context.x[REG_A0 + 2] = 0;
    tasks[task].context.x[REG_A0 + 3] = 0;
    tasks[task].context.x[REG_A0 + 4] = 0;
    tasks[task].context.x[REG_A0 + 5] = 0;
    tasks[task].context.x[REG_A0 + 6] = 0;
    tasks[task].context.x[REG_A7] = 0;
}

void sched_finish(u32 task, int status)
{
    queue_remove(task);
    sched_answer(task, status);
    sched_wake(task, 0);
}

void sched_finish_soon(u32 task, int status)
{
    /* There is a deadline now, and the wait says so. */
    if (tasks[task].wait >= WAIT_RECV) {
        tasks[task].wait = WAIT_RECV_UNTIL;
    } else if (tasks[task].wait >= WAIT_SERVED && tasks[task].wait < WAIT_SERVED_UNTIL) {
        tasks[task].wait = tasks[task].wait - WAIT_SERVED + WAIT_SERVED_UNTIL;
    }
    tasks[task].ending = status;
    deadline_pass(task);
    moved = 1;
}

void sched_detach(u32 task)
{
    queue_remove(task);
    end_wait(task);
    tasks[task].ran = 0;
    if (current == task) {
        current = NONE;
    }
}

void sched_give_way(void)
{
    queue_push_back(READY_QUEUE, current);
    current = NONE;
}

int sched_is_settled(void)
{
    return moved == 0 && current != NONE && queues[READY_QUEUE].levels <= tasks[current].no_higher;
}

static NOINLINE void arm(void)
{
    u64 next = deadline_earliest();

    if (quantum_end < next) {
        next = quantum_end;
    }
    if (next != armed) {
        armed = next;
        arch_timer_arm(next);
    }
    moved = 0;
}

/* The first of those that are ready runs. */
static NOINLINE void run_top(void)
{
    u32 top = queue_top(READY_QUEUE);

    queue_remove(top);
    if (current != NONE) {
        /* Preempted, not done: it goes on before its equals. */
        queue_push_front(READY_QUEUE, current);
    }
    current = top;
    if (moved == 1) {
        arm();
    }
}

NOINLINE void sched_choose(void)
{
    u64 levels = queues[READY_QUEUE].levels;

    if (levels != 0 && (current == NONE || levels > tasks[current].no_higher)) {
        run_top();
        return;
    }
    if (moved == 1) {
        arm();
    }
}

u32 sched_tick(u64 now)
{
    u32 task = current;

    for (u32 n = 0; n < TICK_EXPIRES && deadline_earliest() <= now; n++) {
        u32 due = deadline_first();
        if (tasks[due].ending == NEURON_NOTIFIED) {
            notify_deliver(due);
        } else {
            sched_finish(due, tasks[due].ending);
        }
    }
    if (task != NONE && now < quantum_end) {
        return NONE;
    }
    quantum_end = now + NEURON_QUANTUM;
    moved = 1;
    if (task == NONE) {
        return NONE;
    }
    tasks[task].ran = tasks[task].ran + NEURON_QUANTUM;
    if (tasks[task].run_limit != 0 && tasks[task].ran >= tasks[task].run_limit) {
        return task;
    }
    if (queue_has_level(READY_QUEUE, tasks[task].level)) {
        sched_give_way();
    }
    return NONE;
}

void sched_idle(u64 now)
{
    quantum_end = now + IDLE_SLEEP;
    moved = 1;
    sched_choose();
}
