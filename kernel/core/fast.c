/* The fast paths. Each is one straight line of checks that change nothing, then of changes that cannot fail. */
#include "fast.h"

#include "../proof/axioms.h"
#include "arch.h"
#include "fast_queue.h"
#include "state.h"

/*
 * Words of a message page that are copied here; with more, the other path is as fast, since it copies more at a time.
 * No function here may use the stack, which is that of the task still (the build refuses it): hence the two variants,
 * and the checks told in each of them.
 */
#define FAST_WORDS 128u

/* What a tag says without its label: nothing, or all words and no bytes. */
#define NO_WORDS 0u
#define ALL_WORDS NEURON_MESSAGE_WORDS

/*@ assigns \nothing; */
static inline u64 tag_size(u64 tag)
{
    return tag / 65536;
}

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

/* Whether the caller that the token names waits for the reply of the server, which has nothing else to do, and runs
 * before all that are ready. */
/*@ requires tasks: server < NEURON_TASKS_MAX && caller < NEURON_TASKS_MAX;
    assigns \nothing;
    ensures due: \result != 0 <==> tasks[caller].token == token && tasks[caller].wait == WAIT_SERVED + server &&
      queues[READY_QUEUE].levels <= tasks[caller].no_higher && tasks[server].attention == 0; */
static inline int is_due(u64 token, u64 caller, u64 server)
{
    return tasks[caller].wait == WAIT_SERVED + server && tasks[caller].token == token &&
           tasks[server].attention == 0 && queues[READY_QUEUE].levels <= tasks[caller].no_higher;
}

/* What a step keeps of between(), a clause each: so the proof of a clause has only this step to look at. */
/* clang-format off */
#define BETWEEN_KEPT                                                                               \
    ensures apart: runs_apart{Pre} ==> runs_apart;                                                 \
    ensures runs: tasks_inv{Pre} ==> \forall integer t; 0 <= t < task_count ==>                    \
      slots_run(t) && leaves_run(t) && tasks[t].level < NEURON_LEVELS;                             \
    ensures slots: tasks_inv{Pre} && slots_inv{Pre} ==> slots_inv;                                 \
    ensures words: words_inv{Pre} ==> words_inv;                                                   \
    ensures attention: attention_inv{Pre} ==> attention_inv;                                       \
    ensures timing: timing_inv{Pre}(NONE) ==> timing_inv(NONE);                                    \
    ensures waiting: waiting_inv{Pre}(NONE) ==> waiting_inv(NONE);                                 \
    ensures callers: no_callers{Pre}(NONE) ==> no_callers(NONE);                                   \
    ensures calls: calls_inv{Pre}(NONE) ==> calls_inv(NONE);                                       \
    ensures ports: ports_inv{Pre} ==> ports_inv;                                                   \
    ensures served: served_inv{Pre} ==> served_inv;
/* clang-format on */

/*@ assigns \nothing;
    ensures same: \result % 64 == token % 64; */
static inline u64 next_token(u64 token)
{
    u64 next = token + 64;
    //@ assert number: next_number(token, next);
    return next;
}

/*@ requires tasks: task_count <= NEURON_TASKS_MAX && caller < task_count && server < task_count && caller != server;
    requires caller: tasks[caller].wait == WAIT_NONE && tasks[caller].token % 64 == caller && running(caller) &&
      links[caller].queue == NONE && tasks[caller].ending == NEURON_TIMEOUT;
    requires server: receives(tasks[server].wait) && tasks[server].ready == 1 && running(server) &&
      links[server].queue == NONE && tasks[server].ending == NEURON_TIMEOUT &&
      deadlines[DEADLINE_LEAVES + server] == NEURON_FOREVER;
    requires call: may_call(caller, server);
    assigns tasks[caller].token, tasks[caller].wait, tasks[caller].ran, tasks[server].wait;
    BETWEEN_KEPT
    ensures place: places{Pre}(caller) ==> places(server);
    ensures still: still{Pre, Post}(caller); */
