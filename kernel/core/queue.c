/* Queues of tasks: per level a doubly linked list of indices, per queue a bitmap of used levels. */
#include "queue.h"

#include "state.h"

BOOT_FILLED struct queue queues[QUEUES];
BOOT_FILLED struct link links[NEURON_TASKS_MAX];

void queue_reset(void)
{
    for (u32 q = 0; q < QUEUES; q++) {
        queues[q].levels = 0;
        for (u32 l = 0; l < NEURON_LEVELS; l++) {
            queues[q].head[l] = NONE;
            queues[q].tail[l] = NONE;
        }
    }
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        links[t].next = NONE;
        links[t].previous = NONE;
        links[t].queue = NONE;
    }
}

void queue_push_back(u32 queue, u32 task)
{
    u32 level = tasks[task].level;
    u32 last = queues[queue].tail[level];

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

void queue_push_front(u32 queue, u32 task)
{
    u32 level = tasks[task].level;
    u32 first = queues[queue].head[level];

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

void queue_remove(u32 task)
{
    u32 level = tasks[task].level;
    u32 queue = links[task].queue;
    u32 next = links[task].next;
    u32 previous = links[task].previous;

    if (queue == NONE) {
        return;
    }
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

/* Number of the highest bit of a set that is not empty: halving, since the ISA has no clz. */
static u32 highest_bit(u64 set)
{
    u32 bit = 0;

    if (set >= UINT64_C(1) << 32) {
        set = set >> 32;
        bit = bit + 32;
    }
    if (set >= UINT64_C(1) << 16) {
        set = set >> 16;
        bit = bit + 16;
    }
    if (set >= UINT64_C(1) << 8) {
        set = set >> 8;
        bit = bit + 8;
    }
    if (set >= UINT64_C(1) << 4) {
        set = set >> 4;
        bit = bit + 4;
    }
    if (set >= UINT64_C(1) << 2) {
        set = set >> 2;
        bit = bit + 2;
    }
    if (set >= UINT64_C(1) << 1) {
        bit = bit + 1;
    }
    return bit;
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
