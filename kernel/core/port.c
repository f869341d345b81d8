/* Calls, receives, replies. Each checks everything first, then changes state and cannot fail. */
#include "port.h"

#include "arch.h"
#include "deadline.h"
#include "notify.h"
#include "port_steps.h"
#include "queue.h"
#include "sched.h"
#include "slot.h"

/*@ assigns \nothing;
    ensures fits: \result != 0 <==> is_tag(tag); */
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
    ensures copied: has_bytes{Pre, Post}(to, from, bytes);
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

/*@ requires pages: to < MESSAGE_PAGES * NEURON_TASKS_MAX && from < MESSAGE_PAGES * NEURON_TASKS_MAX;
    requires apart: to != from;
    requires bytes: bytes <= NEURON_MESSAGE_BYTES;
    assigns message_pages[to][0 .. NEURON_PAGE / 8 - 1];
    ensures copied: has_bytes{Pre, Post}(to, from, bytes); */
static inline void copy_bytes(u32 to, u32 from, u64 bytes)
{
    if (bytes != 0) {
        copy_page(to, from, bytes);
    }
}

/* Puts a message in the registers of a task, which comes back from its call with OK; words that the message
 * has not are zero. */
/*@ requires task: task < NEURON_TASKS_MAX && !is_queued(tasks[task].wait);
    assigns tasks[task].context.x[REG_A0 .. REG_A7];
    STEP_KEPT
    ensures message: has_message(task, tag, w0, w1, w2, w3, badge, token);
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
static inline void give(u32 task, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token)
{
    u64 words = NEURON_TAG_WORDS(tag);
    u64 first = words > 0 ? w0 : 0;
    u64 second = words > 1 ? w1 : 0;
    u64 third = words > 2 ? w2 : 0;
    u64 fourth = words > 3 ? w3 : 0;

    tasks[task].context.x[REG_A0] = NEURON_OK;
    tasks[task].context.x[REG_A0 + 1] = tag;
    tasks[task].context.x[REG_A0 + 2] = first;
    tasks[task].context.x[REG_A0 + 3] = second;
    tasks[task].context.x[REG_A0 + 4] = third;
    tasks[task].context.x[REG_A0 + 5] = fourth;
    tasks[task].context.x[REG_A0 + 6] = badge;
    tasks[task].context.x[REG_A0 + 7] = token;
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The server has the call in its registers and IN page, and owes `caller` a reply. */
/*@ PORT_INV_NEEDED(caller)
    requires tasks: caller < task_count && server < task_count;
    requires slot: slot_of(caller, slot) && calls_through(caller, slot, server);
    requires tag: NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES;
    requires server: !is_queued(tasks[server].wait);
    assigns tasks[caller].token, slots[slot].generation, tasks[server].context.x[REG_A0 .. REG_A7],
      message_pages[2 * server][0 .. NEURON_PAGE / 8 - 1];
    PORT_INV_KEPT(caller)
    ensures token: tasks[caller].token == (u64)(\old(tasks[caller].token) + 64);
    ensures used: slots[slot].generation == tasks[server].generation;
    ensures message: has_message(server, tag, w0, w1, w2, w3, slots[slot].badge, tasks[caller].token);
    ensures bytes: has_bytes{Pre, Post}(2 * server, 2 * caller + 1, NEURON_TAG_BYTES(tag)); */
static void deliver(u32 caller, u64 slot, u32 server, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    //@ assert life: words_ok(server) && slot < NEURON_SLOTS_MAX;
    number_call(caller);
    use_slot(slot, server);
    give(server, tag, w0, w1, w2, w3, slots[slot].badge, tasks[caller].token);
    //@ assert tables: tasks_inv && slots_inv;
    //@ assert ports: ports_inv;
    copy_bytes(in_page(server), out_page(caller), NEURON_TAG_BYTES(tag));
}

/* The current task waits for a server that it will be in the queue of. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && server < task_count && deadline != 0;
    requires call: may_call(current, server) && calls_through(current, tasks[current].call_slot, server) &&
      tag_fits(current) && (slots[tasks[current].call_slot].generation == NEVER ||
        slots[tasks[current].call_slot].generation == tasks[server].generation);
    requires lives: tasks[server].state != NEURON_TASK_GIVEN_UP;
    assigns tasks[current].wait, tasks[current].ran, deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current;
    ensures lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    ensures words: words_inv;
    ensures attention: attention_inv;
    ensures place: place_inv(\old(current));
    ensures timing: timing_inv(NONE);
    ensures waiting: waiting_inv(NONE);
    ensures callers: no_callers(NONE);
    ensures calls: calls_inv(NONE);
    ensures tables: tasks_inv && slots_inv && ports_inv;
    ensures none: current == NONE;
    ensures waits: tasks[\old(current)].wait == WAIT_QUEUED + server && running(\old(current));
    ensures until: deadlines[DEADLINE_LEAVES + \old(current)] == deadline; */