static inline void wait_for_reply(u64 caller, u64 server)
{
    tasks[caller].token = next_token(tasks[caller].token);
    tasks[caller].wait = WAIT_SERVED + server;
    tasks[caller].ran = 0;
    tasks[server].wait = WAIT_NONE;
    //@ assert apart: runs_apart{Pre} ==> runs_apart;
    //@ assert end: slots_end == slots_end{Pre} && tables_end == tables_end{Pre};
    //@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t);
    /*@ assert on_time: \forall integer t; 0 <= t < task_count && t != caller && t != server && timing_ok{Pre}(t) ==>
          timing_ok(t); */
    //@ assert callers_time: timing_ok{Pre}(caller) ==> timing_ok(caller);
    //@ assert servers_time: timing_ok{Pre}(server) ==> timing_ok(server);
    //@ assert timing: timing_inv{Pre}(NONE) ==> timing_inv(NONE);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert port: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
    //@ assert ports: ports_inv{Pre} ==> ports_inv;
    //@ assert callee: callee_of(tasks[caller].wait) == server;
    //@ assert call: \forall integer t; 0 <= t < task_count && t != caller && call_ok{Pre}(t) ==> call_ok(t);
    //@ assert callers_call: call_ok(caller);
    //@ assert calls: calls_inv{Pre}(NONE) ==> calls_inv(NONE);
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert waiting: \forall integer t; 0 <= t < task_count && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert callers: \forall integer t; 0 <= t < task_count && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert slots: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) ==> slots_run(t);
    //@ assert leaves: \forall integer t; 0 <= t < task_count && leaves_run{Pre}(t) ==> leaves_run(t);
    /*@ assert served: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != caller ==>
          tasks[t].wait == \at(tasks[t].wait, Pre) || tasks[t].wait == WAIT_NONE; */
    //@ assert ready: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> tasks[t].ready == \at(tasks[t].ready, Pre);
}

/*@ requires tasks: task_count <= NEURON_TASKS_MAX && caller < task_count && server < task_count && caller != server;
    requires server: tasks[server].wait == WAIT_NONE && tasks[server].ready == 1 && running(server) &&
      links[server].queue == NONE && tasks[server].ending == NEURON_TIMEOUT &&
      WAIT_RECV < tasks[server].generation && tasks[server].bits == 0 && queues[server].levels == 0;
    requires caller: tasks[caller].wait == WAIT_SERVED + server && running(caller) &&
      links[caller].queue == NONE && tasks[caller].ending == NEURON_TIMEOUT &&
      deadlines[DEADLINE_LEAVES + caller] == NEURON_FOREVER;
    assigns tasks[server].wait, tasks[server].ran, tasks[caller].wait;
    BETWEEN_KEPT
    ensures place: places{Pre}(server) ==> places(caller);
    ensures still: still{Pre, Post}(NONE); */
