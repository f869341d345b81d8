/*
 * The invariant of tasks that run, are ready or wait, of their bits and deadlines, and of calls between them.
 * A few small predicates for each task, so that whoever changes one task says so of this one alone: in the
 * middle of an entry the invariant holds but for task `x`; NONE: for all.
 */
#ifndef CORE_WAITS_H
#define CORE_WAITS_H

#include "bits.h"
#include "deadline.h"
#include "queue.h"
#include "state.h"

/*@ predicate running{L}(integer t) = tasks[t].state == NEURON_TASK_RUNNING; */

/* What does not depend on what a task does, but for its registers that are constants. */
/*@ predicate words_ok{L}(integer t) =
      tasks[t].context.task == t && tasks[t].token % 64 == t && WAIT_RECV < tasks[t].generation &&
      level_known{L}(t) && tasks[t].no_higher == levels_to(level_of[t]) &&
      tasks[t].state <= NEURON_TASK_GIVEN_UP &&
      (tasks[t].ready == 0 || (tasks[t].ready == 1 && running{L}(t))) &&
      (running{L}(t) ==> tasks[t].reset_left == 0 &&
        tasks[t].context.x[REG_GP] == tasks[t].gp && tasks[t].context.x[REG_TP] == tasks[t].tp);

    predicate attention_ok{L}(integer t) = tasks[t].attention == 1 ||
      (tasks[t].attention == 0 && tasks[t].bits == 0 && queues[t].levels == 0);

    predicate words_inv{L} = \forall integer t; 0 <= t < task_count ==> words_ok{L}(t);
    predicate attention_inv{L} = \forall integer t; 0 <= t < task_count ==> attention_ok{L}(t); */

/* A task that runs is in one place: it is the current one, is ready, or waits; others are in none. */
/*@ predicate place_ok{L}(integer t) =
      (current == t ==> running{L}(t) && tasks[t].wait == WAIT_NONE && links[t].queue == NONE) &&
      (links[t].queue == READY_QUEUE ==> running{L}(t) && tasks[t].wait == WAIT_NONE) &&
      (links[t].queue != READY_QUEUE && links[t].queue != NONE ==>
        tasks[t].wait == WAIT_QUEUED + links[t].queue) &&
      (is_queued(tasks[t].wait) ==> links[t].queue == callee_of(tasks[t].wait)) &&
      (running{L}(t) && tasks[t].wait == WAIT_NONE && current != t ==> links[t].queue == READY_QUEUE) &&
      (!running{L}(t) ==>
        tasks[t].wait == (tasks[t].state == NEURON_TASK_GIVEN_UP ? WAIT_GIVEN_UP : WAIT_NONE)); */

/* Whoever waits may have a deadline; it is 0 exactly if the wait ends soon, for another reason. */
/*@ predicate timing_ok{L}(integer t) =
      (deadlines[DEADLINE_LEAVES + t] == 0 <==> tasks[t].ending != NEURON_TIMEOUT) &&
      (tasks[t].wait == WAIT_NONE || tasks[t].wait == WAIT_GIVEN_UP || WAIT_RECV <= tasks[t].wait ||
       WAIT_SERVED <= tasks[t].wait < WAIT_SERVED_UNTIL ==>
        deadlines[DEADLINE_LEAVES + t] == NEURON_FOREVER) &&
      (tasks[t].wait == WAIT_RECV_UNTIL || WAIT_SERVED_UNTIL <= tasks[t].wait < WAIT_RECV ==>
        deadlines[DEADLINE_LEAVES + t] != NEURON_FOREVER); */

/* Nobody waits for what is there: it gets it, or soon. */
/*@ predicate waiting_ok{L}(integer t) =
      (tasks[t].wait == WAIT_NONE || tasks[t].wait == WAIT_BITS || tasks[t].wait == WAIT_RECV_UNTIL ||
       tasks[t].wait == WAIT_GIVEN_UP || tasks[t].wait == tasks[t].generation || calls(tasks[t].wait)) &&
      (receives(tasks[t].wait) ==> tasks[t].ready == 1 &&
        (tasks[t].bits == 0 || tasks[t].ending == NEURON_NOTIFIED)) &&
      (tasks[t].wait == WAIT_BITS ==>
        (tasks[t].bits & tasks[t].mask) == 0 || tasks[t].ending == NEURON_NOTIFIED);
    predicate no_caller{L}(integer t) = receives(tasks[t].wait) ==> queues[t].levels == 0; */

