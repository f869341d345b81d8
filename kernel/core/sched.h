/* Which task runs: fixed priorities, round robin among equals, run limits. */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "types.h"
#include "waits.h"

extern u64 sched_quantum_end; /* when the running task is charged and takes turns with its equals */
extern u64 sched_armed;       /* what the timer was last asked for */
extern u32 sched_moved;       /* 1: a deadline or the end of the quantum changed since then */

/* No deadline is missed: the timer was asked for the first, or will be. */
/*@ predicate timer_inv{L} = sched_moved <= 1 &&
      (sched_moved == 0 ==> \forall integer t; 0 <= t < DEADLINE_LEAVES ==>
        sched_armed <= deadlines[DEADLINE_LEAVES + t]);

    predicate steady_inv{L}(integer x) = waits_inv{L}(x) && timer_inv{L};
    predicate sched_inv{L}(integer x) = steady_inv{L}(x) && calls_inv{L}(x);

    // What messages leave of a task as it was; the end of a wait leaves its token and ready too.
    predicate rest_kept{L, M}(integer t) =
      \at(tasks[t].context.pc, L) == \at(tasks[t].context.pc, M) &&
      \at(tasks[t].context.space, L) == \at(tasks[t].context.space, M) &&
      \at(tasks[t].context.whole, L) == \at(tasks[t].context.whole, M) &&
      \at(tasks[t].context.task, L) == \at(tasks[t].context.task, M) &&
      \at(tasks[t].generation, L) == \at(tasks[t].generation, M) &&
      \at(tasks[t].no_higher, L) == \at(tasks[t].no_higher, M) &&
      \at(tasks[t].mask, L) == \at(tasks[t].mask, M) &&
      \at(tasks[t].first_slot, L) == \at(tasks[t].first_slot, M) &&
      \at(tasks[t].slots, L) == \at(tasks[t].slots, M) &&
      \at(tasks[t].level, L) == \at(tasks[t].level, M) &&
      \at(tasks[t].state, L) == \at(tasks[t].state, M) &&
      \at(tasks[t].call_slot, L) == \at(tasks[t].call_slot, M) &&
      \at(tasks[t].reset_memory, L) == \at(tasks[t].reset_memory, M) &&
      \at(tasks[t].servers, L) == \at(tasks[t].servers, M) &&
      \at(tasks[t].peers_changed, L) == \at(tasks[t].peers_changed, M) &&
      \at(tasks[t].run_limit, L) == \at(tasks[t].run_limit, M) &&
      \at(tasks[t].exit_code, L) == \at(tasks[t].exit_code, M) &&
      \at(tasks[t].fault_cause, L) == \at(tasks[t].fault_cause, M) &&
      \at(tasks[t].fault_pc, L) == \at(tasks[t].fault_pc, M) &&
      \at(tasks[t].fault_address, L) == \at(tasks[t].fault_address, M) &&
      \at(tasks[t].reset_page, L) == \at(tasks[t].reset_page, M) &&
      \at(tasks[t].reset_left, L) == \at(tasks[t].reset_left, M) &&
      \at(tasks[t].own_pages, L) == \at(tasks[t].own_pages, M) &&
      \at(tasks[t].first_memory, L) == \at(tasks[t].first_memory, M) &&
      \at(tasks[t].entry, L) == \at(tasks[t].entry, M) && \at(tasks[t].sp, L) == \at(tasks[t].sp, M) &&
      \at(tasks[t].gp, L) == \at(tasks[t].gp, M) && \at(tasks[t].tp, L) == \at(tasks[t].tp, M) &&
      \at(tasks[t].first_leaf, L) == \at(tasks[t].first_leaf, M) &&
      \at(tasks[t].leaf_tables, L) == \at(tasks[t].leaf_tables, M) &&
      \at(tasks[t].arena_pages, L) == \at(tasks[t].arena_pages, M) &&
      \at(tasks[t].clients, L) == \at(tasks[t].clients, M) &&
      (\forall integer r; 0 <= r < REG_A0 || REG_A7 < r < 32 ==>
        \at(tasks[t].context.x[r], L) == \at(tasks[t].context.x[r], M));
    predicate kept{L, M}(integer t) = rest_kept{L, M}(t) &&
      \at(tasks[t].token, L) == \at(tasks[t].token, M) && \at(tasks[t].ready, L) == \at(tasks[t].ready, M);
    predicate all_rest_kept{L, M} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> rest_kept{L, M}(t);
    predicate all_kept{L, M} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> kept{L, M}(t);

    // At the end of an entry: the current task is one of the highest that can run.
    predicate none_above{L}(integer level) =
      \forall integer l; level < l < NEURON_LEVELS ==> queues[READY_QUEUE].head[l] == NONE;
    predicate chosen{L} =
      current == NONE ? queues[READY_QUEUE].levels == 0 : none_above(level_of[current]); */