static inline void wait_for_call(u64 server, u64 caller)
{
    tasks[server].wait = tasks[server].generation;
    tasks[server].ran = 0;
    tasks[caller].wait = WAIT_NONE;
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The caller waits for the server, which runs. */
/*@ requires inv: between(caller);
    requires call: may_call(caller, server) && WAIT_RECV <= tasks[server].wait;
    assigns tasks[caller].token, tasks[caller].wait, tasks[caller].ran, tasks[server].wait;
    ensures inv: between(server);
    ensures next: tasks[server].context.task == server;
    ensures still: still{Pre, Post}(caller); */
static inline void serve(u64 caller, u64 server)
{
    //@ assert who: place_at(caller, caller) && place_at(caller, server) && caller != server;
    //@ assert on_time: timing_ok(caller) && timing_ok(server) && waiting_ok(caller) && waiting_ok(server);
    //@ assert live: running(caller) && running(server) && tasks[server].ready == 1 && links[server].queue == NONE;
    //@ assert untimed: tasks[caller].ending == NEURON_TIMEOUT && tasks[server].ending == NEURON_TIMEOUT;
    //@ assert levels: words_ok(caller) && words_ok(server) && level_of[caller] < level_of[server];
    wait_for_reply(caller, server);
    //@ assert tables: tasks_inv && unused_inv && none_higher(server);
}

/* The server waits for calls, and the caller runs. */
/*@ requires inv: between(server);
    requires caller: caller < NEURON_TASKS_MAX && tasks[caller].wait == WAIT_SERVED + server;
    requires free: tasks[server].attention == 0;
    requires highest: queues[READY_QUEUE].levels <= tasks[caller].no_higher;
    assigns tasks[server].wait, tasks[server].ran, tasks[caller].wait;
    ensures inv: between(caller);
    ensures next: tasks[caller].context.task == caller;
    ensures still: still{Pre, Post}(NONE); */
static inline void answer(u64 caller, u64 server)
{
    //@ assert callee: callee_of(tasks[caller].wait) == server;
    //@ assert served: caller < task_count && tasks[server].ready == 1;
    //@ assert who: place_at(server, caller) && place_at(server, server) && caller != server;
    //@ assert on_time: timing_ok(caller) && timing_ok(server) && call_ok(caller);
    //@ assert known: words_ok(server) && words_ok(caller) && attention_ok(server);
    //@ assert untimed: tasks[caller].ending == NEURON_TIMEOUT && tasks[server].ending == NEURON_TIMEOUT;
    //@ assert live: running(caller) && running(server) && links[caller].queue == NONE;
    /*@ assert chosen: \forall integer l; level_of[caller] < l < NEURON_LEVELS ==>
          ((queues[READY_QUEUE].levels >> l) & 1) == 0; */
    //@ assert none: none_higher(caller);
    wait_for_call(server, caller);
    //@ assert tables: tasks_inv && unused_inv && none_higher(caller);
}

/* After all checks, and when the page is copied. */
/*@ requires inv: between(running) && resumed == running;
    requires row: row < NEURON_SLOTS_MAX;
    requires call: may_call(running, server) && WAIT_RECV <= tasks[server].wait;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], resumed;
    ensures inv: resumed == server && between(server);
    ensures still: still{Pre, Post}(running); */
static NOINLINE void deliver(u64 row, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 server,
                             u64 running)
{
    serve(running, server);
    arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge, tasks[running].token);
}

/* A server that waits in the life that the slot names waits for calls; so it is not the caller. */
/*@ ghost
    /@ requires inv: between(caller);
       requires slot: slot_of(caller, row) && port_ok(caller, row) && slots[row].callee == server + 1;
       requires life: tasks[server].wait == slots[row].generation;
       assigns \nothing;
       ensures call: calls_through(caller, row, server) && may_call(caller, server);
       ensures receives: WAIT_RECV <= tasks[server].wait;
       ensures other: server != caller;
    @/
    static void found_server(u64 caller, u64 row, u64 server)
    {
        /@ assert port: slots[row].object == server && calls_through(caller, row, server); @/
        /@ assert used: slots[row].generation == NEVER || WAIT_RECV < slots[row].generation; @/
        /@ assert runs: place_at(caller, caller); @/
        /@ assert waits: waiting_ok(server) && words_ok(server); @/
    }
*/

/* Like fast_call() for messages of some words and few bytes. */
/*@ requires inv: between(running) && resumed == running;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], ALL_MESSAGE_WORDS, resumed;
    ensures inv: resumed != NONE ==> between(resumed);
    ensures allowed: resumed != NONE ==> calls_through(running, tasks[running].first_slot + slot, resumed);
    ensures still: still{Pre, Post}(running);
    ensures declined: resumed == NONE ==> between(running) && unchanged{Pre, Post}; */
static NOINLINE void call_long(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline,
                               u64 running)
{
    u64 words = NEURON_TAG_BYTES(tag) / 8;

    if (deadline == NEURON_FOREVER && slot < tasks[running].slots && is_whole(tag) &&
        words <= FAST_WORDS) {
        u64 row = tasks[running].first_slot + slot;
        u64 server = slots[row].callee - 1;
        //@ assert row: row == tasks[running].first_slot + slot && slot_of(running, row);
        //@ assert own: port_ok(running, row);
        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {
            //@ ghost found_server(running, row, server);
            copy_words(2 * server, 2 * running + 1, words);
            deliver(row, tag, w0, w1, w2, w3, server, running);
            //@ assert own: slot_of(running, row) && calls_through(running, row, server);
            return;
        }
    }
    arch_syscall(slot, tag, w0, w1, w2, w3, deadline, NEURON_SYS_call);
}

