/* The fast paths of calls. Each is one straight line of checks that change nothing, then of changes that cannot fail. */
#include "fast.h"

#include "../proof/axioms.h"
#include "arch.h"
#include "state.h"

/*
 * Words of a message page that are copied here; with more, the other path is as fast, since it copies more at a time.
 * No function here may use the stack, which is that of the task still (the build refuses it): hence the two variants,
 * and the checks told in each of them.
 */
#define FAST_WORDS 128u

/* Whether a tag is right, and its bytes are whole words. */
/*@ assigns \nothing; */
static inline int is_whole(u64 tag)
{
    return NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS && NEURON_TAG_BYTES(tag) % 8 == 0;
}

/*@ requires target: \valid(target + (end - 2 .. end - 1)) && \valid_read(source + (end - 2 .. end - 1));
    requires end: 2 <= end <= FAST_WORDS;
    assigns target[end - 2 .. end - 1];
    ensures first: target[end - 2] == \old(source[end - 2]);
    ensures second: target[end - 1] == \old(source[end - 1]); */
static inline void copy_pair(u64 *target, const u64 *source, u64 end)
{
    u64 second = source[end - 1];
    u64 first = source[end - 2];

    target[end - 1] = second;
    target[end - 2] = first;
}

/*@ requires pages: to < 2 * NEURON_TASKS_MAX && from < 2 * NEURON_TASKS_MAX;
    requires few: words <= FAST_WORDS;
    assigns ALL_MESSAGE_WORDS;
    ensures copied: to != from ==> \forall integer i; 0 <= i < words ==>
      message_pages[to][i] == \old(message_pages[from][i]); */
static inline void copy_words(u64 to, u64 from, u64 words)
{
    const u64 *source = message_pages[from];
    u64 *target = message_pages[to];
    u64 i = words;

    if (i % 2 != 0) {
        i--;
        target[i] = source[i];
    }
    /*@ loop invariant bound: 0 <= i <= words && i % 2 == 0;
        loop invariant source: to != from ==> \forall integer j; 0 <= j < NEURON_PAGE / 8 ==>
          message_pages[from][j] == \at(message_pages[from][j], Pre);
        loop invariant copied: to != from ==> \forall integer j; i <= j < words ==>
          message_pages[to][j] == \at(message_pages[from][j], Pre);
        loop assigns i, ALL_MESSAGE_WORDS;
        loop variant i; */
    for (; i != 0; i -= 2) {
        /*@ ghost Round: ; */
        copy_pair(target, source, i);
        /*@ assert others: \forall integer j; 0 <= j < NEURON_PAGE / 8 && j != i - 1 && j != i - 2 ==>
              message_pages[to][j] == \at(message_pages[to][j], Round); */
        /*@ assert source: to != from ==> \forall integer j; 0 <= j < NEURON_PAGE / 8 ==>
              message_pages[from][j] == \at(message_pages[from][j], Round); */
        /*@ assert pair: message_pages[to][i - 1] == \at(message_pages[from][i - 1], Round) &&
              message_pages[to][i - 2] == \at(message_pages[from][i - 2], Round); */
    }
}

/* Whether a caller waits for the reply of the server, which has nothing else to do, and runs before all that are ready:
 * of the caller what it waits for, the token of its last call, and no_higher. */
/*@ requires server: resumed < NEURON_TASKS_MAX && self == &tasks[resumed] && self->context.task == resumed;
    assigns \nothing;
    ensures due: \result != 0 <==> last == token && wait == WAIT_SERVED + resumed &&
      queues[READY_QUEUE].levels <= no_higher && tasks[resumed].attention == 0; */
static inline int is_due(u64 token, u64 wait, u64 last, u64 no_higher)
{
    return wait == WAIT_SERVED + self->context.task && last == token && self->attention == 0 &&
           queues[READY_QUEUE].levels <= no_higher;
}

/*@ assigns \nothing;
    ensures same: \result % 64 == token % 64; */
