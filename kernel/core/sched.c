/* The scheduler. `current` is in no queue; all other tasks that can run are in the ready queue. */
#include "sched.h"

#include "../proof/axioms.h"
#include "arch.h"
#include "deadline.h"
#include "notify.h"
#include "queue.h"
#include "state.h"

/* Waits that one timer interrupt ends; if more are due, it comes again at once. */
#define TICK_EXPIRES 8u

/* Longest sleep without a timer: some machines need one to notice anything. */
#define IDLE_SLEEP NEURON_TIME_HZ

u64 sched_quantum_end;
u64 sched_armed;
u32 sched_moved;

void sched_reset(u64 now)
{
    sched_quantum_end = now + NEURON_QUANTUM;
    sched_armed = 0;
    sched_moved = 1;
    current = NONE;
}

/* Most waits have no deadline, and then there is nothing to do. */
/*@ requires deadlines: deadline_inv && timer_inv;
    requires task: task < NEURON_TASKS_MAX;
    assigns deadlines[DEADLINE_LEAVES + task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1],
      deadline_stale_count, sched_moved;
    ensures deadlines: deadline_inv && timer_inv;
    ensures set: deadlines[DEADLINE_LEAVES + task] == deadline; */
static void set_deadline(u32 task, u64 deadline)
{
    if (deadlines[DEADLINE_LEAVES + task] != deadline) {
        deadline_set(task, deadline);
        sched_moved = 1;
    }
}

void sched_block(u64 wait, u64 deadline)
{
    tasks[current].wait = wait;
    tasks[current].ran = 0;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    set_deadline(current, deadline);
    current = NONE;
}

/* It waits no longer, and is nowhere yet. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved;
    ensures ended: tasks[task].wait == WAIT_NONE && tasks[task].ending == NEURON_TIMEOUT;
    ensures until: deadlines[DEADLINE_LEAVES + task] == NEURON_FOREVER;
    ensures lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    ensures words: words_inv;
    ensures attention: attention_inv;
    ensures place: place_inv(task);
    ensures timing: timing_inv(NONE);
    ensures waiting: waiting_inv(NONE);
    ensures callers: no_callers(NONE);
    ensures calls: calls_inv(NONE); */
static void end_wait(u32 task)
{
    tasks[task].wait = WAIT_NONE;
    tasks[task].ending = NEURON_TIMEOUT;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert waiting: \forall integer t; t != task && waiting_ok{Pre}(t) ==> waiting_ok(t);
    set_deadline(task, NEURON_FOREVER);
}

/*@ requires queue: queue_inv;
    requires task: task < NEURON_TASKS_MAX && links[task].queue == NONE && level_known(task);
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures queue: queue_inv;
    ensures ready: links[task].queue == READY_QUEUE;
    ensures others: others_keep_queue{Pre, Post}(task); */
static void make_ready(u32 task, int front)
{
    if (front) {
        queue_push_front(READY_QUEUE, task);
    } else {
        queue_push_back(READY_QUEUE, task);
    }
}

void sched_wake(u32 task, int front)
{
    end_wait(task);
    make_ready(task, front);
}

/* Whoever runs goes on before its equals, when `task` has run. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count && current != task;
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    ensures lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    ensures attention: attention_inv;
    ensures place: place_inv(task);
    ensures callers: no_callers(task);
    ensures none: current == NONE;
    ensures kept: links[task].queue == \old(links[task].queue);
    ensures other_levels: \forall integer l; 0 <= l < NEURON_LEVELS &&
      (\old(current) == NONE || l != level_of[\old(current)]) ==>
        queues[READY_QUEUE].head[l] == \old(queues[READY_QUEUE].head[l]); */
