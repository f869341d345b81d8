/* Calls, receives, replies. Each checks everything first, then changes state and cannot fail. */
#include "port.h"

#include "arch.h"
#include "deadline.h"
#include "notify.h"
#include "queue.h"
#include "sched.h"
#include "slot.h"

/*@ assigns \nothing;
    ensures fits: \result != 0 <==>
      NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS && NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES; */
static int tag_ok(u64 tag)
{
    return NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS &&
           NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES;
}

/* Copies the first `bytes` bytes; what lies behind them in the target page stays as it was. */
/*@ requires pages: to < MESSAGE_PAGES * NEURON_TASKS_MAX && from < MESSAGE_PAGES * NEURON_TASKS_MAX;
    requires apart: to != from;
    requires bytes: bytes <= NEURON_MESSAGE_BYTES;
    assigns message_pages[to][0 .. NEURON_PAGE / 8 - 1];
    ensures copied: \forall integer w; 0 <= w < bytes / 8 ==> message_pages[to][w] == message_pages[from][w];
    ensures kept: \forall integer w; bytes <= 8 * w < NEURON_PAGE ==>
      message_pages[to][w] == \old(message_pages[to][w]); */
static NOINLINE void copy_page(u32 to, u32 from, u64 bytes)
{
    u64 whole = bytes / 8;
    u64 rest = bytes % 8;

    u64 i = 0;

    /* Four at a time: a whole page, there and back, is still a short time without interrupts. */
    /*@ loop invariant bound: 0 <= i <= whole;
        loop invariant copied: \forall integer w; 0 <= w < i ==>
          message_pages[to][w] == message_pages[from][w];
        loop invariant kept: \forall integer w; i <= w < NEURON_PAGE / 8 ==>
          message_pages[to][w] == \at(message_pages[to][w], Pre);
        loop assigns i, message_pages[to][0 .. NEURON_PAGE / 8 - 1];
        loop variant whole - i; */
    for (; whole - i >= 4; i += 4) {
        u64 first = message_pages[from][i];
        u64 second = message_pages[from][i + 1];
        u64 third = message_pages[from][i + 2];
        u64 fourth = message_pages[from][i + 3];
        message_pages[to][i] = first;
        message_pages[to][i + 1] = second;
        message_pages[to][i + 2] = third;
        message_pages[to][i + 3] = fourth;
    }
    /*@ loop invariant bound: 0 <= i <= whole;
        loop invariant copied: \forall integer w; 0 <= w < i ==>
          message_pages[to][w] == message_pages[from][w];
        loop invariant kept: \forall integer w; i <= w < NEURON_PAGE / 8 ==>
          message_pages[to][w] == \at(message_pages[to][w], Pre);
        loop assigns i, message_pages[to][0 .. NEURON_PAGE / 8 - 1];
        loop variant whole - i; */
    for (; i < whole; i++) {
        message_pages[to][i] = message_pages[from][i];
    }
    if (rest != 0) {
        u64 mask = (UINT64_C(1) << (8 * rest)) - 1;
        message_pages[to][whole] =
            (message_pages[to][whole] & ~mask) | (message_pages[from][whole] & mask);
    }
}

/* Puts a message in the registers of a task, which comes back from its call with OK; words that the message has
 * not are zero. */
/*@ requires task: task < NEURON_TASKS_MAX;
    assigns tasks[task].context.x[REG_A0 .. REG_A7];
    ensures status: tasks[task].context.x[REG_A0] == NEURON_OK;
    ensures tag: tasks[task].context.x[REG_A0 + 1] == tag;
    ensures words: tasks[task].context.x[REG_A0 + 2] == (NEURON_TAG_WORDS(tag) > 0 ? w0 : 0) &&
      tasks[task].context.x[REG_A0 + 3] == (NEURON_TAG_WORDS(tag) > 1 ? w1 : 0) &&
      tasks[task].context.x[REG_A0 + 4] == (NEURON_TAG_WORDS(tag) > 2 ? w2 : 0) &&
      tasks[task].context.x[REG_A0 + 5] == (NEURON_TAG_WORDS(tag) > 3 ? w3 : 0);
    ensures source: tasks[task].context.x[REG_A0 + 6] == badge && tasks[task].context.x[REG_A7] == token; */
static inline void give(u32 task, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token)
{
    u64 words = NEURON_TAG_WORDS(tag);

    tasks[task].context.x[REG_A0] = NEURON_OK;
    tasks[task].context.x[REG_A0 + 1] = tag;
    tasks[task].context.x[REG_A0 + 2] = words > 0 ? w0 : 0;
    tasks[task].context.x[REG_A0 + 3] = words > 1 ? w1 : 0;
    tasks[task].context.x[REG_A0 + 4] = words > 2 ? w2 : 0;
    tasks[task].context.x[REG_A0 + 5] = words > 3 ? w3 : 0;
    tasks[task].context.x[REG_A0 + 6] = badge;
    tasks[task].context.x[REG_A0 + 7] = token;
}