static inline u64 next_token(u64 token)
{
    u64 next = token + 64;
    //@ assert number: next_number(token, next);
    return next;
}

/*@ requires self: task_count <= NEURON_TASKS_MAX && self == &tasks[resumed];
    requires tasks: resumed < task_count && server < task_count && resumed != server;
    requires caller: tasks[resumed].wait == WAIT_NONE && words_ok(resumed) && running(resumed) &&
      links[resumed].queue == NONE && tasks[resumed].ending == NEURON_TIMEOUT;
    requires server: receives(tasks[server].wait) && tasks[server].ready == 1 && running(server) &&
      links[server].queue == NONE && tasks[server].ending == NEURON_TIMEOUT &&
      deadlines[DEADLINE_LEAVES + server] == NEURON_FOREVER;
    requires call: may_call(resumed, server);
    assigns tasks[resumed].token, tasks[resumed].wait, tasks[resumed].ran, tasks[server].wait;
    BETWEEN_KEPT
    ensures place: places{Pre}(resumed) ==> places(server);
    ensures still: still{Pre, Post}(resumed); */
static inline void wait_for_reply(u64 server)
{
    self->token = next_token(self->token);
    self->wait = WAIT_SERVED + server;
    self->ran = 0;
    tasks[server].wait = WAIT_NONE;
    /*@ assert waits: \forall integer t; t != resumed && t != server ==> tasks[t].wait == \at(tasks[t].wait, Pre); */
    /*@ assert contexts: \forall integer t; tasks[t].context.task == \at(tasks[t].context.task, Pre) &&
          tasks[t].context.pc == \at(tasks[t].context.pc, Pre) && tasks[t].context.space == \at(tasks[t].context.space, Pre); */
    /*@ assert constants: \forall integer t; tasks[t].gp == \at(tasks[t].gp, Pre) && tasks[t].tp == \at(tasks[t].tp, Pre) &&
          tasks[t].no_higher == \at(tasks[t].no_higher, Pre); */
    /*@ assert registers: \forall integer t; tasks[t].context.x[REG_GP] == \at(tasks[t].context.x[REG_GP], Pre) &&
          tasks[t].context.x[REG_TP] == \at(tasks[t].context.x[REG_TP], Pre); */
    //@ assert numbers: \forall integer t; t != resumed ==> tasks[t].token == \at(tasks[t].token, Pre);
    //@ assert run: \forall integer t; running{Pre}(t) ==> running(t);
    //@ assert stand: \forall integer t; running(t) ==> running{Pre}(t);
    //@ assert may: \forall integer t, s; may_call{Pre}(t, s) ==> may_call(t, s);
    //@ assert through: \forall integer t, r, s; calls_through{Pre}(t, r, s) ==> calls_through(t, r, s);
    //@ assert fit: \forall integer t; tag_fits{Pre}(t) ==> tag_fits(t);
    //@ assert lives: \forall integer t; tasks[t].generation == \at(tasks[t].generation, Pre);
    //@ assert bits: \forall integer t; tasks[t].bits == \at(tasks[t].bits, Pre) && tasks[t].mask == \at(tasks[t].mask, Pre);
    //@ assert apart: runs_apart{Pre} ==> runs_apart;
    //@ assert end: slots_end == slots_end{Pre} && tables_end == tables_end{Pre};
    //@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t);
    /*@ assert on_time: \forall integer t; 0 <= t < task_count && t != resumed && t != server && timing_ok{Pre}(t) ==>
          timing_ok(t); */
    //@ assert callers_time: timing_ok{Pre}(resumed) ==> timing_ok(resumed);
    //@ assert servers_time: timing_ok{Pre}(server) ==> timing_ok(server);
    //@ assert timing: timing_inv{Pre}(NONE) ==> timing_inv(NONE);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert port: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
    //@ assert ports: ports_inv{Pre} ==> ports_inv;
    //@ assert callee: callee_of(tasks[resumed].wait) == server;
    //@ assert call: \forall integer t; 0 <= t < task_count && t != resumed && call_ok{Pre}(t) ==> call_ok(t);
    //@ assert callers_call: call_ok(resumed);
    //@ assert calls: calls_inv{Pre}(NONE) ==> calls_inv(NONE);
    //@ assert others_words: \forall integer t; 0 <= t < task_count && t != resumed && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert own_words: words_ok(resumed);
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    /*@ assert others_waiting: \forall integer t; 0 <= t < task_count && t != resumed && t != server && waiting_ok{Pre}(t) ==>
          waiting_ok(t); */
    //@ assert own_waiting: waiting_ok(resumed) && waiting_ok(server);
    //@ assert waiting: \forall integer t; 0 <= t < task_count && waiting_ok{Pre}(t) ==> waiting_ok(t);
    /*@ assert others_place: \forall integer t; 0 <= t < task_count && t != resumed && t != server &&
          place_at{Pre}(resumed, t) ==> place_at(server, t); */
    //@ assert own_place: place_at(server, resumed) && place_at(server, server);
    //@ assert callers: \forall integer t; 0 <= t < task_count && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert slots: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
}

