/*
 * The deadline of each waiting task, as a tree of minima: finding the earliest takes the same number of
 * steps however many tasks wait. Setting one notes that the tree above it is stale; it is brought up to date
 * when somebody asks, so that ending many waits at once costs one pass, not one each.
 */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include <neuron/abi.h>
#include <neuron/limits.h>

#include "types.h"

#define DEADLINE_LEAVES 64

/* Leaf DEADLINE_LEAVES + t is the deadline of task t, node n, unless it is stale, the smaller of 2n and
 * 2n + 1. */
extern u64 deadlines[2 * DEADLINE_LEAVES];

/* Paths that are brought up to date one by one; beyond them the whole tree is cheaper. */
#define DEADLINE_STALE_MAX 4u

extern u32 deadline_stale[DEADLINE_STALE_MAX]; /* tasks whose path to the root is not up to date */
extern u32 deadline_stale_count;               /* STALE_MAX + 1: any may be */

/*@
  // A node is the smaller of those below it.
  predicate deadline_node_ok{L}(integer node) =
    deadlines[node] <= deadlines[2 * node] && deadlines[node] <= deadlines[2 * node + 1] &&
    (deadlines[node] == deadlines[2 * node] || deadlines[node] == deadlines[2 * node + 1]);

  // A node lies between the leaf of a task and the root.
  predicate deadline_above(integer node, integer task) =
    node == (DEADLINE_LEAVES + task) / 2 || node == (DEADLINE_LEAVES + task) / 4 ||
    node == (DEADLINE_LEAVES + task) / 8 || node == (DEADLINE_LEAVES + task) / 16 ||
    node == (DEADLINE_LEAVES + task) / 32 || node == (DEADLINE_LEAVES + task) / 64;

  predicate deadline_stale_inv{L} = deadline_stale_count <= DEADLINE_STALE_MAX + 1 &&
    (deadline_stale_count <= DEADLINE_STALE_MAX ==>
       \forall integer i; 0 <= i < deadline_stale_count ==> deadline_stale[i] < NEURON_TASKS_MAX);

  // A node is above a stale leaf, of those noted from the i-th on.
  predicate deadline_stale_from{L}(integer node, integer i) =
    (i <= 0 < deadline_stale_count && deadline_above(node, deadline_stale[0])) ||
    (i <= 1 < deadline_stale_count && deadline_above(node, deadline_stale[1])) ||
    (i <= 2 < deadline_stale_count && deadline_above(node, deadline_stale[2])) ||
    (i <= 3 < deadline_stale_count && deadline_above(node, deadline_stale[3]));

  // Whatever node is not above a stale leaf is up to date.
  predicate deadline_nodes_inv{L} = deadline_stale_count <= DEADLINE_STALE_MAX ==>
    \forall integer n; 1 <= n < DEADLINE_LEAVES ==> deadline_stale_from(n, 0) || deadline_node_ok(n);

  predicate deadline_inv{L} = deadline_stale_inv{L} && deadline_nodes_inv{L};
*/

/*@ assigns deadlines[0 .. 2 * DEADLINE_LEAVES - 1], deadline_stale_count;
    ensures stale_inv: deadline_stale_inv;
    ensures nodes_inv: deadline_nodes_inv;
    ensures none: \forall integer t; 0 <= t < DEADLINE_LEAVES ==> deadlines[DEADLINE_LEAVES + t] == NEURON_FOREVER; */
void deadline_reset(void);

/* Sets the deadline of a task, in ticks; NEURON_FOREVER: none. */
/*@ requires inv: deadline_inv;
    requires task < NEURON_TASKS_MAX;
    assigns deadlines[DEADLINE_LEAVES + task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count;
    ensures stale_inv: deadline_stale_inv;
    ensures nodes_inv: deadline_nodes_inv;
    ensures set: deadlines[DEADLINE_LEAVES + task] == deadline; */
void deadline_set(u32 task, u64 deadline);

/* The deadline of a task passes at once: 0. For many tasks in one go. */
/*@ requires inv: deadline_inv;
    requires task < NEURON_TASKS_MAX;
    assigns deadlines[DEADLINE_LEAVES + task], deadline_stale_count;
    ensures stale_inv: deadline_stale_inv;
    ensures nodes_inv: deadline_nodes_inv;
    ensures set: deadlines[DEADLINE_LEAVES + task] == 0; */
void deadline_pass(u32 task);

/* The earliest deadline of all tasks; NEURON_FOREVER if there is none. */
/*@ requires inv: deadline_inv;
    assigns deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count;
    ensures stale_inv: deadline_stale_inv;
    ensures nodes_inv: deadline_nodes_inv;
    ensures settled: deadline_stale_count == 0 && \result == deadlines[1];
    ensures earliest: \forall integer t; 0 <= t < DEADLINE_LEAVES ==> \result <= deadlines[DEADLINE_LEAVES + t]; */
u64 deadline_earliest(void);

/* A task that has the earliest deadline, which somebody just asked for. There must be one. */
/*@ requires inv: deadline_inv;
    requires settled: deadline_stale_count == 0;
    assigns \nothing;
    ensures leaf: \result < DEADLINE_LEAVES;
    ensures first: deadlines[DEADLINE_LEAVES + \result] == deadlines[1]; */
u32 deadline_first(void);

#endif