static inline void wait_in_queue(u32 server, u64 deadline)
{
    //@ ghost u32 caller = current;
    //@ assert own: place_ok(caller) && timing_ok(caller) && running(caller);
    block(WAIT_QUEUED + server, deadline);
    //@ assert callee: callee_of(tasks[caller].wait) == server;
    //@ assert own_timing: timing_ok(caller);
    //@ assert own_waiting: waiting_ok(caller) && no_caller(caller);
    //@ assert own_call: call_ok(caller);
}

/* The current task's call waits in the queue of the server; the message waits in its registers. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && server < task_count && deadline != 0;
    requires slot: slot_of(current, slot) && calls_through(current, slot, server) && may_call(current, server) &&
      (slots[slot].generation == NEVER || slots[slot].generation == tasks[server].generation);
    requires tag: is_tag(tag);
    requires busy: !receives(tasks[server].wait) && tasks[server].state != NEURON_TASK_GIVEN_UP;
    assigns tasks[current].call_slot, tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5], tasks[current].wait,
      tasks[current].ran, deadlines[DEADLINE_LEAVES + current], deadline_stale[0 .. DEADLINE_STALE_MAX - 1],
      deadline_stale_count, sched_moved, current, queues[server], links[0 .. NEURON_TASKS_MAX - 1],
      tasks[server].attention;
    PORT_INV_KEPT(NONE)
    ensures none: current == NONE;
    ensures waits: tasks[\old(current)].wait == WAIT_QUEUED + server;
    ensures until: deadlines[DEADLINE_LEAVES + \old(current)] == deadline;
    ensures last: queues[server].tail[level_of[\old(current)]] == \old(current);
    ensures slot: tasks[\old(current)].call_slot == slot;
    ensures message: tasks[\old(current)].context.x[REG_A0 + 1] == tag &&
      tasks[\old(current)].context.x[REG_A0 + 2] == w0 && tasks[\old(current)].context.x[REG_A0 + 3] == w1 &&
      tasks[\old(current)].context.x[REG_A0 + 4] == w2 && tasks[\old(current)].context.x[REG_A0 + 5] == w3; */
static void enqueue(u64 slot, u32 server, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = current;
    //@ assert own: place_ok(caller) && words_ok(caller) && slot < NEURON_SLOTS_MAX && server != caller;
    keep_message(slot, tag, w0, w1, w2, w3);
    //@ assert tables: tasks_inv && slots_inv;
    //@ assert call: calls_through(caller, slot, server) && may_call(caller, server) && tag_fits(caller);
    wait_in_queue(server, deadline);
    //@ assert out: links[caller].queue == NONE && level_known(caller) && !receives(tasks[server].wait);
    join_queue(server, caller);
    pay_attention(server);
}

/* The server, which waits in recv, gets the call of the current task. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && server < task_count;
    requires slot: slot_of(current, slot) && calls_through(current, slot, server) && may_call(current, server);
    requires tag: is_tag(tag);
    requires waiting: receives(tasks[server].wait);
    assigns tasks[current].token, tasks[current].wait, tasks[current].ran, slots[slot].generation,
      tasks[server].context.x[REG_A0 .. REG_A7], tasks[server].wait, tasks[server].ending,
      message_pages[2 * server][0 .. NEURON_PAGE / 8 - 1], deadlines[DEADLINE_LEAVES + current],
      deadlines[DEADLINE_LEAVES + server], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count,
      sched_moved, current;
    PORT_INV_KEPT(NONE)
    ensures runs: current == server && served_by(\old(current), server);
    ensures token: tasks[\old(current)].token == (u64)(\old(tasks[current].token) + 64);
    ensures message: has_message(server, tag, w0, w1, w2, w3, slots[slot].badge, tasks[\old(current)].token);
    ensures bytes: has_bytes{Pre, Post}(2 * server, 2 * \old(current) + 1, NEURON_TAG_BYTES(tag)); */