/*@ requires self: task_count <= NEURON_TASKS_MAX && self == &tasks[resumed];
    requires tasks: caller < task_count && resumed < task_count && caller != resumed;
    requires server: tasks[resumed].wait == WAIT_NONE && tasks[resumed].ready == 1 && running(resumed) &&
      links[resumed].queue == NONE && tasks[resumed].ending == NEURON_TIMEOUT &&
      WAIT_RECV < tasks[resumed].generation && tasks[resumed].bits == 0 && queues[resumed].levels == 0;
    requires caller: calls(tasks[caller].wait) && running(caller) &&
      links[caller].queue == NONE && tasks[caller].ending == NEURON_TIMEOUT &&
      deadlines[DEADLINE_LEAVES + caller] == NEURON_FOREVER;
    assigns tasks[resumed].wait, tasks[resumed].ran, tasks[caller].wait;
    BETWEEN_KEPT
    ensures place: places{Pre}(resumed) ==> places(caller);
    ensures still: still{Pre, Post}(NONE); */
static inline void wait_for_call(u64 caller)
{
    self->wait = self->generation;
    self->ran = 0;
    tasks[caller].wait = WAIT_NONE;
    /*@ assert waits: \forall integer t; t != resumed && t != caller ==> tasks[t].wait == \at(tasks[t].wait, Pre); */
    //@ assert run: \forall integer t; running{Pre}(t) ==> running(t);
    //@ assert stand: \forall integer t; running(t) ==> running{Pre}(t);
    //@ assert may: \forall integer t, s; may_call{Pre}(t, s) ==> may_call(t, s);
    //@ assert through: \forall integer t, r, s; calls_through{Pre}(t, r, s) ==> calls_through(t, r, s);
    //@ assert fit: \forall integer t; tag_fits{Pre}(t) ==> tag_fits(t);
    //@ assert lives: \forall integer t; tasks[t].generation == \at(tasks[t].generation, Pre);
    //@ assert bits: \forall integer t; tasks[t].bits == \at(tasks[t].bits, Pre) && tasks[t].mask == \at(tasks[t].mask, Pre);
    //@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    /*@ assert others_waiting: \forall integer t; 0 <= t < task_count && t != resumed && t != caller && waiting_ok{Pre}(t) ==>
          waiting_ok(t); */
    //@ assert own_waiting: waiting_ok(resumed) && waiting_ok(caller);
    //@ assert waiting: \forall integer t; 0 <= t < task_count && waiting_ok{Pre}(t) ==> waiting_ok(t);
    /*@ assert others_place: \forall integer t; 0 <= t < task_count && t != resumed && t != caller &&
          place_at{Pre}(resumed, t) ==> place_at(caller, t); */
    //@ assert own_place: place_at(caller, resumed) && place_at(caller, caller);
    /*@ assert others_time: \forall integer t; 0 <= t < task_count && t != resumed && t != caller && timing_ok{Pre}(t) ==>
          timing_ok(t); */
    //@ assert own_time: timing_inv{Pre}(NONE) ==> timing_ok(resumed) && timing_ok(caller);
    //@ assert callers: \forall integer t; 0 <= t < task_count && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert others_call: \forall integer t; 0 <= t < task_count && t != resumed && t != caller && call_ok{Pre}(t) ==> call_ok(t);
    //@ assert own_call: call_ok(resumed) && call_ok(caller);
    //@ assert own_callers: no_caller(resumed) && no_caller(caller);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The caller waits for the server, which runs. */
/*@ requires inv: between(resumed);
    requires self: self == &tasks[resumed];
    requires call: may_call(resumed, server) && WAIT_RECV <= tasks[server].wait;
    assigns tasks[resumed].token, tasks[resumed].wait, tasks[resumed].ran, tasks[server].wait;
    ensures inv: between(server);
    ensures next: tasks[server].context.task == server;
    ensures still: still{Pre, Post}(resumed); */
static inline void serve(u64 server)
{
    //@ assert who: place_at(resumed, resumed) && place_at(resumed, server) && resumed != server;
    //@ assert on_time: timing_ok(resumed) && timing_ok(server) && waiting_ok(resumed) && waiting_ok(server);
    //@ assert live: running(resumed) && running(server) && tasks[server].ready == 1 && links[server].queue == NONE;
    //@ assert untimed: tasks[resumed].ending == NEURON_TIMEOUT && tasks[server].ending == NEURON_TIMEOUT;
    //@ assert levels: words_ok(resumed) && words_ok(server) && level_of[resumed] < level_of[server];
    wait_for_reply(server);
    //@ assert tables: tasks_inv && unused_inv && none_higher(server);
}

/* The server waits for calls, and the caller runs. */
/*@ requires inv: between(resumed);
    requires self: self == &tasks[resumed];
    requires caller: caller < task_count && tasks[caller].wait == WAIT_SERVED + resumed;
    requires free: tasks[resumed].attention == 0;
    requires highest: queues[READY_QUEUE].levels <= tasks[caller].no_higher;
    assigns tasks[resumed].wait, tasks[resumed].ran, tasks[caller].wait;
    ensures inv: between(caller);
    ensures next: tasks[caller].context.task == caller;
    ensures still: still{Pre, Post}(NONE); */
static inline void answer(u64 caller)
{
    //@ assert callee: callee_of(tasks[caller].wait) == resumed;
    //@ assert who: place_at(resumed, caller) && place_at(resumed, resumed) && caller != resumed;
    //@ assert on_time: timing_ok(caller) && timing_ok(resumed) && call_ok(caller);
    //@ assert served: tasks[caller].ending == NEURON_TIMEOUT && tasks[resumed].ready == 1;
    //@ assert known: words_ok(resumed) && words_ok(caller) && attention_ok(resumed);
    //@ assert untimed: tasks[caller].ending == NEURON_TIMEOUT && tasks[resumed].ending == NEURON_TIMEOUT;
    //@ assert live: running(caller) && running(resumed) && links[caller].queue == NONE;
    /*@ assert chosen: \forall integer l; level_of[caller] < l < NEURON_LEVELS ==>
          ((queues[READY_QUEUE].levels >> l) & 1) == 0; */
    //@ assert none: none_higher(caller);
    wait_for_call(caller);
    //@ assert tables: tasks_inv && unused_inv && none_higher(caller);
}

/* After all checks, and when the page is copied. */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    requires row: row < NEURON_SLOTS_MAX;
    requires call: may_call(resumed, server) && WAIT_RECV <= tasks[server].wait;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], resumed;
    ensures inv: resumed == server && between(server);
    ensures still: still{Pre, Post}(\old(resumed)); */
