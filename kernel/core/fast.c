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

static inline u64 tag_size(u64 tag)
{
    return tag / 65536;
}

/* Whether a tag is right, and its bytes are whole words. */
static inline int is_whole(u64 tag)
{
    return NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS && NEURON_TAG_BYTES(tag) % 8 == 0;
}

static inline void copy_words(u64 to, u64 from, u64 words)
{
    const u64 *source = message_pages[from];
    u64 *target = message_pages[to];
    u64 i = words;

    if (i % 2 != 0) {
        i--;
        target[i] = source[i];
    }
    for (; i != 0; i -= 2) {
        u64 second = source[i - 1];
        u64 first = source[i - 2];
        target[i - 1] = second;
        target[i - 2] = first;
    }
}

/* Whether the caller that the token names waits for the reply of the server, which has nothing else to do, and runs
 * before all that are ready. */
static inline int is_due(u64 token, u64 caller, u64 server)
{
    return tasks[caller].wait == WAIT_SERVED + server && tasks[caller].token == token &&
           tasks[server].attention == 0 && queues[READY_QUEUE].levels <= tasks[caller].no_higher;
}

/* The caller waits for the server, which runs. */
static inline void serve(u64 caller, u64 server)
{
    tasks[caller].token = tasks[caller].token + 64;
    tasks[caller].wait = WAIT_SERVED + server;
    tasks[caller].ran = 0;
    tasks[server].wait = WAIT_NONE;
}

/* The server waits for calls, and the caller runs. */
static inline void answer(u64 caller, u64 server)
{
    tasks[server].wait = tasks[server].generation;
    tasks[server].ran = 0;
    tasks[caller].wait = WAIT_NONE;
}

/* After all checks, and when the page is copied. */
static NOINLINE void deliver(u64 row, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 server,
                             u64 running)
{
    serve(running, server);
    arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge, tasks[running].token);
}

/* Like fast_call() for messages of some words and few bytes. */
static NOINLINE void call_long(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline,
                               u64 running)
{
    u64 words = NEURON_TAG_BYTES(tag) / 8;

    if (deadline == NEURON_FOREVER && slot < tasks[running].slots && is_whole(tag) &&
        words <= FAST_WORDS) {
        u64 row = tasks[running].first_slot + slot;
        u64 server = slots[row].callee - 1;
        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {
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
        if (slots[row].callee != 0 && tasks[server].wait == slots[row].generation) {
            serve(running, server);
            arch_switch(&tasks[server], tag, w0, w1, w2, w3, slots[row].badge,
                        tasks[running].token);
            return;
        }
    }
    call_long(slot, tag, w0, w1, w2, w3, deadline, running);
}

/* Like fast_reply_recv() for messages of some words and few bytes. */
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

void fast_yield(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 running)
{
    u64 level = tasks[running].level;
    u32 next = queues[READY_QUEUE].head[level];

    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6;
    if (next == NONE) {
        return;
    }
    u32 last = queues[READY_QUEUE].tail[level];
    u32 second = links[next].next;

    /* The running task is the last of its level, and then the first goes. */
    links[running].next = NONE;
    links[running].queue = READY_QUEUE;
    queues[READY_QUEUE].tail[level] = (u32)running;
    if (second == NONE) {
        links[running].previous = NONE;
        queues[READY_QUEUE].head[level] = (u32)running;
    } else {
        links[running].previous = last;
        links[last].next = (u32)running;
        links[second].previous = NONE;
        queues[READY_QUEUE].head[level] = second;
    }
    links[next].next = NONE;
    links[next].previous = NONE;
    links[next].queue = NONE;
    arch_yield(&tasks[next]);
}