static void preempt(u32 task)
{
    (void)task;
    if (current != NONE) {
        queue_push_front(READY_QUEUE, current);
        current = NONE;
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
    preempt(task);
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

/*@ requires inv: sched_inv(task);
    requires task: task < task_count;
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(task)
    ensures out: links[task].queue == NONE;
    ensures empty_lists: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS &&
      \old(queues[q].head[l]) == NONE ==> queues[q].head[l] == NONE; */
static void leave_queue(u32 task)
{
    queue_remove(task);
}

void sched_finish(u32 task, int status)
{
    sched_answer(task, status);
    leave_queue(task);
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
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert attention: attention_inv;
    deadline_pass(task);
    sched_moved = 1;
    //@ assert attention: \forall integer t; attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert own: timing_ok(task);
    //@ assert timing: \forall integer t; t != task && timing_ok{Pre}(t) ==> timing_ok(t);
}

void sched_detach(u32 task)
{
    leave_queue(task);
    end_wait(task);
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
    return sched_moved == 0 && current != NONE &&
           queues[READY_QUEUE].levels <= tasks[current].no_higher;
}

/*@ requires inv: deadline_inv;
    assigns deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count, sched_armed, sched_moved;
    ensures deadlines: deadline_inv && timer_inv;
    ensures armed: sched_moved == 0; */
static NOINLINE void arm(void)
{
    u64 next = deadline_earliest();

    if (sched_quantum_end < next) {
        next = sched_quantum_end;
    }
    if (next != sched_armed) {
        sched_armed = next;
        arch_timer_arm(next);
    }
    sched_moved = 0;
}

/* The first of those that are ready runs. */
/*@ requires inv: sched_inv(NONE);
    requires ready: queues[READY_QUEUE].levels != 0;
    requires above: current != NONE ==> queues[READY_QUEUE].levels > tasks[current].no_higher;
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current,
      deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count, sched_armed, sched_moved;
    ensures lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    ensures attention: attention_inv;
    ensures place: place_inv(NONE);
    ensures timing: timing_inv(NONE);
    ensures callers: no_callers(NONE);
    ensures chosen: chosen && current != NONE;
    ensures armed: sched_moved == 0; */
static NOINLINE void run_top(void)
{
    u32 top = queue_top(READY_QUEUE);

    //@ assert top: top < task_count && place_ok(top) && top != current;
    //@ assert above: current != NONE ==> level_of[current] < level_of[top];
    leave_queue(top);
    //@ assert highest: none_above(level_of[top]);
    preempt(top);
    //@ assert highest: none_above(level_of[top]);
    current = top;
    //@ assert own: place_ok(top);
    //@ assert timing: timing_inv(NONE);
    if (sched_moved == 1) {
        arm();
        //@ assert timing: timing_inv(NONE);
    }
}

NOINLINE void sched_choose(void)
{
    u64 levels = queues[READY_QUEUE].levels;

    if (levels != 0 && (current == NONE || levels > tasks[current].no_higher)) {
        run_top();
        return;
    }
    if (sched_moved == 1) {
        arm();
    }
}

/* A quantum more. Whether the task used up its run limit. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].ran;
    SCHED_INV_KEPT(NONE)
    ensures limit: \result != 0 ==> tasks[task].run_limit != 0; */
static int charge(u32 task)
{
    tasks[task].ran = tasks[task].ran + NEURON_QUANTUM;
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert words: words_inv;
    //@ assert place: \forall integer t; place_ok{Pre}(t) ==> place_ok(t);
    //@ assert timing: \forall integer t; timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert waiting: \forall integer t; waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert waiting: waiting_inv(NONE);
    return tasks[task].run_limit != 0 && tasks[task].ran >= tasks[task].run_limit;
}

/* A task whose deadline passed; NONE: there is none. */
/*@ requires inv: unused_inv && deadline_inv && timer_inv;
    requires now: now < NEURON_FOREVER;
    assigns deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count;
    ensures inv: unused_inv && deadline_inv && timer_inv;
    ensures due: \result == NONE || \result < task_count;
    ensures passed: \result != NONE ==> deadlines[DEADLINE_LEAVES + \result] <= now; */
static u32 next_due(u64 now)
{
    u64 earliest = deadline_earliest();
    //@ assert inv: unused_inv && deadline_inv && timer_inv;
    if (earliest > now) {
        return NONE;
    }
    u32 first = deadline_first();
    //@ assert passed: first < NEURON_TASKS_MAX && deadlines[DEADLINE_LEAVES + first] != NEURON_FOREVER;
    //@ assert unused: first < task_count || links[first].queue == NONE;
    //@ assert used: first < task_count;
    return first;
}

/* Ends the wait of a task with the status that its deadline brings. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count && deadlines[DEADLINE_LEAVES + task] != NEURON_FOREVER;
    assigns tasks[task].wait, tasks[task].ending, tasks[task].bits, tasks[task].attention,
      tasks[task].context.x[REG_A0 .. REG_A7], deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures kept: all_kept{Pre, Post}; */
static void end_due(u32 task)
{
    //@ assert waits: running(task) && tasks[task].wait != WAIT_NONE;
    if (tasks[task].ending == NEURON_NOTIFIED) {
        notify_deliver(task);
        //@ assert kept: all_kept{Pre, Here};
    } else {
        sched_finish(task, tasks[task].ending);
        //@ assert kept: all_kept{Pre, Here};
    }
}

/* Ends the waits whose deadline passed. */
/*@ requires inv: sched_inv(NONE);
    requires now: now < NEURON_FOREVER;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1],
      deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures kept: all_kept{Pre, Post}; */
static void expire(u64 now)
{
    /*@ loop invariant 0 <= n <= TICK_EXPIRES;
        loop invariant inv: sched_inv(NONE);
        loop invariant kept: all_kept{Pre, Here};
        loop assigns n, tasks[0 .. NEURON_TASKS_MAX - 1],
          deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
          deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
          queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
        loop variant TICK_EXPIRES - n; */
    for (u32 n = 0; n < TICK_EXPIRES; n++) {
        u32 due = next_due(now);
        //@ assert timing: timing_inv(NONE);
        if (due == NONE) {
            return;
        }
        //@ assert bound: due < NEURON_TASKS_MAX;
        end_due(due);
    }
}

/* The quantum of the current task is over. The task, if that used up its run limit; else NONE. */
/*@ requires inv: sched_inv(NONE);
    requires task: task == current && task < task_count;
    assigns tasks[task].ran, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE)
    ensures kept: all_kept{Pre, Post};
    ensures overrun: \result == NONE || (\result == task && current == task && tasks[task].run_limit != 0); */
static u32 end_turn(u32 task)
{
    if (charge(task)) {
        return task;
    }
    if (queue_has_level(READY_QUEUE, tasks[task].level)) {
        sched_give_way();
    }
    return NONE;
}

u32 sched_tick(u64 now)
{
    expire(now);
    if (current != NONE && now < sched_quantum_end) {
        return NONE;
    }
    sched_quantum_end = now + NEURON_QUANTUM;
    sched_moved = 1;
    return current != NONE ? end_turn(current) : NONE;
}

void sched_idle(u64 now)
{
    sched_quantum_end = now + IDLE_SLEEP;
    sched_moved = 1;
    sched_choose();
}