/* What a contract needs, or promises, of sched_inv(x), a clause each: the provers find the parts, and seldom the whole. */
/* clang-format off */
#define WAITS_INV(says, x)                                                                         \
    says lists: queue_inv && deadline_inv && timer_inv && unused_inv;                              \
    says words: words_inv;                                                                         \
    says attention: attention_inv;                                                                 \
    says place: place_inv(x);                                                                      \
    says timing: timing_inv(x);                                                                    \
    says waiting: waiting_inv(x);                                                                  \
    says callers: no_callers(x);
#define SCHED_INV(says, x)                                                                         \
    WAITS_INV(says, x)                                                                             \
    says calls: calls_inv(x);
#define WAITS_NEEDED(x) WAITS_INV(requires, x)
#define WAITS_KEPT(x) WAITS_INV(ensures, x)
#define SCHED_INV_NEEDED(x) SCHED_INV(requires, x)
#define SCHED_INV_KEPT(x) SCHED_INV(ensures, x)
/* clang-format on */

/*@ assigns sched_quantum_end, sched_armed, sched_moved, current;
    ensures timer: sched_moved == 1;
    ensures idle: current == NONE; */
void sched_reset(u64 now);

/* The current task stops running to wait, until `deadline` (ticks; NEURON_FOREVER: no limit). */
/*@ SCHED_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[current].wait, tasks[current].ran, deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    SCHED_INV_KEPT(\old(current))
    ensures waits: tasks[\old(current)].wait == wait;
    ensures until: deadlines[DEADLINE_LEAVES + \old(current)] == deadline;
    ensures none: current == NONE; */
void sched_block(u64 wait, u64 deadline);

/* A waiting or new task may run again; `front`: before the others of its level. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count && running(task) && task != current && links[task].queue == NONE;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures ready: links[task].queue == READY_QUEUE; */
void sched_wake(u32 task, int front);

/* A waiting task runs at once, since nobody runs and no task that is ready is above it. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count && running(task) && links[task].queue == NONE;
    requires idle: current == NONE;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    SCHED_INV_KEPT(NONE)
    ensures runs: current == task; */
void sched_hand_over(u32 task);

/* A waiting task may run again; at once, if it is above whoever runs. For the end of an entry: `current` changes. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count && running(task) && task != current && links[task].queue == NONE;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE)
    ensures runs: current == \old(current) || current == task; */
void sched_wake_now(u32 task);

/* Nothing but a status comes back to a task from its call, which is over. */
/*@ requires inv: sched_inv(task);
    requires task: task < task_count;
    assigns tasks[task].context.x[REG_A0 .. REG_A7];
    SCHED_INV_KEPT(task)
    ensures status: tasks[task].context.x[REG_A0] == (u64)status;
    ensures clear: \forall integer r; REG_A0 < r <= REG_A7 ==> tasks[task].context.x[r] == 0; */
void sched_answer(u32 task, int status);

/* Ends the wait of a task with a status. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count && running(task) && tasks[task].wait != WAIT_NONE;
    assigns tasks[task].wait, tasks[task].ending, tasks[task].context.x[REG_A0 .. REG_A7],
      deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures ready: links[task].queue == READY_QUEUE;
    ensures status: tasks[task].context.x[REG_A0] == (u64)status;
    ensures clear: \forall integer r; REG_A0 < r <= REG_A7 ==> tasks[task].context.x[r] == 0; */