static inline void call_now(u64 slot, u32 server, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3,
                            u64 deadline)
{
    //@ ghost u32 caller = current;
    //@ assert server: waiting_ok(server) && words_ok(server) && place_ok(server) && running(server);
    //@ assert apart: server != current && links[server].queue == NONE;
    //@ assert own: place_ok(caller) && timing_ok(caller) && waiting_ok(caller) && no_caller(caller);
    deliver(current, slot, server, tag, w0, w1, w2, w3);
    //@ assert own: place_ok(caller) && timing_ok(caller) && waiting_ok(caller) && no_caller(caller) && call_ok(caller);
    wait_for_reply(server, deadline);
    //@ assert on_time: place_inv(server) && timing_inv(server);
    //@ assert waits: waiting_inv(server) && no_callers(server);
    //@ assert calls: calls_inv(server);
    /* It is above its callers, which are not below anybody who is ready. */
    hand_over(server);
}

/* The call of the current task is delivered, or waits for the server, unless its time is over. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && server < task_count;
    requires slot: slot_of(current, slot) && calls_through(current, slot, server) && may_call(current, server) &&
      (slots[slot].generation == NEVER || slots[slot].generation == tasks[server].generation);
    requires tag: is_tag(tag) && tasks[server].state != NEURON_TASK_GIVEN_UP;
    assigns tasks[current].token, tasks[current].call_slot, tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5],
      tasks[current].wait, tasks[current].ran, slots[slot].generation, tasks[server].context.x[REG_A0 .. REG_A7],
      tasks[server].attention, tasks[server].wait, tasks[server].ending,
      message_pages[2 * server][0 .. NEURON_PAGE / 8 - 1], deadlines[DEADLINE_LEAVES + current],
      deadlines[DEADLINE_LEAVES + server], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count,
      sched_moved, current, queues[server], links[0 .. NEURON_TASKS_MAX - 1];
    PORT_INV_KEPT(NONE)
    PORT_CALLED(slot, server)
    ensures used: \result != BLOCKED ==>
      \forall integer s; 0 <= s < slots_end ==> slots[s].generation == \old(slots[s].generation); */
static inline int call_port(u64 slot, u32 server, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3,
                            u64 deadline)
{
    int waiting = wait_reason(tasks[server].wait) == WAIT_RECV;
    if ((deadline == NEURON_POLL && !waiting) ||
        (deadline != NEURON_POLL && deadline != NEURON_FOREVER && deadline <= arch_now())) {
        return NEURON_TIMEOUT;
    }
    if (!waiting) {
        enqueue(slot, server, tag, w0, w1, w2, w3, deadline);
    } else {
        call_now(slot, server, tag, w0, w1, w2, w3, deadline);
    }
    return BLOCKED;
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
    //@ assert row: slot_of(current, row) && row < slots_end;
    //@ assert port: slot_ok(row) && port_ok(current, row);
    u32 server = (u32)slots[row].object;
    //@ assert server: server == \at(slot_server(slot), Pre) && server < task_count;
    //@ assert allowed: calls_through(current, row, server) && may_call(current, server);
    if (tasks[server].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_PEER_GONE;
    }
    if (slots[row].generation != NEVER && slots[row].generation != tasks[server].generation) {
        forget_life(row);
        return NEURON_PEER_RESTARTED;
    }
    return call_port(row, server, tag, w0, w1, w2, w3, deadline);
}

/* The first caller in the queue of the current task is served. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && caller < task_count && links[caller].queue == current &&
      tasks[current].ready == 1;
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], tasks[caller].token, tasks[caller].wait,
      slots[tasks[caller].call_slot].generation, tasks[current].context.x[REG_A0 .. REG_A7],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1];
    PORT_INV_KEPT(NONE)
    ensures received: received{Pre, Post}(caller);
    ensures token: tasks[current].context.x[REG_A7] % 64 == caller; */
static void take_caller(u32 caller)
{
    u32 server = current;

    //@ assert queued: place_ok(caller) && place_ok(server) && caller != server;
    //@ assert waits: tasks[caller].wait == WAIT_QUEUED + server && callee_of(tasks[caller].wait) == server;
    //@ assert call: call_ok(caller) && timing_ok(caller) && running(caller) && running(server);
    //@ assert due: may_call(caller, server) && tasks[caller].ending == NEURON_TIMEOUT && tag_fits(caller);
    //@ assert slot: calls_through(caller, tasks[caller].call_slot, server);
    leave_port(caller);
    deliver(caller, tasks[caller].call_slot, server, tasks[caller].context.x[REG_A0 + 1],
            tasks[caller].context.x[REG_A0 + 2], tasks[caller].context.x[REG_A0 + 3],
            tasks[caller].context.x[REG_A0 + 4], tasks[caller].context.x[REG_A0 + 5]);
    //@ assert token: words_ok(caller) && tasks[server].context.x[REG_A7] % 64 == caller;
    //@ assert due: may_call(caller, server) && timing_ok(caller);
    begin_service(caller);
}

