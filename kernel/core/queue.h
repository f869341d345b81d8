/*
 * Queues of tasks by priority level, first in first out within a level. A task is in one queue at
 * most: the ready queue, or that of the port it calls; so one pair of links per task serves all.
 * Every operation is O(1).
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "state.h"
#include "types.h"

#include <neuron/limits.h>

/* Queue s < NEURON_TASKS_MAX holds the callers of task s. */
#define READY_QUEUE NEURON_TASKS_MAX
#define QUEUES (NEURON_TASKS_MAX + 1)

struct queue {
    u64 levels; /* bit l: the list of level l is not empty */
    u32 head[NEURON_LEVELS];
    u32 tail[NEURON_LEVELS];
};

struct link {
    u32 next;
    u32 previous;
    u32 queue;  /* NONE: in none */
    u32 unused; /* a power of two finds a link in fewer steps */
};

extern struct queue queues[QUEUES];
extern struct link links[NEURON_TASKS_MAX];

/* The level of each task, which never changes: a ghost, so that queues do not depend on all that tasks do. */
//@ ghost u32 level_of[NEURON_TASKS_MAX];

/*@
  predicate queue_of_inv{L} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
    (links[t].queue < QUEUES || links[t].queue == NONE) &&
    (links[t].next < NEURON_TASKS_MAX || links[t].next == NONE) &&
    (links[t].previous < NEURON_TASKS_MAX || links[t].previous == NONE);

  // Who has a next one is its previous one, in the same queue and level; who has none is the last.
  predicate queue_next_inv{L} =
    \forall integer t, n; 0 <= t < NEURON_TASKS_MAX && 0 <= n < NEURON_TASKS_MAX &&
      links[t].queue != NONE && links[t].next == n ==>
      links[n].previous == t && links[n].queue == links[t].queue && level_of[n] == level_of[t];
  predicate queue_last_inv{L} =
    \forall integer t, q, l; 0 <= t < NEURON_TASKS_MAX && 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS &&
      links[t].queue == q && level_of[t] == l ==> (links[t].next == NONE <==> queues[q].tail[l] == t);

  predicate queue_previous_inv{L} =
    \forall integer t, p; 0 <= t < NEURON_TASKS_MAX && 0 <= p < NEURON_TASKS_MAX &&
      links[t].queue != NONE && links[t].previous == p ==>
      links[p].next == t && links[p].queue == links[t].queue && level_of[p] == level_of[t];
  predicate queue_first_inv{L} =
    \forall integer t, q, l; 0 <= t < NEURON_TASKS_MAX && 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS &&
      links[t].queue == q && level_of[t] == l ==> (links[t].previous == NONE <==> queues[q].head[l] == t);

  // The ends of each list are tasks of its queue and level.
  predicate queue_ends_inv{L} = \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
    (queues[q].head[l] < NEURON_TASKS_MAX || queues[q].head[l] == NONE) &&
    (queues[q].tail[l] < NEURON_TASKS_MAX || queues[q].tail[l] == NONE);
  predicate queue_heads_inv{L} =
    \forall integer q, l, t; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS && 0 <= t < NEURON_TASKS_MAX &&
      queues[q].head[l] == t ==> links[t].queue == q && level_of[t] == l;
  predicate queue_tails_inv{L} =
    \forall integer q, l, t; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS && 0 <= t < NEURON_TASKS_MAX &&
      queues[q].tail[l] == t ==> links[t].queue == q && level_of[t] == l;

  predicate queue_empty_inv{L} = \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
    (queues[q].head[l] == NONE <==> queues[q].tail[l] == NONE);

  predicate queue_bits_inv{L} = \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
    (((queues[q].levels >> l) & 1) == 1 <==> queues[q].head[l] != NONE);

  predicate levels_inv{L} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> level_of[t] < NEURON_LEVELS;

  predicate level_known{L}(integer task) = tasks[task].level == level_of[task];

  predicate queue_inv{L} =
    levels_inv{L} && queue_of_inv{L} && queue_next_inv{L} && queue_last_inv{L} &&
    queue_previous_inv{L} && queue_first_inv{L} && queue_ends_inv{L} && queue_heads_inv{L} &&
    queue_tails_inv{L} && queue_empty_inv{L} && queue_bits_inv{L};

  // No task but this one changes its queue.
  predicate others_keep_queue{L1, L2}(integer task) = \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != task ==>
    \at(links[t].queue, L1) == \at(links[t].queue, L2);
*/

