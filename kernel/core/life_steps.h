/* Steps of the life of a task. Private to life.c. */
#ifndef CORE_LIFE_STEPS_H
#define CORE_LIFE_STEPS_H

#include "follows.h"
#include "sets.h"
#include "waits_follow.h"

/* Whoever calls a server that does not run needs only to learn of it. */
/*@ predicate calls_to{L}(integer t, integer s) = calls(tasks[t].wait) && callee_of(tasks[t].wait) == s;
    predicate orphan_ok{L}(integer t, integer s) = may_call{L}(t, s) &&
      (is_queued(tasks[t].wait) ==> calls_through{L}(t, tasks[t].call_slot, s) && tag_fits{L}(t));
    predicate other_calls{L}(integer s) = \forall integer t; 0 <= t < task_count && !calls_to{L}(t, s) ==>
      call_ok{L}(t);
    predicate orphans{L}(integer s) = \forall integer t; 0 <= t < task_count && calls_to{L}(t, s) ==>
      orphan_ok{L}(t, s);
    predicate told{L}(integer t, integer s) = calls_to{L}(t, s) ==> tasks[t].ending != NEURON_TIMEOUT;
    predicate clients_are{L}(integer s, integer bits) = tasks[s].clients == bits;
    predicate callee_word(integer wait, integer s) =
      wait == WAIT_QUEUED + s || wait == WAIT_SERVED + s || wait == WAIT_SERVED_UNTIL + s; */

/* Neither what boot settled of tasks nor their lives changed; */
/*@ predicate life_same{L, M} = tasks_same{L, M} && lives_same{L, M} && resets_same{L, M} &&
      \forall integer t; \at(tasks[t].state, M) == \at(tasks[t].state, L); */
/* nor did devices. */
/*@ predicate devices_same{L, M} = slots_same{L, M} && extents_same{L, M} && entries_same{L, M} &&
      windows_same{L, M} && queues_same{L, M} && lines_same{L, M}; */

/* A caller of a server that does not run gets `status`. */
/*@ WAITS_NEEDED(NONE)
    requires calls: other_calls(server);
    requires orphans: orphans(server);
    requires server: server < task_count && !running(server);
    requires caller: t < task_count && calls_to(t, server);
    requires status: status != NEURON_TIMEOUT;
    assigns tasks[t].wait, tasks[t].ending, deadlines[DEADLINE_LEAVES + t], deadline_stale_count, sched_moved;
    WAITS_KEPT(NONE)
    ensures calls: other_calls(server);
    ensures orphans: orphans(server);
    ensures told: calls_to(t, server) && tasks[t].ending == status; */
static void fail_caller(u32 t, u32 server, int status)
{
    (void)server;
    //@ assert waits: place_ok(t) && running(t);
    //@ assert word: callee_word(tasks[t].wait, server);
    sched_finish_soon(t, status);
    //@ assert word: callee_word(tasks[t].wait, server);
    //@ assert to: calls_to(t, server);
    //@ assert own: orphan_ok(t, server);
    //@ assert place: place_ok(t) && waiting_ok(t);
    /*@ assert calls: \forall integer i; 0 <= i < task_count && i != t && !calls_to(i, server) ==>
          !calls_to{Pre}(i, server) && call_ok{Pre}(i); */
    /*@ assert others: \forall integer i; 0 <= i < task_count && i != t && calls_to(i, server) &&
          orphan_ok{Pre}(i, server) ==> orphan_ok(i, server); */
}

/* All callers of a dead server get `status`; those of a given-up one too, whenever they queued. */
/*@ WAITS_NEEDED(NONE)
    requires calls: other_calls(server);
    requires orphans: orphans(server);
    requires server: server < task_count && !running(server);
    requires peers: peers_inv;
    requires status: status != NEURON_TIMEOUT;
    assigns {tasks[i].wait | integer i; a_task(i)}, {tasks[i].ending | integer i; a_task(i)},
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale_count, sched_moved;
    SCHED_INV_KEPT(NONE)
    ensures same: life_same{Pre, Post}; */