/* Pending bits, or the call of the first in its queue, or the current task waits for either. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count && tasks[current].ready == 1;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], slots[0 .. NEURON_SLOTS_MAX - 1],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1], deadlines[DEADLINE_LEAVES + current],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, queues[0 .. QUEUES - 1],
      links[0 .. NEURON_TASKS_MAX - 1], current;
    PORT_INV_KEPT(NONE)
    PORT_RECEIVED */
static inline int serve_next(u64 deadline)
{
    u32 server = current;

    if (tasks[server].bits != 0) {
        take_bits();
        //@ assert lists: queue_inv && deadline_inv && timer_inv && unused_inv;
        //@ assert kept: all_rest_kept{Pre, Here};
        return BLOCKED;
    }
    u32 caller = queue_top(server);
    if (caller != NONE) {
        //@ assert queued: links[caller].queue == server && caller < task_count && place_ok(caller);
        take_caller(caller);
        //@ assert lists: queue_inv && deadline_inv && timer_inv && unused_inv;
        //@ assert kept: all_rest_kept{Pre, Here};
        return BLOCKED;
    }
    pay_no_attention(server);
    //@ assert lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    //@ assert tables: tasks_inv && slots_inv;
    if (deadline != NEURON_FOREVER && deadline <= arch_now()) {
        return NEURON_TIMEOUT;
    }
    wait_for_call(deadline);
    //@ assert lists: queue_inv && deadline_inv && timer_inv && unused_inv;
    //@ assert kept: all_rest_kept{Pre, Here};
    return BLOCKED;
}

int port_recv(u64 deadline)
{
    tell_ready();
    //@ assert busy: \forall integer t; 0 <= t < task_count ==> caller_kept{Pre, Here}(t);
    /*@ assert same: \forall integer t; 0 <= t < task_count && calls(tasks[t].wait) ==>
          same_call{Pre, Here}(t); */
    /*@ ghost Told: ; */
    int status = serve_next(deadline);
    /*@ assert rest: \forall integer t; rest_kept{Pre, Told}(t) && rest_kept{Told, Here}(t) ==>
          rest_kept{Pre, Here}(t); */
    //@ assert from: \forall integer c; 0 <= c && received{Told, Here}(c) ==> same_call{Pre, Told}(c);
    /*@ assert got: \forall integer c; received{Told, Here}(c) && same_call{Pre, Told}(c) ==>
          received{Pre, Here}(c); */
    return status;
}

/* OK: the caller that a token names has the reply in its registers and OUT page, and still waits. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[token % 64].context.x[REG_A0 .. REG_A7],
      message_pages[2 * (token % 64) + 1][0 .. NEURON_PAGE / 8 - 1];
    PORT_INV_KEPT(NONE)
    ensures status: \result == NEURON_OK || \result == NEURON_BAD_TAG || \result == NEURON_STALE;
    ensures tag: \result == NEURON_BAD_TAG <==> !is_tag(tag);
    ensures due: \result == NEURON_OK <==> is_tag(tag) && token % 64 < task_count &&
      tasks[token % 64].token == token && served_by(token % 64, current);
    ensures message: \result == NEURON_OK ==> has_message(token % 64, tag, w0, w1, w2, w3, 0, 0);
    ensures bytes: \result == NEURON_OK ==>
      has_bytes{Pre, Post}(2 * (token % 64) + 1, 2 * current, NEURON_TAG_BYTES(tag));
    ensures refused: \result != NEURON_OK ==> same_registers{Pre, Post}(token % 64);
    ensures kept: \result != NEURON_OK ==>
      has_bytes{Pre, Post}(2 * (token % 64) + 1, 2 * (token % 64) + 1, NEURON_PAGE);
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t); */
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
    //@ assert served: place_ok(caller) && !is_queued(tasks[caller].wait);
    give(caller, tag, w0, w1, w2, w3, 0, 0);
    //@ assert tables: tasks_inv && slots_inv;
    //@ assert ports: ports_inv;
    copy_bytes(out_page(caller), in_page(server), NEURON_TAG_BYTES(tag));
    return NEURON_OK;
}

