/*
 * Messages. A call goes through a PORT capability to a server, which receives it with a token and
 * replies to that token: at once, later, or never. Each port queues its callers by priority.
 *
 * A token is the number of the caller's call times 64 plus the caller's index. Numbers are never reused, in
 * no life, so a token is good exactly while that one call is being served; otherwise the reply is STALE, which
 * is normal (the caller's deadline passed, or it died) and changes nothing.
 *
 * All functions act for the current task and return an enum neuron_status that is all that it gets, or
 * BLOCKED: its result is in its registers, or will be.
 */
#ifndef CORE_PORT_H
#define CORE_PORT_H

#include "notify.h"
#include "sched.h"

/* A message is in the registers of a task, from a caller (its badge and token) or as a reply (0, 0). */
/*@ predicate has_message{L}(integer t, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, integer badge,
                                  integer token) =
      tasks[t].context.x[REG_A0] == NEURON_OK && tasks[t].context.x[REG_A0 + 1] == tag &&
      tasks[t].context.x[REG_A0 + 2] == (NEURON_TAG_WORDS(tag) > 0 ? w0 : 0) &&
      tasks[t].context.x[REG_A0 + 3] == (NEURON_TAG_WORDS(tag) > 1 ? w1 : 0) &&
      tasks[t].context.x[REG_A0 + 4] == (NEURON_TAG_WORDS(tag) > 2 ? w2 : 0) &&
      tasks[t].context.x[REG_A0 + 5] == (NEURON_TAG_WORDS(tag) > 3 ? w3 : 0) &&
      tasks[t].context.x[REG_A0 + 6] == badge && tasks[t].context.x[REG_A7] == token;
    predicate is_tag(u64 tag) =
      NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS && NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES;

    // Its bytes are in a message page, as they were in another.
    predicate has_bytes{L, M}(integer to, integer from, integer bytes) =
      \forall integer w; 0 <= w < bytes / 8 ==>
        \at(message_pages[to][w], M) == \at(message_pages[from][w], L);

    // A call was received, and the reply is due.
    predicate served_by{L}(integer t, integer s) =
      tasks[t].wait == WAIT_SERVED + s || tasks[t].wait == WAIT_SERVED_UNTIL + s;
    predicate same_registers{L, M}(integer t) = \forall integer r; 0 <= r < 32 ==>
      \at(tasks[t].context.x[r], L) == \at(tasks[t].context.x[r], M); */

/* The current task has the call of one who waited in its queue. */
/*@ predicate received{L, M}(integer c) =
      c < \at(task_count, M) && served_by{M}(c, \at(current, L)) &&
      \at(tasks[c].wait, L) == WAIT_QUEUED + \at(current, L) &&
      has_message{M}(\at(current, L), \at(tasks[c].context.x[REG_A0 + 1], L),
        \at(tasks[c].context.x[REG_A0 + 2], L), \at(tasks[c].context.x[REG_A0 + 3], L),
        \at(tasks[c].context.x[REG_A0 + 4], L), \at(tasks[c].context.x[REG_A0 + 5], L),
        \at(slots[\at(tasks[c].call_slot, L)].badge, M), \at(tasks[c].token, M)); */

/* All of the slots but the lives in which they were used. */
/*@ predicate slots_kept{L, M} = \forall integer s; 0 <= s < NEURON_SLOTS_MAX ==>
      \at(slots[s].kind, L) == \at(slots[s].kind, M) && \at(slots[s].rights, L) == \at(slots[s].rights, M) &&
      \at(slots[s].object, L) == \at(slots[s].object, M) &&
      \at(slots[s].badge, L) == \at(slots[s].badge, M) &&
      \at(slots[s].bits, L) == \at(slots[s].bits, M) && \at(slots[s].callee, L) == \at(slots[s].callee, M) &&
      \at(slots[s].may_set, L) == \at(slots[s].may_set, M); */

/* What every function here needs, and what it gives back. */
/* clang-format off */
#define PORT_INV(says, x)                                                                          \
    SCHED_INV(says, x)                                                                             \
    says tables: tasks_inv && slots_inv;                                                           \
    says ports: ports_inv;
#define PORT_INV_NEEDED(x) PORT_INV(requires, x)
#define PORT_INV_KEPT(x) PORT_INV(ensures, x)
#define PORT_CALLED(row, server)                                                                   \
    ensures delivered: \result == BLOCKED && \old(receives(tasks[server].wait)) ==>                \
      current == \old(server) && served_by(\old(current), current) &&                              \
      has_message(current, tag, w0, w1, w2, w3, slots[\old(row)].badge, tasks[\old(current)].token) &&\
      has_bytes{Pre, Post}(2 * current, 2 * \old(current) + 1, NEURON_TAG_BYTES(tag));             \
    ensures number: \result == BLOCKED && \old(receives(tasks[server].wait)) ==>                   \
      tasks[\old(current)].token == (u64)(\old(tasks[current].token) + 64);                        \
    ensures queued: \result == BLOCKED && !\old(receives(tasks[server].wait)) ==>                  \
      current == NONE && tasks[\old(current)].wait == WAIT_QUEUED + \old(server);                  \
    ensures refused: \result != BLOCKED ==> current == \old(current) &&                            \
      \forall integer t; 0 <= t < task_count ==> tasks[t].wait == \old(tasks[t].wait) &&           \
        tasks[t].token == \old(tasks[t].token) && same_registers{Pre, Post}(t);
