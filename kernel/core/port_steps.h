/*
 * The steps of calls, receives and replies. Each changes a few words, and its contract says what that leaves
 * of the invariant: a clause each, so that the proof of a clause has only this step to look at.
 */
#ifndef CORE_PORT_STEPS_H
#define CORE_PORT_STEPS_H

#include "../proof/axioms.h"
#include "notify.h"
#include "port.h"
#include "queue.h"
#include "sched.h"

/*@ predicate run_kept{L, M}(integer t) =
      \at(tasks[t].first_slot, L) == \at(tasks[t].first_slot, M) &&
      \at(tasks[t].slots, L) == \at(tasks[t].slots, M) &&
      \at(tasks[t].first_leaf, L) == \at(tasks[t].first_leaf, M) &&
      \at(tasks[t].leaf_tables, L) == \at(tasks[t].leaf_tables, M); */

/*@ predicate same_call{L, M}(integer t) =
      \at(tasks[t].wait, L) == \at(tasks[t].wait, M) &&
      \at(tasks[t].call_slot, L) == \at(tasks[t].call_slot, M) &&
      \at(tasks[t].context.x[REG_A0 + 1], L) == \at(tasks[t].context.x[REG_A0 + 1], M) &&
      \at(tasks[t].context.x[REG_A0 + 2], L) == \at(tasks[t].context.x[REG_A0 + 2], M) &&
      \at(tasks[t].context.x[REG_A0 + 3], L) == \at(tasks[t].context.x[REG_A0 + 3], M) &&
      \at(tasks[t].context.x[REG_A0 + 4], L) == \at(tasks[t].context.x[REG_A0 + 4], M) &&
      \at(tasks[t].context.x[REG_A0 + 5], L) == \at(tasks[t].context.x[REG_A0 + 5], M); */

/* clang-format off */
#define TABLES_KEPT                                                                                \
    ensures apart: runs_apart{Pre} ==> runs_apart;                                                 \
    ensures runs: tasks_inv{Pre} ==> \forall integer t; 0 <= t < task_count ==>                    \
      slots_run(t) && leaves_run(t) && tasks[t].level < NEURON_LEVELS;                             \
    ensures slots: tasks_inv{Pre} && slots_inv{Pre} ==> slots_inv;                                 \
    ensures ports: ports_inv{Pre} ==> ports_inv;
#define STEP_KEPT                                                                                  \
    TABLES_KEPT                                                                                    \
    ensures words: words_inv{Pre} ==> words_inv;                                                   \
    ensures attention: attention_inv{Pre} ==> attention_inv;                                       \
    ensures place: \forall integer x; place_inv{Pre}(x) ==> place_inv(x);                          \
    ensures timing: \forall integer x; timing_inv{Pre}(x) ==> timing_inv(x);                       \
    ensures waiting: \forall integer x; waiting_inv{Pre}(x) ==> waiting_inv(x);                    \
    ensures callers: \forall integer x; no_callers{Pre}(x) ==> no_callers(x);                      \
    ensures calls: \forall integer x; calls_inv{Pre}(x) ==> calls_inv(x);
/* clang-format on */

/* The call of a task has a number. */
/*@ requires caller: caller < NEURON_TASKS_MAX;
    assigns tasks[caller].token;
    STEP_KEPT
    ensures token: tasks[caller].token == (u64)(\old(tasks[caller].token) + 64); */