/* The server has the call in its registers and IN page, and owes `caller` a reply. */
static void deliver(u32 caller, u64 slot, u32 server, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    tasks[caller].token = tasks[caller].token + 64;
    slots[slot].generation = tasks[server].generation;
    give(server, tag, w0, w1, w2, w3, slots[slot].badge, tasks[caller].token);
    if (NEURON_TAG_BYTES(tag) != 0) {
        copy_page(in_page(server), out_page(caller), NEURON_TAG_BYTES(tag));
    }
}

/* The current task's call waits in the queue of the server; the message waits in its registers. */
static void enqueue(u64 slot, u32 server, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = current;

    tasks[caller].call_slot = (u32)slot;
    tasks[caller].context.x[REG_A0 + 1] = tag;
    tasks[caller].context.x[REG_A0 + 2] = w0;
    tasks[caller].context.x[REG_A0 + 3] = w1;
    tasks[caller].context.x[REG_A0 + 4] = w2;
    tasks[caller].context.x[REG_A0 + 5] = w3;
    sched_block(WAIT_QUEUED + server, deadline);
    queue_push_back(server, caller);
    tasks[server].attention = 1;
}

int port_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_PORT, NEURON_RIGHT_CALL, &row);
    if (status != NEURON_OK) {
        return status;
    }
    if (!tag_ok(tag)) {
        return NEURON_BAD_TAG;
    }
    u32 server = (u32)slots[row].object;
    if (tasks[server].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_PEER_GONE;
    }
    if (slots[row].generation != NEVER && slots[row].generation != tasks[server].generation) {
        slots[row].generation = NEVER;
        return NEURON_PEER_RESTARTED;
    }
    int waiting = wait_reason(tasks[server].wait) == WAIT_RECV;
    if ((deadline == NEURON_POLL && !waiting) ||
        (deadline != NEURON_POLL && deadline != NEURON_FOREVER && deadline <= arch_now())) {
        return NEURON_TIMEOUT;
    }

    if (!waiting) {
        enqueue(row, server, tag, w0, w1, w2, w3, deadline);
        return BLOCKED;
    }
    deliver(current, row, server, tag, w0, w1, w2, w3);
    if (deadline == NEURON_POLL || deadline == NEURON_FOREVER) {
        sched_block(WAIT_SERVED + server, NEURON_FOREVER);
    } else {
        sched_block(WAIT_SERVED_UNTIL + server, deadline);
    }
    /* It is above its callers, which are not below anybody who is ready. */
    sched_hand_over(server);
    return BLOCKED;
}

/* The first caller in the queue of the current task is served. */
static void take_caller(u32 caller)
{
    u32 server = current;
    const u64 *x = tasks[caller].context.x;

    queue_remove(caller);
    deliver(caller, tasks[caller].call_slot, server, x[REG_A0 + 1], x[REG_A0 + 2], x[REG_A0 + 3],
            x[REG_A0 + 4], x[REG_A0 + 5]);
    tasks[caller].wait = deadlines[DEADLINE_LEAVES + caller] == NEURON_FOREVER
                             ? WAIT_SERVED + server
                             : WAIT_SERVED_UNTIL + server;
}

int port_recv(u64 deadline)
{
    u32 server = current;

    if (tasks[server].ready == 0) {
        tasks[server].ready = 1;
        notify_ready();
    }
    if (tasks[server].bits != 0) {
        notify_take(server, tasks[server].bits);
        return BLOCKED;
    }
    u32 caller = queue_top(server);
    if (caller != NONE) {
        take_caller(caller);
        return BLOCKED;
    }
    tasks[server].attention = 0;
    if (deadline != NEURON_FOREVER && deadline <= arch_now()) {
        return NEURON_TIMEOUT;
    }
    sched_block(deadline == NEURON_FOREVER ? tasks[server].generation : WAIT_RECV_UNTIL, deadline);
    return BLOCKED;
}

/* OK: the caller that a token names has the reply in its registers and OUT page, and still waits. */
static int answer(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    u32 server = current;
    u32 caller = (u32)(token % 64);

    if (!tag_ok(tag)) {
        return NEURON_BAD_TAG;
    }
    if (caller >= task_count || tasks[caller].token != token ||
        (tasks[caller].wait != WAIT_SERVED + server &&
         tasks[caller].wait != WAIT_SERVED_UNTIL + server)) {
        return NEURON_STALE;
    }
    give(caller, tag, w0, w1, w2, w3, 0, 0);
    if (NEURON_TAG_BYTES(tag) != 0) {
        copy_page(out_page(caller), in_page(server), NEURON_TAG_BYTES(tag));
    }
    return NEURON_OK;
}

int port_reply(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    int status = answer(token, tag, w0, w1, w2, w3);

    if (status == NEURON_OK) {
        sched_wake((u32)(token % 64), 1);
    }
    return status;
}

int port_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = (u32)(token % 64);
    int status = answer(token, tag, w0, w1, w2, w3);

    /* A stale token is no reason not to serve the next caller. */
    if (status == NEURON_BAD_TAG) {
        return status;
    }
    if (status == NEURON_STALE) {
        return port_recv(deadline);
    }
    status = port_recv(deadline);
    if (current == NONE && queues[READY_QUEUE].levels <= tasks[caller].no_higher) {
        sched_hand_over(caller);
    } else {
        sched_wake(caller, 1);
    }
    return status;
}
