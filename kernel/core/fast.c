/* The fast paths. Each is one straight line of checks that change nothing, then of changes that cannot fail. */
#include "fast.h"

#include "arch.h"
#include "queue.h"
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

/*@ requires pages: to < 2 * NEURON_TASKS_MAX && from < 2 * NEURON_TASKS_MAX;
    requires few: words <= FAST_WORDS;
    assigns message_pages[to][0 .. FAST_WORDS - 1];
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
        loop assigns i, message_pages[to][0 .. FAST_WORDS - 1];
        loop variant i; */
    for (; i != 0; i -= 2) {
        u64 second = source[i - 1];
        u64 first = source[i - 2];
        target[i - 1] = second;
        target[i - 2] = first;
    }
}

/* Whether the caller that the token names waits for the reply of the server, which has nothing else to do, and runs
 * before all that are ready. */
/*@ requires tasks: server < NEURON_TASKS_MAX && caller < NEURON_TASKS_MAX;
    assigns \nothing;
    ensures due: \result != 0 <==> tasks[caller].wait == WAIT_SERVED + server && tasks[caller].token == token &&
      tasks[server].attention == 0 && queues[READY_QUEUE].levels <= tasks[caller].no_higher; */
static inline int is_due(u64 token, u64 caller, u64 server)
{
    return tasks[caller].wait == WAIT_SERVED + server && tasks[caller].token == token &&
           tasks[server].attention == 0 && queues[READY_QUEUE].levels <= tasks[caller].no_higher;
}

/* The caller waits for the server, which runs. */
/*@ requires inv: between(caller);
    requires server: server < task_count && may_call(caller, server) && WAIT_RECV <= tasks[server].wait;
    assigns tasks[caller].token, tasks[caller].wait, tasks[caller].ran, tasks[server].wait;
    ensures inv: between(server); */
static inline void serve(u64 caller, u64 server)
{
    //@ assert who: place_at(caller, caller) && place_at(caller, server) && caller != server;
    //@ assert on_time: timing_ok(caller) && timing_ok(server) && waiting_ok(caller) && waiting_ok(server);
    //@ assert live: running(caller) && running(server) && tasks[server].ready == 1 && links[server].queue == NONE;
    //@ assert untimed: tasks[caller].ending == NEURON_TIMEOUT && tasks[server].ending == NEURON_TIMEOUT;
    tasks[caller].token = tasks[caller].token + 64;
    tasks[caller].wait = WAIT_SERVED + server;
    tasks[caller].ran = 0;
    tasks[server].wait = WAIT_NONE;
    /*@ assert number: \let before = \at(tasks[caller].token, Pre);
          tasks[caller].token == before + 64 || tasks[caller].token == before + 64 - 18446744073709551616; */
    //@ assert token: tasks[caller].token % 64 == caller;
    //@ assert own_words: words_ok(caller) && words_ok(server);
    /*@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t); */
    /*@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t); */
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
    /*@ assert runs: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) && leaves_run{Pre}(t) ==>
          slots_run(t) && leaves_run(t); */
    //@ assert apart: runs_apart;
    //@ assert tables: tasks_inv && unused_inv;
    //@ assert place: \forall integer t; 0 <= t < task_count ==> place_at(server, t);
    //@ assert timing: timing_inv(NONE);
    //@ assert waiting: waiting_inv(NONE);
    //@ assert callers: no_callers(NONE);
    //@ assert call: call_ok(caller);
    //@ assert calls: calls_inv(NONE);
    //@ assert served: served_inv;
}

/* The server waits for calls, and the caller runs. */
/*@ requires inv: between(server);
    requires caller: caller < task_count && tasks[caller].wait == WAIT_SERVED + server;
    requires free: tasks[server].attention == 0;
    requires highest: queues[READY_QUEUE].levels <= tasks[caller].no_higher;
    assigns tasks[server].wait, tasks[server].ran, tasks[caller].wait;
    ensures inv: between(caller); */
static inline void answer(u64 caller, u64 server)
{
    //@ assert who: place_at(server, caller) && place_at(server, server) && caller != server;
    //@ assert on_time: timing_ok(caller) && timing_ok(server) && call_ok(caller) && words_ok(server);
    //@ assert untimed: tasks[caller].ending == NEURON_TIMEOUT && tasks[server].ending == NEURON_TIMEOUT;
    //@ assert received: tasks[server].ready == 1;
    //@ assert live: running(caller) && running(server) && links[caller].queue == NONE;
    //@ assert life: receives(tasks[server].generation);
    //@ assert nothing: tasks[server].bits == 0 && queues[server].levels == 0;
    tasks[server].wait = tasks[server].generation;
    tasks[server].ran = 0;
    tasks[caller].wait = WAIT_NONE;
    /*@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t); */
    /*@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t); */
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) && port_ok{Pre}(t, s) ==>
          port_ok(t, s); */
    /*@ assert runs: \forall integer t; 0 <= t < task_count && slots_run{Pre}(t) && leaves_run{Pre}(t) ==>
          slots_run(t) && leaves_run(t); */
    //@ assert apart: runs_apart;
    //@ assert tables: tasks_inv && unused_inv;
    //@ assert place: \forall integer t; 0 <= t < task_count ==> place_at(caller, t);
    //@ assert timing: timing_inv(NONE);
    //@ assert waiting: waiting_inv(NONE);
    //@ assert callers: no_callers(NONE);
    //@ assert calls: calls_inv(NONE);
    //@ assert served: served_inv;
    /*@ assert chosen: \forall integer l; level_of[caller] < l < NEURON_LEVELS ==>
          queues[READY_QUEUE].head[l] == NONE; */
}