static inline void number_call(u32 caller)
{
    tasks[caller].token = tasks[caller].token + 64;
    //@ assert number: next_number(\at(tasks[caller].token, Pre), tasks[caller].token);
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* A slot was used in this life of the server. */
/*@ requires tasks: server < NEURON_TASKS_MAX;
    requires slot: slot < NEURON_SLOTS_MAX && slots[slot].kind == NEURON_CAP_PORT &&
      slots[slot].object == server && (slots[slot].rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL;
    requires life: WAIT_RECV < tasks[server].generation;
    assigns slots[slot].generation;
    STEP_KEPT
    ensures used: slots[slot].generation == tasks[server].generation; */
static inline void use_slot(u64 slot, u32 server)
{
    slots[slot].generation = tasks[server].generation;
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The message of the current task waits in its registers. */
/*@ requires current: current < NEURON_TASKS_MAX && !is_queued(tasks[current].wait);
    requires slot: slot < NEURON_SLOTS_MAX;
    assigns tasks[current].call_slot, tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5];
    STEP_KEPT
    ensures slot: tasks[current].call_slot == slot;
    ensures message: tasks[current].context.x[REG_A0 + 1] == tag &&
      tasks[current].context.x[REG_A0 + 2] == w0 &&
      tasks[current].context.x[REG_A0 + 3] == w1 && tasks[current].context.x[REG_A0 + 4] == w2 &&
      tasks[current].context.x[REG_A0 + 5] == w3; */
static inline void keep_message(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    u32 caller = current;

    tasks[caller].call_slot = (u32)slot;
    tasks[caller].context.x[REG_A0 + 1] = tag;
    tasks[caller].context.x[REG_A0 + 2] = w0;
    tasks[caller].context.x[REG_A0 + 3] = w1;
    tasks[caller].context.x[REG_A0 + 4] = w2;
    tasks[caller].context.x[REG_A0 + 5] = w3;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The server has another life than when the slot was used; the next call will be one to that life. */
/*@ requires row: row < NEURON_SLOTS_MAX;
    assigns slots[row].generation;
    STEP_KEPT */
static inline void forget_life(u32 row)
{
    slots[row].generation = NEVER;
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* As sched_block(), sched_wake() and sched_hand_over(): none of them changes what the table says. */
/*@ SCHED_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[current].wait, tasks[current].ran, deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    SCHED_INV_KEPT(\old(current))
    TABLES_KEPT
    ensures waits: tasks[\old(current)].wait == wait;
    ensures until: deadlines[DEADLINE_LEAVES + \old(current)] == deadline;
    ensures none: current == NONE; */
static inline void block(u64 wait, u64 deadline)
{
    sched_block(wait, deadline);
    //@ assert rows: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/*@ requires inv: sched_inv(task);
    requires task: task < task_count && running(task) && task != current && links[task].queue == NONE;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    TABLES_KEPT
    ensures ready: links[task].queue == READY_QUEUE;
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
static inline void wake(u32 task)
{
    sched_wake(task, 1);
    //@ assert kept: \forall integer t; run_kept{Pre, Here}(t);
    //@ assert rows: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
    //@ assert rest: \forall integer t; rest_kept{Pre, Here}(t);
}

/*@ requires inv: sched_inv(task);
    requires task: task < task_count && running(task) && links[task].queue == NONE;
    requires idle: current == NONE;
    assigns tasks[task].wait, tasks[task].ending, deadlines[DEADLINE_LEAVES + task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    SCHED_INV_KEPT(NONE)
    TABLES_KEPT
    ensures runs: current == task;
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
static inline void hand_over(u32 task)
{
    sched_hand_over(task);
    //@ assert kept: \forall integer t; run_kept{Pre, Here}(t);
    //@ assert rows: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
    //@ assert rest: \forall integer t; rest_kept{Pre, Here}(t);
}

/* As notify_ready() and notify_take(). */
/*@ requires inv: sched_inv(NONE);
    assigns tasks[init_task].bits, tasks[init_task].attention, tasks[init_task].context.x[REG_A0 .. REG_A7],
      tasks[init_task].wait, tasks[init_task].ending, deadlines[DEADLINE_LEAVES + init_task],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    TABLES_KEPT
    ensures busy: caller_kept{Pre, Post}(init_task);
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
static inline void tell_init(void)
{
    notify_ready();
    //@ assert kept: \forall integer t; run_kept{Pre, Here}(t);
    //@ assert rows: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
    //@ assert may: \forall integer t, s; may_call{Pre}(t, s) ==> may_call(t, s);
    /*@ assert through: \forall integer t, row, s; calls_through{Pre}(t, row, s) <==>
          calls_through(t, row, s); */
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
    //@ assert rest: \forall integer t; rest_kept{Pre, Here}(t);
}

/*@ requires inv: sched_inv(task);
    requires task: task < task_count;
    assigns tasks[task].bits, tasks[task].attention, tasks[task].context.x[REG_A0 .. REG_A7];
    SCHED_INV_KEPT(task)
    TABLES_KEPT
    ensures status: tasks[task].context.x[REG_A0] == NEURON_NOTIFIED; */
static inline void take_all_bits(u32 task)
{
    notify_take(task, tasks[task].bits);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/*@ requires task: task < NEURON_TASKS_MAX && running(task);
    assigns tasks[task].ready;
    STEP_KEPT
    ensures ready: tasks[task].ready == 1;
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
static inline void set_ready(u32 task)
{
    tasks[task].ready = 1;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
    //@ assert rest: \forall integer t; rest_kept{Pre, Here}(t);
}

/* Nothing is there for a task. */
/*@ requires task: task < NEURON_TASKS_MAX;
    requires nothing: tasks[task].bits == 0 && queues[task].levels == 0;
    assigns tasks[task].attention;
    STEP_KEPT */
static inline void pay_no_attention(u32 task)
{
    tasks[task].attention = 0;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* Somebody is in the queue of a task. */
/*@ requires task: task < NEURON_TASKS_MAX;
    assigns tasks[task].attention;
    STEP_KEPT
    ensures others: (\forall integer t; 0 <= t < task_count && t != task ==> attention_ok{Pre}(t)) ==>
      attention_inv; */
static inline void pay_attention(u32 task)
{
    tasks[task].attention = 1;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert calls: \forall integer t; call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* A caller that waits for a server is in its queue, which it was not yet. */
/*@ requires queue: queue_inv && unused_inv && level_known(caller);
    requires attention: attention_inv;
    requires place: place_inv(caller);
    requires callers: no_callers(NONE);
    requires tasks: caller < task_count && server < task_count && caller != current && running(caller);
    requires out: links[caller].queue == NONE;
    requires waits: tasks[caller].wait == WAIT_QUEUED + server && !receives(tasks[server].wait);
    assigns queues[server], links[0 .. NEURON_TASKS_MAX - 1];
    ensures queue: queue_inv && unused_inv;
    ensures attention: \forall integer t; 0 <= t < task_count && t != server ==> attention_ok(t);
    ensures place: place_inv(NONE);
    ensures callers: no_callers(NONE);
    ensures last: queues[server].tail[level_of[caller]] == caller; */
static inline void join_queue(u32 server, u32 caller)
{
    queue_push_back(server, caller);
    //@ assert own: place_ok(caller);
    /*@ assert others: \forall integer t; 0 <= t < task_count && t != caller && place_ok{Pre}(t) ==>
          place_ok(t); */
}

/* The call of a task leaves the queue of the current one. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && caller < task_count && links[caller].queue == current;
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    PORT_INV_KEPT(caller)
    ensures out: links[caller].queue == NONE; */
static inline void leave_port(u32 caller)
{
    queue_remove(caller);
}

/* The call that the current task received is being served. */
/*@ requires tasks: current < task_count <= NEURON_TASKS_MAX && caller < task_count && caller != current;
    requires call: tasks[caller].wait == WAIT_QUEUED + current && may_call(caller, current);
    requires timing: timing_ok(caller) && tasks[caller].ending == NEURON_TIMEOUT;
    requires live: links[caller].queue == NONE && running(caller) && running(current) && tasks[current].ready == 1;
    assigns tasks[caller].wait;
    TABLES_KEPT
    ensures words: words_inv{Pre} ==> words_inv;
    ensures attention: attention_inv{Pre} ==> attention_inv;
    ensures place: place_inv{Pre}(caller) ==> place_inv(NONE);
    ensures timing: timing_inv{Pre}(caller) ==> timing_inv(NONE);
    ensures waiting: waiting_inv{Pre}(caller) ==> waiting_inv(NONE);
    ensures callers: no_callers{Pre}(caller) ==> no_callers(NONE);
    ensures calls: calls_inv{Pre}(caller) ==> calls_inv(NONE);
    ensures served: served_by(caller, current); */
static inline void begin_service(u32 caller)
{
    u64 base =
        deadlines[DEADLINE_LEAVES + caller] == NEURON_FOREVER ? WAIT_SERVED : WAIT_SERVED_UNTIL;

    tasks[caller].wait = base + current;
    //@ assert callee: callee_of(tasks[caller].wait) == current;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert place: \forall integer t; t != caller && place_ok{Pre}(t) ==> place_ok(t);
    //@ assert own_place: place_ok(caller);
    //@ assert timing: \forall integer t; t != caller && timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert own_timing: timing_ok(caller);
    //@ assert waiting: \forall integer t; t != caller && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert own_waiting: waiting_ok(caller);
    //@ assert attention: \forall integer t; attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert callers: \forall integer t; t != caller && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert may: \forall integer t, s; may_call{Pre}(t, s) ==> may_call(t, s);
    //@ assert through: \forall integer t, row, s; calls_through{Pre}(t, row, s) ==> calls_through(t, row, s);
    //@ assert calls: \forall integer t; t != caller && call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own_call: call_ok(caller);
    //@ assert kept: \forall integer t; run_kept{Pre, Here}(t);
    //@ assert rows: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The current task, whose call the server has, waits for the reply. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && server < task_count && may_call(current, server);
    requires running: running(server) && tasks[server].ready == 1;
    assigns tasks[current].wait, tasks[current].ran, deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    PORT_INV_KEPT(NONE)
    ensures none: current == NONE;
    ensures served: served_by(\old(current), server); */
static inline void wait_for_reply(u32 server, u64 deadline)
{
    //@ ghost u32 caller = current;
    //@ assert own: place_ok(caller) && timing_ok(caller);
    int endless = deadline == NEURON_POLL || deadline == NEURON_FOREVER;

    block((endless ? WAIT_SERVED : WAIT_SERVED_UNTIL) + server,
          endless ? NEURON_FOREVER : deadline);
    //@ assert callee: callee_of(tasks[caller].wait) == server;
    //@ assert own_place: place_ok(caller);
    //@ assert own_timing: timing_ok(caller);
    //@ assert own_waiting: waiting_ok(caller) && no_caller(caller);
    //@ assert own_call: call_ok(caller);
}

/* Tells init, once in a life, that the current task serves. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[current].ready, tasks[init_task].bits, tasks[init_task].attention,
      tasks[init_task].context.x[REG_A0 .. REG_A7], tasks[init_task].wait, tasks[init_task].ending,
      deadlines[DEADLINE_LEAVES + init_task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1],
      deadline_stale_count, sched_moved, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    PORT_INV_KEPT(NONE)
    ensures ready: tasks[current].ready == 1;
    ensures busy: caller_kept{Pre, Post}(init_task);
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
static inline void tell_ready(void)
{
    u32 server = current;

    //@ assert runs: place_ok(server) && words_ok(server);
    if (tasks[server].ready == 0) {
        set_ready(server);
        /*@ ghost Ready: ; */
        //@ assert tables: tasks_inv && slots_inv;
        tell_init();
        //@ assert ready: tasks[server].ready == 1;
        /*@ assert rest: \forall integer t; rest_kept{Pre, Ready}(t) && rest_kept{Ready, Here}(t) ==>
              rest_kept{Pre, Here}(t); */
    }
}

/* The current task, for which there is nothing, waits for a message or a bit. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && tasks[current].ready == 1;
    requires nothing: tasks[current].bits == 0 && queues[current].levels == 0 && deadline != 0;
    assigns tasks[current].wait, tasks[current].ran, deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    PORT_INV_KEPT(NONE)
    ensures waits: current == NONE && receives(tasks[\old(current)].wait); */
static inline void wait_for_call(u64 deadline)
{
    u32 server = current;

    //@ assert own: place_ok(server) && timing_ok(server) && words_ok(server);
    block(deadline == NEURON_FOREVER ? tasks[server].generation : WAIT_RECV_UNTIL, deadline);
    //@ assert own_place: place_ok(server);
    //@ assert own_timing: timing_ok(server);
    //@ assert own_waiting: waiting_ok(server) && no_caller(server);
    //@ assert own_call: call_ok(server);
}

/* The current task takes its pending bits. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[current].bits, tasks[current].attention, tasks[current].context.x[REG_A0 .. REG_A7];
    PORT_INV_KEPT(NONE)
    ensures status: tasks[current].context.x[REG_A0] == NEURON_NOTIFIED; */
static inline void take_bits(void)
{
    u32 server = current;

    //@ assert own: place_ok(server) && timing_ok(server) && waiting_ok(server) && no_caller(server);
    take_all_bits(server);
    //@ assert own: place_ok(server) && timing_ok(server) && waiting_ok(server) && no_caller(server);
}

#endif
