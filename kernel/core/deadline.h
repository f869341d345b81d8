/*
 * The deadline of each waiting task, as a tree of minima: finding the earliest takes the same number of
 * steps however many tasks wait. Setting one notes that the tree above it is stale; it is brought up to date
 * when somebody asks, so that ending many waits at once costs one pass, not one each.
 */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include "types.h"

#define DEADLINE_LEAVES 64

/* Leaf DEADLINE_LEAVES + t is the deadline of task t, node n, unless it is stale, the smaller of 2n and
 * 2n + 1. */
extern u64 deadlines[2 * DEADLINE_LEAVES];

void deadline_reset(void);

/* Sets the deadline of a task, in ticks; NEURON_FOREVER: none. */
void deadline_set(u32 task, u64 deadline);

/* The deadline of a task passes at once: 0. For many tasks in one go. */
void deadline_pass(u32 task);

/* The earliest deadline of all tasks; NEURON_FOREVER if there is none. */
u64 deadline_earliest(void);

/* A task that has the earliest deadline, which somebody just asked for. There must be one. */
u32 deadline_first(void);

#endif