/* After all checks, and when the page is copied. */
/*@ requires inv: between(running) && resumed == running;
    requires row: row < NEURON_SLOTS_MAX;
    requires server: server < task_count && may_call(running, server) && WAIT_RECV <= tasks[server].wait;
    assigns tasks[running].token, tasks[running].wait, tasks[running].ran, tasks[server].wait, resumed;
    ensures inv: resumed == server && between(server); */
static NOINLINE void deliver(u64 row, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 server,
                             u64 running)
{
    serve(running, server);
    arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge, tasks[running].token);
}

/* Like fast_call() for messages of some words and few bytes. */
/*@ requires inv: between(running) && resumed == running;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1].wait, tasks[running].token, tasks[running].ran,
      message_pages[0 .. 2 * NEURON_TASKS_MAX - 1][0 .. FAST_WORDS - 1], resumed;
    ensures inv: resumed != NONE ==> between(resumed);
    ensures declined: resumed == NONE ==> between(running); */
static NOINLINE void call_long(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline,
                               u64 running)
{
    u64 words = NEURON_TAG_BYTES(tag) / 8;

    if (deadline == NEURON_FOREVER && slot < tasks[running].slots && is_whole(tag) &&
        words <= FAST_WORDS) {
        u64 row = tasks[running].first_slot + slot;
        u64 server = slots[row].callee - 1;
        //@ assert own: slot_of(running, row) && port_ok(running, row);
        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {
            //@ assert server: server < task_count && may_call(running, server) && waiting_ok(server);
            //@ assert receives: WAIT_RECV <= tasks[server].wait && server != running;
            copy_words(2 * server, 2 * running + 1, words);
            deliver(row, tag, w0, w1, w2, w3, server, running);
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
        //@ assert own: slot_of(running, row) && port_ok(running, row);
        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {
            //@ assert server: server < task_count && may_call(running, server) && waiting_ok(server);
            //@ assert receives: WAIT_RECV <= tasks[server].wait && server != running;
            serve(running, server);
            arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge,
                        tasks[running].token);
            return;
        }
    }
    call_long(slot, tag, w0, w1, w2, w3, deadline, running);
}

/* Like fast_reply_recv() for messages of some words and few bytes. */
/*@ requires inv: between(running) && resumed == running;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1].wait, tasks[running].token, tasks[running].ran,
      message_pages[0 .. 2 * NEURON_TASKS_MAX - 1][0 .. FAST_WORDS - 1], resumed;
    ensures inv: resumed != NONE ==> between(resumed);
    ensures declined: resumed == NONE ==> between(running); */
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

/* The running task goes on before its equals. */
static inline void push_front(u64 running)
{
    u64 level = tasks[running].level;
    u32 first = queues[READY_QUEUE].head[level];

    links[running].next = first;
    links[running].previous = NONE;
    links[running].queue = READY_QUEUE;
    if (first == NONE) {
        queues[READY_QUEUE].tail[level] = (u32)running;
        queues[READY_QUEUE].levels = queues[READY_QUEUE].levels | (UINT64_C(1) << level);
    } else {
        links[first].previous = (u32)running;
    }
    queues[READY_QUEUE].head[level] = (u32)running;
}

void fast_notify(u64 slot, u64 bits, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 running)
{
    if (slot < tasks[running].slots && bits != 0) {
        u64 row = tasks[running].first_slot + slot;
        u64 target = slots[row].notified - 1;
        if (slots[row].notified != 0 && (bits & slots[row].bits) == bits) {
            if (tasks[target].wait == WAIT_NONE ||
                tasks[target].wait - WAIT_QUEUED < WAIT_RECV - WAIT_QUEUED) {
                tasks[target].bits = tasks[target].bits | bits;
                tasks[target].attention = 1;
                return;
            }
            if (tasks[target].wait >= WAIT_RECV && tasks[target].level > tasks[running].level) {
                push_front(running);
                tasks[target].wait = WAIT_NONE;
                arch_preempt(&tasks[target], bits);
                return;
            }
        }
    }
    arch_syscall(slot, bits, a2, a3, a4, a5, a6, NEURON_SYS_notify);
}

/*
 * Like append() and take() of queue.c for a list that is not empty before, and not after: their contracts say what they
 * store, and nothing of what that means.
 */