/* Tasks call only those above them, which they hold a port of: calls make no ring. */
/*@ predicate in_set(integer bits, integer i) = ((bits >> i) & 1) == 1;
    predicate may_call{L}(integer t, integer s) =
      s < task_count && tasks[t].level < tasks[s].level &&
      in_set(tasks[t].servers, s) && in_set(tasks[s].clients, t);
    predicate calls_through{L}(integer t, integer row, integer s) =
      slot_of{L}(t, row) && slots[row].kind == NEURON_CAP_PORT && slots[row].object == s &&
      (slots[row].rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL; */

/* The message of a call in a queue is in the registers of the caller; its bytes fit in a page. */
/*@ predicate tag_fits{L}(integer t) =
      NEURON_TAG_BYTES(tasks[t].context.x[REG_A0 + 1]) <= NEURON_MESSAGE_BYTES; */

/* A call is that of a living server, or ends soon; who serves was in recv; one in a queue may be delivered. */
/*@ predicate call_ok{L}(integer t) = calls(tasks[t].wait) ==>
      \let s = callee_of(tasks[t].wait);
      may_call{L}(t, s) &&
      (tasks[t].ending != NEURON_TIMEOUT ==> !running{L}(s)) &&
      (tasks[t].ending == NEURON_TIMEOUT ==> tasks[s].state != NEURON_TASK_GIVEN_UP) &&
      (tasks[t].ending == NEURON_TIMEOUT && WAIT_SERVED <= tasks[t].wait ==>
        running{L}(s) && tasks[s].ready == 1) &&
      (is_queued(tasks[t].wait) ==> calls_through{L}(t, tasks[t].call_slot, s) && tag_fits{L}(t) &&
        (tasks[t].ending == NEURON_TIMEOUT ==> slots[tasks[t].call_slot].generation == NEVER ||
          slots[tasks[t].call_slot].generation == tasks[s].generation)); */

/*@ predicate place_inv{L}(integer x) =
      \forall integer t; 0 <= t < task_count && t != x ==> place_ok{L}(t);
    predicate timing_inv{L}(integer x) =
      \forall integer t; 0 <= t < task_count && t != x ==> timing_ok{L}(t);
    predicate waiting_inv{L}(integer x) =
      \forall integer t; 0 <= t < task_count && t != x ==> waiting_ok{L}(t);
    predicate no_callers{L}(integer x) =
      \forall integer t; 0 <= t < task_count && t != x ==> no_caller{L}(t);
    predicate calls_inv{L}(integer x) =
      \forall integer t; 0 <= t < task_count && t != x ==> call_ok{L}(t);

    predicate unused_inv{L} = 1 <= task_count <= NEURON_TASKS_MAX && init_task < task_count &&
      (current == NONE || current < task_count) &&
      \forall integer t; task_count <= t < NEURON_TASKS_MAX ==>
        links[t].queue == NONE && deadlines[DEADLINE_LEAVES + t] == NEURON_FOREVER && tasks[t].token == 0;

    predicate waits_inv{L}(integer x) =
      unused_inv{L} && queue_inv{L} && deadline_inv{L} && words_inv{L} && attention_inv{L} &&
      place_inv{L}(x) && timing_inv{L}(x) && waiting_inv{L}(x) && no_callers{L}(x); */

/* What a slot says in the form that the fast paths look for agrees with what the table says. One that nobody can be
 * called through was never used, and nobody waits for NEVER. */
/*@ predicate port_ok{L}(integer t, integer s) =
      (calls_through{L}(t, s, slots[s].object) ==>
        slots[s].callee == slots[s].object && may_call{L}(t, slots[s].object)) &&
      (!calls_through{L}(t, s, slots[s].object) ==> slots[s].callee == 0 && slots[s].generation == NEVER) &&
      (slots[s].may_set != 0 ==> slots[s].kind == NEURON_CAP_PORT && slots[s].may_set == slots[s].bits &&
        (slots[s].rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY) &&
      (slots[s].kind == NEURON_CAP_PORT ==> slots[s].generation == NEVER ||
        WAIT_RECV < slots[s].generation <= tasks[slots[s].object].generation);

    predicate ports_inv{L} = \forall integer t, s; 0 <= t < task_count && slot_of{L}(t, s) ==> port_ok{L}(t, s);

    predicate peers_inv{L} = \forall integer t, s; 0 <= t < task_count && task_count <= s < 64 ==>
      !in_set(tasks[t].servers, s) && !in_set(tasks[t].clients, s); */

#endif