static NOINLINE void deliver(u64 row, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 server)
{
    serve(server);
    arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge, self->token);
}

/* A server that waits in recv in the life that the slot names waits for calls; so it is not the caller. */
/*@ ghost
    /@ requires inv: between(resumed);
       requires slot: slot_of(resumed, row) && port_ok(resumed, row);
       requires life: tasks[slots[row].callee].wait == slots[row].generation;
       assigns \nothing;
       ensures call: calls_through(resumed, row, slots[row].callee) && may_call(resumed, slots[row].callee);
       ensures receives: WAIT_RECV <= tasks[slots[row].callee].wait;
       ensures other: slots[row].callee != resumed;
    @/
    static void found_server(u64 row)
    {
        /@ assert first: 1 <= task_count; @/
        /@ assert named: slots[row].callee < task_count; @/
        /@ assert waits: waiting_ok(slots[row].callee) && words_ok(slots[row].callee); @/
        /@ assert used: slots[row].generation != NEVER; @/
        /@ assert port: calls_through(resumed, row, slots[row].object) && slots[row].callee == slots[row].object; @/
        /@ assert runs: place_at(resumed, resumed); @/
    }
*/

NOINLINE void fast_call_long(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u64 words = NEURON_TAG_BYTES(tag) / 8;

    if (deadline == NEURON_FOREVER && slot < self->slots && is_whole(tag) && words <= FAST_WORDS) {
        u64 row = self->first_slot + slot;
        u64 server = slots[row].callee;
        //@ assert row: row == tasks[resumed].first_slot + slot && slot_of(resumed, row);
        //@ assert own: port_ok(resumed, row) && slot_ok(row);
        //@ assert server: server < task_count;
        if (tasks[server].wait == slots[row].generation) {
            //@ ghost found_server(row);
            //@ assert known: words_ok(resumed);
            copy_words(2 * server, 2 * self->context.task + 1, words);
            deliver(row, tag, w0, w1, w2, w3, server);
            //@ assert own: calls_through(\at(resumed, Pre), row, server);
            return;
        }
    }
    arch_syscall(slot, tag, w0, w1, w2, w3, deadline, NEURON_SYS_call);
}

