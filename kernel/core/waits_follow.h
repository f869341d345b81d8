/*
 * What the invariant of waits and calls depends on (waits.h): a step that changes neither what tasks wait for nor
 * what they call leaves it, whatever else it writes. Proved once for any two states.
 */
#ifndef CORE_WAITS_FOLLOW_H
#define CORE_WAITS_FOLLOW_H

#include "sched.h"

/*@ predicate waits_same{L, M} = \at(task_count, M) == \at(task_count, L) &&
      \at(init_task, M) == \at(init_task, L) && \at(current, M) == \at(current, L) &&
      (\forall integer t;
        \at(tasks[t].context.task, M) == \at(tasks[t].context.task, L) &&
        \at(tasks[t].token, M) == \at(tasks[t].token, L) &&
        \at(tasks[t].generation, M) == \at(tasks[t].generation, L) &&
        \at(tasks[t].no_higher, M) == \at(tasks[t].no_higher, L) &&
        \at(tasks[t].level, M) == \at(tasks[t].level, L) && \at(tasks[t].state, M) == \at(tasks[t].state, L) &&
        \at(tasks[t].ready, M) == \at(tasks[t].ready, L) &&
        (running{L}(t) ==> \at(tasks[t].reset_left, M) == \at(tasks[t].reset_left, L)) &&
        \at(tasks[t].gp, M) == \at(tasks[t].gp, L) && \at(tasks[t].tp, M) == \at(tasks[t].tp, L) &&
        \at(tasks[t].context.x[REG_GP], M) == \at(tasks[t].context.x[REG_GP], L) &&
        \at(tasks[t].context.x[REG_TP], M) == \at(tasks[t].context.x[REG_TP], L) &&
        \at(tasks[t].attention, M) == \at(tasks[t].attention, L) &&
        \at(tasks[t].bits, M) == \at(tasks[t].bits, L) && \at(tasks[t].mask, M) == \at(tasks[t].mask, L) &&
        \at(tasks[t].wait, M) == \at(tasks[t].wait, L) && \at(tasks[t].ending, M) == \at(tasks[t].ending, L) &&
        \at(tasks[t].call_slot, M) == \at(tasks[t].call_slot, L) &&
        \at(tasks[t].servers, M) == \at(tasks[t].servers, L) &&
        \at(tasks[t].clients, M) == \at(tasks[t].clients, L) &&
        \at(tasks[t].first_slot, M) == \at(tasks[t].first_slot, L) &&
        \at(tasks[t].slots, M) == \at(tasks[t].slots, L)) &&
      (\forall integer t; is_queued(\at(tasks[t].wait, L)) ==>
        \at(tasks[t].context.x[REG_A0 + 1], M) == \at(tasks[t].context.x[REG_A0 + 1], L)); */

/*@ // And what other arrays say.
    predicate calls_same{L, M} =
      (\forall integer t; \at(links[t].queue, M) == \at(links[t].queue, L) &&
        \at(queues[t].levels, M) == \at(queues[t].levels, L) &&
        \at(level_of[t], M) == \at(level_of[t], L)) &&
      (\forall integer i; \at(deadlines[i], M) == \at(deadlines[i], L)) &&
      \forall integer s; \at(slots[s].kind, M) == \at(slots[s].kind, L) &&
        \at(slots[s].rights, M) == \at(slots[s].rights, L) && \at(slots[s].object, M) == \at(slots[s].object, L) &&
        \at(slots[s].generation, M) == \at(slots[s].generation, L); */

/*@ lemma words_follow{L, M}: waits_same{L, M} && calls_same{L, M} && words_inv{L} ==> words_inv{M};
    lemma attention_follows{L, M}: waits_same{L, M} && calls_same{L, M} && attention_inv{L} ==> attention_inv{M};
    lemma places_follow{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer x; place_inv{L}(x) ==> place_inv{M}(x);
    lemma time_follows{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer t; timing_ok{L}(t) ==> timing_ok{M}(t);
    lemma timing_follows{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer x; timing_inv{L}(x) ==> timing_inv{M}(x);
    lemma waiting_follows{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer x; waiting_inv{L}(x) ==> waiting_inv{M}(x);
    lemma callers_follow{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer x; no_callers{L}(x) ==> no_callers{M}(x);
    lemma may_call_follows{L, M}: waits_same{L, M} ==>
      \forall integer t, s; may_call{L}(t, s) ==> may_call{M}(t, s);
    lemma through_follows{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer t, r, s; calls_through{L}(t, r, s) ==> calls_through{M}(t, r, s);
    lemma call_follows{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer t; call_ok{L}(t) ==> call_ok{M}(t);
    lemma calls_follow{L, M}: waits_same{L, M} && calls_same{L, M} ==>
      \forall integer x; calls_inv{L}(x) ==> calls_inv{M}(x); */

#endif
