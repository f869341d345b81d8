/* Queues of tasks: per level a doubly linked list of indices, per queue a bitmap of used levels. */
#include "queue.h"

#include "../proof/axioms.h"
#include "state.h"

BOOT_FILLED struct queue queues[QUEUES];
BOOT_FILLED struct link links[NEURON_TASKS_MAX];

void queue_reset(void)
{
    /*@ loop invariant 0 <= q <= QUEUES;
        loop invariant empty: \forall integer p; 0 <= p < q ==> queues[p].levels == 0;
        loop invariant ends: \forall integer p, l; 0 <= p < q && 0 <= l < NEURON_LEVELS ==>
          queues[p].head[l] == NONE && queues[p].tail[l] == NONE;
        loop assigns q, queues[0 .. QUEUES - 1];
        loop variant QUEUES - q; */
    for (u32 q = 0; q < QUEUES; q++) {
        queues[q].levels = 0;
        /*@ loop invariant 0 <= l <= NEURON_LEVELS;
            loop invariant \forall integer k; 0 <= k < l ==>
              queues[q].head[k] == NONE && queues[q].tail[k] == NONE;
            loop assigns l, queues[q].head[0 .. NEURON_LEVELS - 1], queues[q].tail[0 .. NEURON_LEVELS - 1];
            loop variant NEURON_LEVELS - l; */
        for (u32 l = 0; l < NEURON_LEVELS; l++) {
            queues[q].head[l] = NONE;
            queues[q].tail[l] = NONE;
        }
    }
    /*@ loop invariant 0 <= t <= NEURON_TASKS_MAX;
        loop invariant \forall integer s; 0 <= s < t ==> links[s].queue == NONE &&
          links[s].next == NONE && links[s].previous == NONE;
        loop assigns t, links[0 .. NEURON_TASKS_MAX - 1];
        loop variant NEURON_TASKS_MAX - t; */
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        links[t].next = NONE;
        links[t].previous = NONE;
        links[t].queue = NONE;
    }
}

/*
 * The contracts of the next three functions say what they store, and nothing of what that means: so the proof that
 * the invariant is kept has only these facts to look at.
 */
/*@ requires queue < QUEUES && level < NEURON_LEVELS && task < NEURON_TASKS_MAX;
    requires last != task && (last < NEURON_TASKS_MAX || last == NONE);
    assigns queues[queue], links[0 .. NEURON_TASKS_MAX - 1];
    ensures heads: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].head[l] == (q == queue && l == level && last == NONE ? task : \old(queues[q].head[l]));
    ensures tails: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].tail[l] == (q == queue && l == level ? task : \old(queues[q].tail[l]));
    ensures bits: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      (((queues[q].levels >> l) & 1) == 1 <==> (q == queue && l == level) || \old(((queues[q].levels >> l) & 1) == 1));
    ensures next: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].next == (t == task ? NONE : t == last ? task : \old(links[t].next));
    ensures previous: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].previous == (t == task ? last : \old(links[t].previous));
    ensures queue: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].queue == (t == task ? queue : \old(links[t].queue)); */
static void append(u32 queue, u32 level, u32 last, u32 task)
{
    links[task].next = NONE;
    links[task].previous = last;
    links[task].queue = queue;
    if (last == NONE) {
        queues[queue].head[level] = task;
    } else {
        links[last].next = task;
    }
    queues[queue].tail[level] = task;
    queues[queue].levels = queues[queue].levels | (UINT64_C(1) << level);
}

/*@ requires queue < QUEUES && level < NEURON_LEVELS && task < NEURON_TASKS_MAX;
    requires first != task && (first < NEURON_TASKS_MAX || first == NONE);
    assigns queues[queue], links[0 .. NEURON_TASKS_MAX - 1];
    ensures heads: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].head[l] == (q == queue && l == level ? task : \old(queues[q].head[l]));
    ensures tails: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].tail[l] == (q == queue && l == level && first == NONE ? task : \old(queues[q].tail[l]));
    ensures bits: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      (((queues[q].levels >> l) & 1) == 1 <==> (q == queue && l == level) || \old(((queues[q].levels >> l) & 1) == 1));
    ensures next: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].next == (t == task ? first : \old(links[t].next));
    ensures previous: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].previous == (t == task ? NONE : t == first ? task : \old(links[t].previous));
    ensures queue: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].queue == (t == task ? queue : \old(links[t].queue)); */
static void prepend(u32 queue, u32 level, u32 first, u32 task)
{
    links[task].next = first;
    links[task].previous = NONE;
    links[task].queue = queue;
    if (first == NONE) {
        queues[queue].tail[level] = task;
    } else {
        links[first].previous = task;
    }
    queues[queue].head[level] = task;
    queues[queue].levels = queues[queue].levels | (UINT64_C(1) << level);
}