static void fail_callers(u32 server, int status)
{
    u64 rest = tasks[server].clients;
    //@ ghost u64 clients = rest;
    //@ ghost first_bit(clients);

    /*@ loop invariant bound: 0 <= t <= 64;
        loop invariant rest: rest_of(clients, t, rest);
        loop invariant clients: clients_are(server, clients);
        loop invariant lists: queue_inv && deadline_inv && timer_inv && unused_inv;
        loop invariant words: words_inv;
        loop invariant attention: attention_inv;
        loop invariant place: place_inv(NONE);
        loop invariant timing: timing_inv(NONE);
        loop invariant waiting: waiting_inv(NONE);
        loop invariant callers: no_callers(NONE);
        loop invariant calls: other_calls(server);
        loop invariant orphans: orphans(server);
        loop invariant told: \forall integer i; 0 <= i < t && i < task_count ==> told(i, server);
        loop assigns t, rest, {tasks[i].wait | integer i; a_task(i)}, {tasks[i].ending | integer i; a_task(i)},
          {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale_count, sched_moved;
        loop variant 64 - t; */
    for (u32 t = 0; rest != 0; t++) {
        //@ assert bound: t < 64;
        //@ assert member: a_task(t) && ((rest & 1) == 1 <==> in_set(clients, t));
        //@ ghost next_bit(clients, t, rest);
        //@ assert orphan: t < task_count && calls_to(t, server) ==> orphan_ok(t, server) && (rest & 1) == 1;
        if ((rest & 1) == 1 && wait_calls(tasks[t].wait, server) &&
            tasks[t].ending == NEURON_TIMEOUT) {
            //@ assert client: t < task_count && calls_to(t, server);
            fail_caller(t, server, status);
        }
        //@ assert clients: clients_are(server, clients);
        //@ assert still: \forall integer i; 0 <= i < t && told{LoopCurrent}(i, server) ==> told(i, server);
        //@ assert before: \forall integer i; 0 <= i < t && i < task_count ==> told(i, server);
        //@ assert own: t < task_count ==> told(t, server);
        //@ assert all: \forall integer i; 0 <= i <= t && i < task_count ==> told(i, server);
        rest = rest / 2;
    }
    //@ assert members: \forall integer i; 0 <= i < task_count && orphan_ok(i, server) ==> in_set(clients, i);
    //@ assert told: \forall integer i; 0 <= i < task_count ==> told(i, server);
    /*@ assert orphans: \forall integer i; 0 <= i < task_count && calls_to(i, server) ==> call_ok(i); */
}

/* Whether callers of an earlier life still have to learn of its end. */
/*@ requires calls: calls_inv(NONE);
    requires server: server < task_count <= NEURON_TASKS_MAX;
    assigns \nothing;
    ensures unmourned: \result == 0 ==> unmourned(server); */
static int is_mourned(u32 server)
{
    u64 rest = tasks[server].clients;
    //@ ghost first_bit(rest);

    /*@ loop invariant rest: 0 <= t <= 64 && rest_of(tasks[server].clients, t, rest);
        loop invariant none: \forall integer i; 0 <= i < t && i < task_count && calls_to(i, server) ==>
          tasks[i].ending == NEURON_TIMEOUT;
        loop assigns t, rest;
        loop variant 64 - t; */
    for (u32 t = 0; rest != 0; t++) {
        //@ assert bound: t < 64;
        //@ assert member: t < 64 && a_task(t) && ((rest & 1) == 1 <==> in_set(tasks[server].clients, t));
        //@ ghost next_bit(tasks[server].clients, t, rest);
        if ((rest & 1) == 1 && wait_calls(tasks[t].wait, server) &&
            tasks[t].ending != NEURON_TIMEOUT) {
            return 1;
        }
        //@ assert own: t < task_count && calls_to(t, server) ==> call_ok(t) && tasks[t].ending == NEURON_TIMEOUT;
        rest = rest / 2;
    }
    return 0;
}

/* A client of this server died. */
/*@ SCHED_INV_NEEDED(NONE)
    requires server: server < task_count && client < 64;
    assigns tasks[server].peers_changed;
    SCHED_INV_KEPT(NONE) */
static void note_peer(u32 server, u32 client)
{
    tasks[server].peers_changed = tasks[server].peers_changed | (UINT64_C(1) << client);
    //@ assert waits: waits_same{Pre, Here} && calls_same{Pre, Here};
}