/*@ requires level < NEURON_LEVELS && task < NEURON_TASKS_MAX && last < NEURON_TASKS_MAX && last != task;
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures bits: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == \old(queues[q].levels);
    ensures heads: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].head[l] == \old(queues[q].head[l]);
    ensures tails: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].tail[l] == (q == READY_QUEUE && l == level ? task : \old(queues[q].tail[l]));
    ensures next: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].next == (t == task ? NONE : t == last ? task : \old(links[t].next));
    ensures previous: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].previous == (t == task ? last : \old(links[t].previous));
    ensures queue: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].queue == (t == task ? READY_QUEUE : \old(links[t].queue)); */
static inline void append(u64 level, u32 last, u64 task)
{
    links[task].next = NONE;
    links[task].previous = last;
    links[task].queue = READY_QUEUE;
    links[last].next = (u32)task;
    queues[READY_QUEUE].tail[level] = (u32)task;
}

/*@ requires level < NEURON_LEVELS && first < NEURON_TASKS_MAX && second < NEURON_TASKS_MAX && first != second;
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures bits: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == \old(queues[q].levels);
    ensures heads: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].head[l] == (q == READY_QUEUE && l == level ? second : \old(queues[q].head[l]));
    ensures tails: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].tail[l] == \old(queues[q].tail[l]);
    ensures next: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].next == (t == first ? NONE : \old(links[t].next));
    ensures previous: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].previous == (t == first || t == second ? NONE : \old(links[t].previous));
    ensures queue: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].queue == (t == first ? NONE : \old(links[t].queue)); */
static inline void take_first(u64 level, u32 first, u32 second)
{
    links[second].previous = NONE;
    queues[READY_QUEUE].head[level] = second;
    links[first].next = NONE;
    links[first].previous = NONE;
    links[first].queue = NONE;
}

/* The running task is the last of its level, which has others. */
/*@ requires inv: queue_inv;
    requires task: task < NEURON_TASKS_MAX && links[task].queue == NONE && level == level_of[task];
    requires others: queues[READY_QUEUE].head[level] != NONE;
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures in: links[task].queue == READY_QUEUE;
    ensures last: queues[READY_QUEUE].tail[level] == task;
    ensures others: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != task ==>
      links[t].queue == \old(links[t].queue);
    ensures heads: \forall integer l; 0 <= l < NEURON_LEVELS ==>
      queues[READY_QUEUE].head[l] == \old(queues[READY_QUEUE].head[l]);
    ensures bits: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == \old(queues[q].levels); */
static inline void push_last(u64 task, u64 level)
{
    /*@ assert apart: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
          queues[q].head[l] != task && queues[q].tail[l] != task; */
    append(level, queues[READY_QUEUE].tail[level], task);
    //@ assert of_inv: levels_inv && queue_of_inv;
    //@ assert next_inv: queue_next_inv;
    //@ assert previous_inv: queue_previous_inv;
    //@ assert last_inv: queue_last_inv;
    //@ assert first_inv: queue_first_inv;
    //@ assert ends_inv: queue_ends_inv;
    //@ assert heads_inv: queue_heads_inv;
    //@ assert tails_inv: queue_tails_inv;
    //@ assert empty_inv: queue_empty_inv;
    //@ assert bits_inv: queue_bits_inv;
}

/* The first of a level, which is not the last, leaves it. */
/*@ requires inv: queue_inv;
    requires first: level < NEURON_LEVELS && first == queues[READY_QUEUE].head[level] && first != NONE;
    requires others: queues[READY_QUEUE].tail[level] != first;
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures out: links[first].queue == NONE;
    ensures others: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != first ==>
      links[t].queue == \old(links[t].queue);
    ensures heads: \forall integer l; 0 <= l < NEURON_LEVELS && l != level ==>
      queues[READY_QUEUE].head[l] == \old(queues[READY_QUEUE].head[l]);
    ensures bits: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == \old(queues[q].levels); */
static inline void pop_first(u64 level, u32 first)
{
    u32 second = links[first].next;

    //@ assert first: first < NEURON_TASKS_MAX && links[first].queue == READY_QUEUE && level_of[first] == level;
    /*@ assert second: second < NEURON_TASKS_MAX && second != first && links[second].queue == READY_QUEUE &&
          level_of[second] == level; */
    /*@ assert one: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
          (queues[q].head[l] == first ==> q == READY_QUEUE && l == level) && queues[q].tail[l] != first; */
    take_first(level, first, second);
    //@ assert of_inv: levels_inv && queue_of_inv;
    //@ assert next_inv: queue_next_inv;
    //@ assert previous_inv: queue_previous_inv;
    //@ assert last_inv: queue_last_inv;
    //@ assert first_inv: queue_first_inv;
    //@ assert ends_inv: queue_ends_inv;
    //@ assert heads_inv: queue_heads_inv;
    //@ assert tails_inv: queue_tails_inv;
    //@ assert empty_inv: queue_empty_inv;
    //@ assert bits_inv: queue_bits_inv;
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