void fast_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    if (deadline == NEURON_FOREVER && slot < self->slots) {
        u64 row = self->first_slot + slot;
        u64 server = slots[row].callee;
        //@ assert row: row == tasks[resumed].first_slot + slot && slot_of(resumed, row);
        //@ assert own: port_ok(resumed, row) && slot_ok(row);
        //@ assert server: server < task_count;
        if (tasks[server].wait == slots[row].generation) {
            //@ ghost found_server(row);
            serve(server);
            //@ assert own: calls_through(resumed, row, server);
            arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge, self->token);
            return;
        }
    }
    fast_call_long(slot, tag, w0, w1, w2, w3, deadline);
}

NOINLINE void fast_reply_recv_long(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u64 caller = token % 64;
    u64 words = NEURON_TAG_BYTES(tag) / 8;

    //@ assert known: words_ok(resumed);
    if (deadline == NEURON_FOREVER && is_whole(tag) && words <= FAST_WORDS &&
        is_due(token, tasks[caller].wait, tasks[caller].token, tasks[caller].no_higher)) {
        copy_words(2 * caller + 1, 2 * self->context.task, words);
        answer(caller);
        arch_switch(&tasks[caller], tag, w0, w1, w2, w3, 0, 0);
        return;
    }
    arch_syscall(token, tag, w0, w1, w2, w3, deadline, NEURON_SYS_reply_recv);
}

void fast_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u64 caller = token % 64;
    /* All three before the first check, so that the place of the caller is found once. */
    u64 wait = tasks[caller].wait;
    u64 last = tasks[caller].token;
    u64 no_higher = tasks[caller].no_higher;

    //@ assert known: words_ok(resumed);
    if (deadline == NEURON_FOREVER && is_due(token, wait, last, no_higher)) {
        answer(caller);
        arch_switch(&tasks[caller], tag, w0, w1, w2, w3, 0, 0);
        return;
    }
    fast_reply_recv_long(token, tag, w0, w1, w2, w3, deadline);
}