/*@ requires levels_inv;
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures out: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> links[t].queue == NONE;
    ensures empty: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == 0; */
void queue_reset(void);

/* Adds a task that is in no queue behind, or in front of, the others of its level. */
/*@ requires inv: queue_inv;
    requires queue < QUEUES && task < NEURON_TASKS_MAX && links[task].queue == NONE;
    requires level: level_known(task);
    assigns queues[queue], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures in: links[task].queue == queue;
    ensures last: queues[queue].tail[level_of[task]] == task;
    ensures behind: links[task].previous == \old(queues[queue].tail[level_of[task]]);
    ensures others: others_keep_queue{Pre, Post}(task);
    ensures other_levels: \forall integer l; 0 <= l < NEURON_LEVELS && l != level_of[task] ==>
      queues[queue].head[l] == \old(queues[queue].head[l]);
    ensures order: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != task ==>
      links[t].previous == \old(links[t].previous); */
void queue_push_back(u32 queue, u32 task);

/*@ requires inv: queue_inv;
    requires queue < QUEUES && task < NEURON_TASKS_MAX && links[task].queue == NONE;
    requires level: level_known(task);
    assigns queues[queue], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures in: links[task].queue == queue;
    ensures first: queues[queue].head[level_of[task]] == task;
    ensures before: links[task].next == \old(queues[queue].head[level_of[task]]);
    ensures others: others_keep_queue{Pre, Post}(task);
    ensures other_levels: \forall integer l; 0 <= l < NEURON_LEVELS && l != level_of[task] ==>
      queues[queue].head[l] == \old(queues[queue].head[l]);
    ensures order: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != task ==>
      links[t].next == \old(links[t].next); */
void queue_push_front(u32 queue, u32 task);

/* Takes a task out of the queue that it is in; nothing if it is in none. */
/*@ requires inv: queue_inv;
    requires task < NEURON_TASKS_MAX;
    requires level: level_known(task);
    assigns queues[0 .. QUEUES - 1], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures out: links[task].queue == NONE;
    ensures others: others_keep_queue{Pre, Post}(task);
    ensures empty_lists: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS &&
      \old(queues[q].head[l]) == NONE ==> queues[q].head[l] == NONE;
    ensures empty_queues: \forall integer q; 0 <= q < QUEUES && \old(queues[q].levels) == 0 ==>
      queues[q].levels == 0;
    ensures order: \forall integer t; 0 <= t < NEURON_TASKS_MAX && links[t].queue != NONE ==>
      links[t].next == (\old(links[t].next) == task ? \old(links[task].next) : \old(links[t].next)); */
void queue_remove(u32 task);

/* The first task of the highest level, or NONE. */
/*@ requires inv: queue_inv;
    requires queue < QUEUES;
    assigns \nothing;
    ensures empty: \result == NONE <==> queues[queue].levels == 0;
    ensures none: \result == NONE ==> \forall integer l; 0 <= l < NEURON_LEVELS ==> queues[queue].head[l] == NONE;
    ensures some: \result != NONE ==> \result < NEURON_TASKS_MAX && links[\result].queue == queue &&
      queues[queue].head[level_of[\result]] == \result;
    ensures bit: \result != NONE ==> (queues[queue].levels >> level_of[\result]) == 1;
    ensures highest: \result != NONE ==>
      \forall integer l; level_of[\result] < l < NEURON_LEVELS ==> queues[queue].head[l] == NONE; */
u32 queue_top(u32 queue);

/* Whether a task of exactly this level is in the queue. */
/*@ requires inv: queue_inv;
    requires queue < QUEUES && level < NEURON_LEVELS;
    assigns \nothing;
    ensures \result != 0 <==> queues[queue].head[level] != NONE; */
int queue_has_level(u32 queue, u32 level);

#endif