void fast_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline, u64 running)
{
    if ((tag_size(tag) == NO_WORDS || tag_size(tag) == ALL_WORDS) && deadline == NEURON_FOREVER &&
        slot < tasks[running].slots) {
        u64 row = tasks[running].first_slot + slot;
        u64 server = slots[row].callee - 1;
        //@ assert row: row == tasks[running].first_slot + slot && slot_of(running, row);
        //@ assert own: port_ok(running, row);
        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {
            //@ ghost found_server(running, row, server);
            serve(running, server);
            //@ assert own: slot_of(running, row) && calls_through(running, row, server);
            arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge,
                        tasks[running].token);
            return;
        }
    }
    call_long(slot, tag, w0, w1, w2, w3, deadline, running);
}

/* Like fast_reply_recv() for messages of some words and few bytes. */
/*@ requires inv: between(running) && resumed == running;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], ALL_MESSAGE_WORDS, resumed;
    ensures inv: resumed != NONE ==> between(resumed);
    ensures allowed: resumed != NONE ==> resumed == token % 64 && \old(tasks[token % 64].token) == token &&
      \old(tasks[token % 64].wait) == WAIT_SERVED + running;
    ensures still: still{Pre, Post}(running);
    ensures declined: resumed == NONE ==> between(running) && unchanged{Pre, Post}; */
static NOINLINE void reply_long(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline,
                                u64 running)
{
    u64 caller = token % 64;
    u64 words = NEURON_TAG_BYTES(tag) / 8;

    if (deadline == NEURON_FOREVER && is_whole(tag) && words <= FAST_WORDS &&
        is_due(token, caller, running)) {
        copy_words(2 * caller + 1, 2 * running, words);
        answer(caller, running);
        arch_switch(&tasks[caller], tag, w0, w1, w2, w3, 0, 0);
        return;
    }
    arch_syscall(token, tag, w0, w1, w2, w3, deadline, NEURON_SYS_reply_recv);
}

void fast_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline, u64 running)
{
    u64 caller = token % 64;

    if ((tag_size(tag) == NO_WORDS || tag_size(tag) == ALL_WORDS) && deadline == NEURON_FOREVER &&
        is_due(token, caller, running)) {
        answer(caller, running);
        arch_switch(&tasks[caller], tag, w0, w1, w2, w3, 0, 0);
        return;
    }
    reply_long(token, tag, w0, w1, w2, w3, deadline, running);
}

/*@ requires tasks: task_count <= NEURON_TASKS_MAX && target < task_count;
    requires busy: tasks[target].wait == WAIT_NONE || calls(tasks[target].wait);
    assigns tasks[target].bits, tasks[target].attention;
    BETWEEN_KEPT
    ensures place: \forall integer c; places{Pre}(c) ==> places(c);
    ensures still: still{Pre, Post}(NONE); */
