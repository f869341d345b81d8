/*
 * Queues of tasks by priority level, first in first out within a level. A task is in one queue at
 * most: the ready queue, or that of the port it calls; so one pair of links per task serves all.
 * Every operation is O(1).
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

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

void queue_reset(void);

/* Adds a task that is in no queue behind, or in front of, the others of its level. */
void queue_push_back(u32 queue, u32 task);
void queue_push_front(u32 queue, u32 task);

/* Takes a task out of the queue that it is in; nothing if it is in none. */
void queue_remove(u32 task);

/* The first task of the highest level, or NONE. */
u32 queue_top(u32 queue);

/* Whether a task of exactly this level is in the queue. */
int queue_has_level(u32 queue, u32 level);

#endif
