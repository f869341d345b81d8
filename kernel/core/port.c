/* Calls, receives, replies. Each checks everything first, then changes state and cannot fail. */
#include "port.h"

#include "arch.h"
#include "deadline.h"
#include "notify.h"
#include "queue.h"
#include "sched.h"
#include "slot.h"

/* Number of the last call, times 64. 2^58 calls last longer than the machine. */
static u64 last_call;

void port_reset(void)
{
    last_call = 0;
}

static int tag_ok(u64 tag)
{
    return NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS &&
           NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES;
}

/* Copies the first `bytes` bytes; what lies behind them in the target page stays as it was. */
static void copy_page(u32 to, u32 from, u64 bytes)
{
    u64 whole = bytes / 8;
    u64 rest = bytes % 8;

    u64 i = 0;

    /* Four at a time: a whole page, there and back, is still a short time without interrupts. */
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
    for (; i < whole; i++) {
        message_pages[to][i] = message_pages[from][i];
    }
    if (rest != 0) {
        u64 mask = (UINT64_C(1) << (8 * rest)) - 1;
        message_pages[to][whole] =
            (message_pages[to][whole] & ~mask) | (message_pages[from][whole] & mask);
    }
}

/* Puts tag and words in the registers of a task; words that the message has not are zero. */
static void put_message(u32 task, const struct message *message)
{
    u64 words = NEURON_TAG_WORDS(message->tag);

    tasks[task].context.x[REG_A0 + 1] = message->tag;
    for (u32 i = 0; i < NEURON_MESSAGE_WORDS; i++) {
        tasks[task].context.x[REG_A0 + 2 + i] = i < words ? message->words[i] : 0;
    }
}

/* The server, which waits for nothing, has the call of `caller` in its registers and IN page. */
static void deliver(u32 caller, u32 server)
{
    u32 slot = tasks[caller].call_slot;

    last_call = last_call + 64;
    tasks[caller].token = last_call + caller;
    tasks[caller].wait = WAIT_SERVED;
    slots[slot].generation = tasks[server].generation;
    copy_page(in_page(server), out_page(caller), NEURON_TAG_BYTES(tasks[caller].message.tag));
    put_message(server, &tasks[caller].message);
    tasks[server].context.x[REG_A0] = NEURON_OK;
    tasks[server].context.x[REG_A0 + 6] = slots[slot].badge;
    tasks[server].context.x[REG_A0 + 7] = tasks[caller].token;
}

int port_call(u64 slot, const struct message *message, u64 deadline)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_PORT, NEURON_RIGHT_CALL, &row);
    if (status != NEURON_OK) {
        return status;
    }
    if (!tag_ok(message->tag)) {
        return NEURON_BAD_TAG;
    }
    u32 server = (u32)slots[row].object;
    if (tasks[server].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_PEER_GONE;
    }
    if (slots[row].generation != 0 && slots[row].generation != tasks[server].generation) {
        slots[row].generation = 0;
        return NEURON_PEER_RESTARTED;
    }
    int waiting = tasks[server].wait == WAIT_RECV;
    if ((deadline == NEURON_POLL && !waiting) ||
        (deadline != NEURON_POLL && deadline != NEURON_FOREVER && deadline <= arch_now())) {
        return NEURON_TIMEOUT;
    }

    u32 caller = current;
    tasks[caller].server = server;
    tasks[caller].call_slot = row;
    tasks[caller].message = *message;
    sched_block(WAIT_QUEUED, deadline == NEURON_POLL ? NEURON_FOREVER : deadline);
    if (waiting) {
        deliver(caller, server);
        sched_wake(server, 1);
    } else {
        queue_push_back(server, caller);
    }
    return BLOCKED;
}

int port_recv(u64 deadline)
{
    u32 server = current;

    if (tasks[server].ready == 0) {
        tasks[server].ready = 1;
        notify_lifecycle();
    }
    if (tasks[server].bits != 0) {
        notify_take(server, tasks[server].bits);
        return NEURON_NOTIFIED;
    }
    u32 caller = queue_top(server);
    if (caller != NONE) {
        queue_remove(caller);
        deliver(caller, server);
        return NEURON_OK;
    }
    if (deadline != NEURON_FOREVER && deadline <= arch_now()) {
        return NEURON_TIMEOUT;
    }
    sched_block(WAIT_RECV, deadline);
    return BLOCKED;
}

int port_reply(u64 token, const struct message *message)
{
    u32 server = current;
    u32 caller = (u32)(token % 64);

    if (!tag_ok(message->tag)) {
        return NEURON_BAD_TAG;
    }
    if (caller >= task_count || tasks[caller].wait != WAIT_SERVED || tasks[caller].token != token ||
        tasks[caller].server != server) {
        return NEURON_STALE;
    }

    copy_page(out_page(caller), in_page(server), NEURON_TAG_BYTES(message->tag));
    put_message(caller, message);
    tasks[caller].context.x[REG_A0] = NEURON_OK;
    sched_wake(caller, 1);
    return NEURON_OK;
}

int port_reply_recv(u64 token, const struct message *message, u64 deadline)
{
    int status = port_reply(token, message);

    /* A stale token is no reason not to serve the next caller. */
    if (status == NEURON_BAD_TAG) {
        return status;
    }
    return port_recv(deadline);
}