#define PORT_RECEIVED                                                                              \
    ensures status: \result == BLOCKED || (\result == NEURON_TIMEOUT && current == \old(current)); \
    ensures waits: current == \old(current) || (current == NONE && receives(tasks[\old(current)].wait));\
    ensures got: \result == BLOCKED && current == \old(current) ==>                                \
      tasks[current].context.x[REG_A0] == NEURON_NOTIFIED ||                                       \
      received{Pre, Post}(tasks[current].context.x[REG_A7] % 64);                                  \
    ensures kept: all_rest_kept{Pre, Post};                                                        \
    ensures slots_kept: slots_kept{Pre, Post};                                                     \
    ensures served: \forall integer t; 0 <= t < task_count && t != \old(current) &&                \
      WAIT_SERVED <= \old(tasks[t].wait) < WAIT_RECV ==>                                           \
        tasks[t].wait == \old(tasks[t].wait) && same_registers{Pre, Post}(t);
/* clang-format on */

/* The call is delivered to the server that the slot names, or waits for it; the caller waits for a reply. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[current].token, tasks[current].call_slot,
      tasks[current].context.x[REG_A0 + 1 .. REG_A0 + 5],
      tasks[current].wait, tasks[current].ran, slots[tasks[current].first_slot + slot].generation,
      tasks[slot_server(slot)].context.x[REG_A0 .. REG_A7], tasks[slot_server(slot)].attention,
      tasks[slot_server(slot)].wait, tasks[slot_server(slot)].ending,
      message_pages[2 * slot_server(slot)][0 .. NEURON_PAGE / 8 - 1],
      deadlines[DEADLINE_LEAVES + current], deadlines[DEADLINE_LEAVES + slot_server(slot)],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved, current,
      queues[slot_server(slot)], links[0 .. NEURON_TASKS_MAX - 1];
    PORT_INV_KEPT(NONE)
    ensures allowed: \result == BLOCKED ==> is_tag(tag) && slot < \old(tasks[current].slots) &&
      \old(calls_through(current, tasks[current].first_slot + slot, slot_server(slot)));
    PORT_CALLED(tasks[current].first_slot + slot, slot_server(slot))
    ensures used: \result != BLOCKED && \result != NEURON_PEER_RESTARTED ==>
      \forall integer s; 0 <= s < slots_end ==> slots[s].generation == \old(slots[s].generation); */
int port_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);
/* Pending bits, or the call of the first in its queue, or the task waits for either. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], slots[0 .. NEURON_SLOTS_MAX - 1],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1], deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current;
    PORT_INV_KEPT(NONE)
    PORT_RECEIVED */
int port_recv(u64 deadline);
/* The caller whose token it is, if it waits for the current task, comes back from its call with the reply. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[token % 64].context.x[REG_A0 .. REG_A7], tasks[token % 64].wait, tasks[token % 64].ending,
      message_pages[2 * (token % 64) + 1][0 .. NEURON_PAGE / 8 - 1], deadlines[DEADLINE_LEAVES + token % 64],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    PORT_INV_KEPT(NONE)
    ensures status: \result == NEURON_OK || \result == NEURON_BAD_TAG || \result == NEURON_STALE;
    ensures tag: \result == NEURON_BAD_TAG <==> !is_tag(tag);
    ensures due: \result == NEURON_OK <==> is_tag(tag) && token % 64 < task_count &&
      \old(tasks[token % 64].token) == token && \old(served_by(token % 64, current));
    ensures message: \result == NEURON_OK ==> has_message(token % 64, tag, w0, w1, w2, w3, 0, 0) &&
      links[token % 64].queue == READY_QUEUE;
    ensures bytes: \result == NEURON_OK ==>
      has_bytes{Pre, Post}(2 * (token % 64) + 1, 2 * current, NEURON_TAG_BYTES(tag));
    ensures refused: \result != NEURON_OK ==> same_registers{Pre, Post}(token % 64) &&
      tasks[token % 64].wait == \old(tasks[token % 64].wait);
    ensures kept: \result != NEURON_OK ==>
      has_bytes{Pre, Post}(2 * (token % 64) + 1, 2 * (token % 64) + 1, NEURON_PAGE); */
int port_reply(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3);
/* Both; the caller may run at once. A bad tag changes nothing, a stale token is no reason not to receive. */
/*@ PORT_INV_NEEDED(NONE)
    requires current: current < task_count;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], slots[0 .. NEURON_SLOTS_MAX - 1],
      message_pages[2 * (token % 64) + 1][0 .. NEURON_PAGE / 8 - 1],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1], deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1], current;
    PORT_INV_KEPT(NONE)
    ensures kept: all_rest_kept{Pre, Post};
    ensures slots_kept: slots_kept{Pre, Post};
    ensures stays: \result != BLOCKED ==> current == \old(current);
    ensures tag: \result == NEURON_BAD_TAG <==> !is_tag(tag);
    ensures due: is_tag(tag) && token % 64 < task_count && \old(tasks[token % 64].token) == token &&
      \old(served_by(token % 64, current)) ==> has_message(token % 64, tag, w0, w1, w2, w3, 0, 0) &&
      (current == token % 64 || links[token % 64].queue == READY_QUEUE);
    ensures stale: token % 64 < task_count && token % 64 != \old(current) &&
      WAIT_SERVED <= \old(tasks[token % 64].wait) < WAIT_RECV &&
      (\old(tasks[token % 64].token) != token || !\old(served_by(token % 64, current))) ==>
        same_registers{Pre, Post}(token % 64) && tasks[token % 64].wait == \old(tasks[token % 64].wait);
    ensures refused: \result == NEURON_BAD_TAG ==> current == \old(current) &&
      \forall integer t; 0 <= t < task_count ==> tasks[t].wait == \old(tasks[t].wait) &&
        tasks[t].token == \old(tasks[t].token) && same_registers{Pre, Post}(t); */
int port_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);

#endif