int port_reply(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3)
{
    int status = answer(token, tag, w0, w1, w2, w3);

    if (status == NEURON_OK) {
        //@ assert waits: place_ok(token % 64) && token % 64 != current;
        wake((u32)(token % 64));
    }
    return status;
}

/* A caller that has its reply runs at once, if nobody does who would not let it. */
/*@ PORT_INV_NEEDED(NONE)
    requires caller: caller < task_count && WAIT_SERVED <= tasks[caller].wait < WAIT_RECV;
    assigns tasks[caller].wait, tasks[caller].ending, deadlines[DEADLINE_LEAVES + caller],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, queues[READY_QUEUE],
      links[0 .. NEURON_TASKS_MAX - 1], current;
    PORT_INV_KEPT(NONE)
    ensures resumed: current == caller || (current == \old(current) && links[caller].queue == READY_QUEUE);
    ensures kept: \forall integer t; rest_kept{Pre, Post}(t);
    ensures stays: \old(current) != NONE ==> current == \old(current); */
static inline void resume(u32 caller)
{
    //@ assert waits: place_ok(caller) && caller != current && running(caller) && links[caller].queue == NONE;
    if (current == NONE && queues[READY_QUEUE].levels <= tasks[caller].no_higher) {
        hand_over(caller);
        //@ assert tables: tasks_inv && slots_inv && ports_inv;
    } else {
        wake(caller);
        //@ assert tables: tasks_inv && slots_inv && ports_inv;
    }
}

/* The current task receives, and then a caller goes on that has its reply. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    requires caller: caller < task_count && WAIT_SERVED <= tasks[caller].wait < WAIT_RECV;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], slots[0 .. NEURON_SLOTS_MAX - 1],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1], deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, queues[0 .. QUEUES - 1],
      links[0 .. NEURON_TASKS_MAX - 1], current;
    PORT_INV_KEPT(NONE)
    ensures status: \result == BLOCKED || (\result == NEURON_TIMEOUT && current == \old(current));
    ensures kept: all_rest_kept{Pre, Post};
    ensures slots_kept: slots_kept{Pre, Post};
    ensures resumed: current == caller || links[caller].queue == READY_QUEUE;
    ensures kept: same_registers{Pre, Post}(caller); */
static inline int receive_and_resume(u32 caller, u64 deadline)
{
    //@ assert other: place_ok(current) && caller != current;
    int status = port_recv(deadline);
    //@ assert waits: WAIT_SERVED <= tasks[caller].wait < WAIT_RECV && same_registers{Pre, Here}(caller);
    /*@ ghost Received: ; */
    resume(caller);
    /*@ assert rest: \forall integer t; 0 <= t < NEURON_TASKS_MAX && rest_kept{Pre, Received}(t) ==>
          rest_kept{Pre, Here}(t); */
    //@ assert kept: all_rest_kept{Pre, Here};
    return status;
}

int port_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline)
{
    u32 caller = (u32)(token % 64);
    int status = answer(token, tag, w0, w1, w2, w3);

    /*@ ghost Answered: ; */
    /* A stale token is no reason not to serve the next caller. */
    if (status == NEURON_BAD_TAG) {
        //@ assert kept: all_rest_kept{Pre, Here};
        return status;
    }
    if (status == NEURON_STALE) {
        status = port_recv(deadline);
        /*@ assert rest: \forall integer t; 0 <= t < NEURON_TASKS_MAX && rest_kept{Answered, Here}(t) ==>
              rest_kept{Pre, Here}(t); */
        //@ assert kept: all_rest_kept{Pre, Here};
        /*@ assert stale: token % 64 < task_count && token % 64 != \at(current, Pre) &&
              WAIT_SERVED <= \at(tasks[token % 64].wait, Pre) < WAIT_RECV ==>
              same_registers{Pre, Here}(token % 64) &&
              tasks[token % 64].wait == \at(tasks[token % 64].wait, Pre); */
        return status;
    }
    //@ assert message: has_message(caller, tag, w0, w1, w2, w3, 0, 0);
    status = receive_and_resume(caller, deadline);
    /*@ assert rest: \forall integer t; 0 <= t < NEURON_TASKS_MAX && rest_kept{Answered, Here}(t) ==>
          rest_kept{Pre, Here}(t); */
    //@ assert kept: all_rest_kept{Pre, Here};
    //@ assert same: same_registers{Answered, Here}(caller);
    //@ assert message: has_message(caller, tag, w0, w1, w2, w3, 0, 0);
    return status;
}