static inline void note_bits(u64 target, u64 bits)
{
    tasks[target].bits = tasks[target].bits | bits;
    tasks[target].attention = 1;
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/*@ requires tasks: task_count <= NEURON_TASKS_MAX && target < task_count;
    requires target: WAIT_RECV <= tasks[target].wait && running(target) &&
      deadlines[DEADLINE_LEAVES + target] == NEURON_FOREVER && tasks[target].ending == NEURON_TIMEOUT;
    assigns tasks[target].wait;
    BETWEEN_KEPT
    ensures waits: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      tasks[t].wait == (t == target ? WAIT_NONE : \old(tasks[t].wait));
    ensures still: still{Pre, Post}(NONE); */
static inline void end_wait(u64 target)
{
    tasks[target].wait = WAIT_NONE;
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The target comes back from recv, and runs instead of a task that is below it. */
/*@ requires inv: between(running);
    requires target: target < task_count && WAIT_RECV <= tasks[target].wait;
    requires above: tasks[running].level < tasks[target].level;
    assigns tasks[target].wait, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: between(target);
    ensures next: tasks[target].context.task == target;
    ensures still: still{Pre, Post}(NONE); */
static inline void preempt(u64 target, u64 running)
{
    //@ assert who: place_at(running, running) && place_at(running, target) && target != running;
    //@ assert places: places(running);
    //@ assert on_time: timing_ok(target) && waiting_ok(target) && words_ok(target) && words_ok(running);
    //@ assert live: running(target) && running(running) && links[target].queue == NONE;
    push_front(running);
    /*@ assert rest: \forall integer t; 0 <= t < task_count && t != running ==> place_at{Pre}(running, t) ==>
          place_at(running, t); */
    //@ assert others: \forall integer t; 0 <= t < task_count && t != running ==> place_at(running, t);
    //@ assert unused: unused_inv;
    //@ assert levels: level_of[running] < level_of[target] && target < NEURON_TASKS_MAX;
    /*@ assert heads: \forall integer l; level_of[target] < l < NEURON_LEVELS ==>
          queues[READY_QUEUE].head[l] == \at(queues[READY_QUEUE].head[l], Pre); */
    //@ assert higher: none_higher(target);
    //@ assert attention: attention_inv;
    //@ assert callers: no_callers(NONE);
    //@ assert ports: ports_inv;
    /*@ ghost Pushed: ; */
    end_wait(target);
    //@ assert runs: place_at(target, target) && place_at(target, running);
    /*@ assert waiting: \forall integer t; 0 <= t < task_count && t != running && t != target ==>
          place_at{Pushed}(running, t) ==> place_at(target, t); */
    /*@ assert place: \forall integer t; 0 <= t < task_count ==> place_at(target, t); */
    //@ assert places: places(target);
    //@ assert tables: tasks_inv;
}

void fast_notify(u64 slot, u64 bits, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 running)
{
    if (slot < tasks[running].slots && bits != 0) {
        u64 row = tasks[running].first_slot + slot;
        u64 target = slots[row].notified - 1;
        //@ assert row: row < slots_end && slot_of(running, row);
        //@ assert own: port_ok(running, row) && slot_ok(row);
        if (slots[row].notified != 0 && (bits & slots[row].bits) == bits) {
            //@ assert target: target == slots[row].object && target < task_count;
            //@ assert waits: waiting_ok(target);
            if (tasks[target].wait == WAIT_NONE ||
                (tasks[target].wait >= WAIT_QUEUED && tasks[target].wait < WAIT_RECV)) {
                note_bits(target, bits);
                return;
            }
            if (tasks[target].wait >= WAIT_RECV && tasks[target].level > tasks[running].level) {
                preempt(target, running);
                arch_preempt(&tasks[target], bits);
                return;
            }
        }
    }
    arch_syscall(slot, bits, a2, a3, a4, a5, a6, NEURON_SYS_notify);
}

void fast_yield(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 running)
{
    u64 level = tasks[running].level;
    u32 next = queues[READY_QUEUE].head[level];

    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6;
    if (next == NONE) {
        return;
    }
    //@ assert ready: links[next].queue == READY_QUEUE && next < task_count && next != running;
    //@ assert place_at(running, next) && place_at(running, running);
    //@ assert can_run: running(next) && tasks[next].wait == WAIT_NONE && running(running);
    push_last(running, level);
    pop_first(level, next);
    /*@ assert others: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != running && t != next ==>
          links[t].queue == \at(links[t].queue, Pre); */
    //@ assert links[next].queue == NONE && links[running].queue == READY_QUEUE;
    //@ assert runs: place_at(next, next);
    //@ assert waits: place_at(next, running);
    /*@ assert rest: \forall integer t; 0 <= t < task_count && t != running && t != next ==>
          place_at{Pre}(running, t) ==> place_at(next, t); */
    //@ assert place: \forall integer t; 0 <= t < task_count ==> place_at(next, t);
    //@ assert levels: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == \at(queues[q].levels, Pre);
    //@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert callers: no_callers(NONE);
    arch_yield(&tasks[next]);
}