void sched_finish(u32 task, int status);

/* Ends the wait of a task with a status, or with its pending bits (NOTIFIED), by a timer interrupt that
 * comes before anybody runs again. For many at once: their number does not make this entry long. */
/*@ requires lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    requires words: words_inv;
    requires attention: attention_inv;
    requires place: place_inv(NONE);
    requires timing: timing_inv(task);
    requires waiting: waiting_inv(task);
    requires callers: no_callers(NONE);
    requires task: task < task_count && running(task) && tasks[task].wait != WAIT_NONE;
    requires waits: tasks[task].wait != WAIT_GIVEN_UP;
    requires status: status != NEURON_TIMEOUT;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale_count, sched_moved;
    ensures lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    ensures words: words_inv;
    ensures attention: attention_inv;
    ensures place: place_inv(NONE);
    ensures timing: timing_inv(NONE);
    ensures waiting: waiting_inv(task);
    ensures callers: no_callers(NONE);
    ensures calls: \forall integer t; 0 <= t < task_count && t != task && \old(call_ok(t)) ==> call_ok(t);
    ensures wait: tasks[task].wait == (\old(tasks[task].wait) >= WAIT_RECV ? WAIT_RECV_UNTIL :
      WAIT_SERVED <= \old(tasks[task].wait) < WAIT_SERVED_UNTIL
        ? \old(tasks[task].wait) - WAIT_SERVED + WAIT_SERVED_UNTIL : \old(tasks[task].wait));
    ensures soon: tasks[task].ending == status; */
void sched_finish_soon(u32 task, int status);

/* Takes a task off whatever it does: it neither runs nor waits afterwards. */
/*@ requires inv: sched_inv(NONE);
    requires task: task < task_count;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(task)
    ensures off: current != task && links[task].queue == NONE && tasks[task].wait == WAIT_NONE &&
      tasks[task].ending == NEURON_TIMEOUT && deadlines[DEADLINE_LEAVES + task] == NEURON_FOREVER;
    ensures current: \old(current) != task ==> current == \old(current); */
void sched_detach(u32 task);

/* The current task lets the others of its level run first. */
/*@ requires inv: sched_inv(NONE) && current < task_count;
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE)
    ensures last: queues[READY_QUEUE].tail[level_of[\old(current)]] == \old(current);
    ensures none: current == NONE; */
void sched_give_way(void);

/* Ends each kernel entry: chooses `current` and arms the timer. */
/*@ requires inv: sched_inv(NONE);
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current,
      deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count, sched_armed, sched_moved;
    SCHED_INV_KEPT(NONE)
    ensures chosen: chosen;
    ensures armed: sched_moved == 0; */
void sched_choose(void);

/* Whether sched_choose() would change nothing. */
/*@ requires inv: sched_inv(NONE);
    assigns \nothing;
    ensures chosen: \result != 0 ==> chosen && current < task_count && sched_moved == 0; */
int sched_is_settled(void);

/* A timer interrupt: ends the waits whose deadline passed, charges the current task and ends its turn
 * when the quantum is over. Returns the task if that used up its run limit, else NONE. */
/*@ requires inv: sched_inv(NONE);
    requires now: now < NEURON_FOREVER;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1],
      deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_quantum_end, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE)
    ensures kept: all_kept{Pre, Post};
    ensures overrun: \result == NONE || (\result == current && current == \old(current) &&
      \result < task_count && tasks[\result].run_limit != 0); */
u32 sched_tick(u64 now);

/* Nobody runs at `now`: no need for quanta until somebody does. */
/*@ requires inv: sched_inv(NONE);
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current,
      deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count, sched_armed, sched_moved, sched_quantum_end;
    SCHED_INV_KEPT(NONE)
    ensures chosen: chosen;
    ensures armed: sched_moved == 0; */
void sched_idle(u64 now);

#endif
