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

void sched_reset(u64 now)
{
    quantum_end = now + NEURON_QUANTUM;
    armed = 0;
    current = NONE;
}

void sched_block(u32 wait, u64 deadline)
{
    tasks[current].wait = wait;
    tasks[current].ran = 0;
    deadline_set(current, deadline);
    current = NONE;
}

void sched_wake(u32 task, int front)
{
    tasks[task].wait = WAIT_NONE;
    tasks[task].ending = NEURON_TIMEOUT;
    deadline_set(task, NEURON_FOREVER);
    if (front) {
        queue_push_front(READY_QUEUE, task);
    } else {
        queue_push_back(READY_QUEUE, task);
    }
}

void sched_finish(u32 task, int status)
{
    queue_remove(task);
    tasks[task].context.x[REG_A0] = (u64)(int64_t)status;
    sched_wake(task, 0);
}

void sched_finish_soon(u32 task, int status)
{
    tasks[task].ending = status;
    deadline_pass(task);
}

void sched_detach(u32 task)
{
    queue_remove(task);
    tasks[task].ending = NEURON_TIMEOUT;
    deadline_set(task, NEURON_FOREVER);
    tasks[task].wait = WAIT_NONE;
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

void sched_choose(void)
{
    u32 top = queue_top(READY_QUEUE);

    if (top != NONE) {
        if (current == NONE) {
            queue_remove(top);
            current = top;
        } else if (tasks[top].level > tasks[current].level) {
            /* Preempted, not done: it goes on before its equals. */
            queue_remove(top);
            queue_push_front(READY_QUEUE, current);
            current = top;
        }
    }
    u64 next = deadline_earliest();
    if (quantum_end < next) {
        next = quantum_end;
    }
    if (next != armed) {
        armed = next;
        arch_timer_arm(next);
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
    sched_choose();
}