/*@ SCHED_INV_NEEDED(NONE)
    requires client: client < task_count;
    requires peers: peers_inv;
    assigns {tasks[i].peers_changed | integer i; a_task(i)}, {tasks[i].bits | integer i; a_task(i)},
      {tasks[i].attention | integer i; a_task(i)}, {tasks[i].wait | integer i; a_task(i)},
      {tasks[i].ending | integer i; a_task(i)},
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale_count, sched_moved;
    SCHED_INV_KEPT(NONE)
    ensures same: life_same{Pre, Post}; */
static void tell_servers(u32 client)
{
    u64 rest = tasks[client].servers;
    //@ ghost u64 servers = rest;
    //@ ghost first_bit(servers);

    /*@ loop invariant rest: 0 <= s <= 64 && rest_of(servers, s, rest);
        loop invariant lists: queue_inv && deadline_inv && timer_inv && unused_inv;
        loop invariant words: words_inv;
        loop invariant attention: attention_inv;
        loop invariant place: place_inv(NONE);
        loop invariant timing: timing_inv(NONE);
        loop invariant waiting: waiting_inv(NONE);
        loop invariant callers: no_callers(NONE);
        loop invariant calls: calls_inv(NONE);
        loop assigns s, rest, {tasks[i].peers_changed | integer i; a_task(i)}, {tasks[i].bits | integer i; a_task(i)},
          {tasks[i].attention | integer i; a_task(i)}, {tasks[i].wait | integer i; a_task(i)},
          {tasks[i].ending | integer i; a_task(i)},
          {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale_count, sched_moved;
        loop variant 64 - s; */
    for (u32 s = 0; rest != 0; s++) {
        //@ assert bound: s < 64;
        //@ assert member: a_task(s) && ((rest & 1) == 1 <==> in_set(servers, s));
        //@ ghost next_bit(servers, s, rest);
        if ((rest & 1) == 1) {
            //@ assert server: s < task_count;
            note_peer(s, client);
            notify_set_soon(s, UINT64_C(1) << NEURON_BIT_PEER_DIED);
        }
        rest = rest / 2;
    }
}

/* A task that does not run stays so. */
/*@ SCHED_INV_NEEDED(NONE)
    requires task: task < task_count && !running(task) && tasks[task].state != NEURON_TASK_GIVEN_UP;
    requires state: (state == NEURON_TASK_STOPPED && wait == WAIT_NONE) ||
      (state == NEURON_TASK_GIVEN_UP && wait == WAIT_GIVEN_UP);
    assigns tasks[task].state, tasks[task].wait;
    WAITS_KEPT(NONE)
    ensures calls: other_calls(task);
    ensures orphans: orphans(task);
    ensures stopped: state == NEURON_TASK_STOPPED ==> calls_inv(NONE);
    ensures state: tasks[task].state == state;
    ensures same: tasks_same{Pre, Post} && lives_same{Pre, Post} && resets_same{Pre, Post}; */
static void set_rest(u32 task, u32 state, u64 wait)
{
    //@ assert now: place_ok(task) && tasks[task].wait == WAIT_NONE && links[task].queue == NONE;
    //@ assert timing: timing_ok(task) && waiting_ok(task);
    tasks[task].state = state;
    tasks[task].wait = wait;
    //@ assert words: \forall integer t; words_ok{Pre}(t) ==> words_ok(t);
    //@ assert attention: \forall integer t; attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert place: \forall integer t; t != task && place_ok{Pre}(t) ==> place_ok(t);
    //@ assert timing: \forall integer t; t != task && timing_ok{Pre}(t) ==> timing_ok(t);
    //@ assert waiting: \forall integer t; t != task && waiting_ok{Pre}(t) ==> waiting_ok(t);
    //@ assert callers: \forall integer t; t != task && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert own: place_ok(task) && timing_ok(task) && waiting_ok(task) && no_caller(task) && call_ok(task);
    //@ assert calls: \forall integer t; t != task && !calls_to(t, task) && call_ok{Pre}(t) ==> call_ok(t);
    /*@ assert orphans: \forall integer t; t != task && calls_to(t, task) && call_ok{Pre}(t) ==>
          orphan_ok(t, task); */
    /*@ assert stopped: state == NEURON_TASK_STOPPED ==>
          \forall integer t; t != task && call_ok{Pre}(t) ==> call_ok(t); */
}

#endif
