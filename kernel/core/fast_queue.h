/*
 * The ready queue as the fast paths change it. Like append(), prepend() and take() of queue.c, but inline, and without
 * the cases that a fast path does not have. What stores has a contract that says what it stores, and nothing of what
 * that means.
 */
#ifndef CORE_FAST_QUEUE_H
#define CORE_FAST_QUEUE_H

#include "queue.h"

/*@ requires level < NEURON_LEVELS && task < NEURON_TASKS_MAX;
    requires first != task && (first < NEURON_TASKS_MAX || first == NONE);
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures heads: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].head[l] == (q == READY_QUEUE && l == level ? task : \old(queues[q].head[l]));
    ensures tails: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].tail[l] == (q == READY_QUEUE && l == level && first == NONE ? task : \old(queues[q].tail[l]));
    ensures bits: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      (((queues[q].levels >> l) & 1) == 1 <==>
        (q == READY_QUEUE && l == level && first == NONE) || \old(((queues[q].levels >> l) & 1) == 1));
    ensures next: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].next == (t == task ? first : \old(links[t].next));
    ensures previous: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].previous == (t == task ? NONE : t == first ? task : \old(links[t].previous));
    ensures queue: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].queue == (t == task ? READY_QUEUE : \old(links[t].queue)); */
static inline void prepend(u64 level, u64 first, u64 task)
{
    links[task].next = (u32)first;
    links[task].previous = NONE;
    links[task].queue = READY_QUEUE;
    if (first == NONE) {
        queues[READY_QUEUE].tail[level] = (u32)task;
        queues[READY_QUEUE].levels = queues[READY_QUEUE].levels | (UINT64_C(1) << level);
    } else {
        links[first].previous = (u32)task;
    }
    queues[READY_QUEUE].head[level] = (u32)task;
}

/* The running task goes on before its equals. */
/*@ requires inv: queue_inv;
    requires task: task < NEURON_TASKS_MAX && links[task].queue == NONE && level == level_of[task];
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: queue_inv;
    ensures in: links[task].queue == READY_QUEUE;
    ensures others: others_keep_queue{Pre, Post}(task);
    ensures other_levels: \forall integer l; 0 <= l < NEURON_LEVELS && l != level ==>
      queues[READY_QUEUE].head[l] == \old(queues[READY_QUEUE].head[l]); */
static inline void push_front(u64 task, u64 level)
{
    /*@ assert apart: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
          queues[q].head[l] != task && queues[q].tail[l] != task; */
    prepend(level, queues[READY_QUEUE].head[level], task);
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
static inline void append(u64 level, u64 last, u64 task)
{
    links[task].next = NONE;
    links[task].previous = (u32)last;
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
static inline void take_first(u64 level, u64 first, u64 second)
{
    links[second].previous = NONE;
    queues[READY_QUEUE].head[level] = (u32)second;
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
static inline void pop_first(u64 level, u64 first)
{
    u64 second = links[first].next;

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

#endif