/*@ requires queue < QUEUES && level < NEURON_LEVELS && task < NEURON_TASKS_MAX;
    requires previous < NEURON_TASKS_MAX || previous == NONE;
    requires next < NEURON_TASKS_MAX || next == NONE;
    assigns queues[queue], links[0 .. NEURON_TASKS_MAX - 1];
    ensures heads: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].head[l] == (q == queue && l == level && previous == NONE ? next : \old(queues[q].head[l]));
    ensures tails: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      queues[q].tail[l] == (q == queue && l == level && next == NONE ? previous : \old(queues[q].tail[l]));
    ensures bits: \forall integer q, l; 0 <= q < QUEUES && 0 <= l < NEURON_LEVELS ==>
      (((queues[q].levels >> l) & 1) == 1 <==> \old(((queues[q].levels >> l) & 1) == 1) &&
        !(q == queue && l == level && queues[queue].head[level] == NONE));
    ensures none: \old(queues[queue].levels) == 0 ==> queues[queue].levels == 0;
    ensures next: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].next == (t == task ? NONE : t == previous ? next : \old(links[t].next));
    ensures previous: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].previous == (t == task ? NONE : t == next ? previous : \old(links[t].previous));
    ensures queue: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      links[t].queue == (t == task ? NONE : \old(links[t].queue)); */
static void take(u32 queue, u32 level, u32 task, u32 previous, u32 next)
{
    if (previous == NONE) {
        queues[queue].head[level] = next;
    } else {
        links[previous].next = next;
    }
    if (next == NONE) {
        queues[queue].tail[level] = previous;
    } else {
        links[next].previous = previous;
    }
    links[task].next = NONE;
    links[task].previous = NONE;
    links[task].queue = NONE;
    if (queues[queue].head[level] == NONE) {
        queues[queue].levels = queues[queue].levels & ~(UINT64_C(1) << level);
    }
}

void queue_push_back(u32 queue, u32 task)
{
    u32 level = tasks[task].level;

    append(queue, level, queues[queue].tail[level], task);
    //@ assert of_inv: queue_of_inv;
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

void queue_push_front(u32 queue, u32 task)
{
    u32 level = tasks[task].level;

    prepend(queue, level, queues[queue].head[level], task);
    //@ assert of_inv: queue_of_inv;
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

void queue_remove(u32 task)
{
    u32 queue = links[task].queue;

    if (queue == NONE) {
        return;
    }
    take(queue, tasks[task].level, task, links[task].previous, links[task].next);
    //@ assert of_inv: queue_of_inv;
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

/* The same of a set of the bits 0 and 1. */
/*@ requires 0 < set < 4;
    assigns \nothing;
    ensures \result < 2 && (set >> \result) == 1; */
static u32 highest_of_two(u64 set)
{
    return set >= 2 ? 1 : 0;
}

/* Number of the highest bit of a set that is not empty: halving, since the ISA has no clz. */
/*@ requires set != 0;
    assigns \nothing;
    ensures bound: \result < 64;
    ensures it: (set >> \result) == 1; */
static u32 highest_bit(u64 set)
{
    u32 bit = 0;

    if (set >= UINT64_C(1) << 32) {
        set = set >> 32;
        bit = bit + 32;
    }
    //@ assert half_32: 0 < set < 4294967296 && set == \at(set, Pre) >> bit && bit <= 32;
    if (set >= UINT64_C(1) << 16) {
        set = set >> 16;
        bit = bit + 16;
    }
    //@ assert half_16: 0 < set < 65536 && set == \at(set, Pre) >> bit && bit <= 48;
    if (set >= UINT64_C(1) << 8) {
        set = set >> 8;
        bit = bit + 8;
    }
    //@ assert half_8: 0 < set < 256 && set == \at(set, Pre) >> bit && bit <= 56;
    if (set >= UINT64_C(1) << 4) {
        set = set >> 4;
        bit = bit + 4;
    }
    //@ assert half_4: 0 < set < 16 && set == \at(set, Pre) >> bit && bit <= 60;
    if (set >= UINT64_C(1) << 2) {
        set = set >> 2;
        bit = bit + 2;
    }
    //@ assert half_2: 0 < set < 4 && set == \at(set, Pre) >> bit && bit <= 62;
    return bit + highest_of_two(set);
}

u32 queue_top(u32 queue)
{
    if (queues[queue].levels == 0) {
        return NONE;
    }
    return queues[queue].head[highest_bit(queues[queue].levels)];
}

int queue_has_level(u32 queue, u32 level)
{
    return ((queues[queue].levels >> level) & 1) == 1;
}
