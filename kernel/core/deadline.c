/* Tree of minima: leaf LEAVES + t is the deadline of task t, node n the smaller of 2n and 2n + 1. */
#include "deadline.h"

#include <neuron/abi.h>

#define LEAVES 64

_Static_assert(NEURON_TASKS_MAX <= LEAVES, "every task has a leaf");

static u64 nodes[2 * LEAVES];

void deadline_reset(void)
{
    for (u32 n = 0; n < 2 * LEAVES; n++) {
        nodes[n] = NEURON_FOREVER;
    }
}

void deadline_set(u32 task, u64 deadline)
{
    u32 node = LEAVES + task;

    if (nodes[node] == deadline) {
        return;
    }
    nodes[node] = deadline;
    while (node > 1) {
        node = node / 2;
        u64 left = nodes[2 * node];
        u64 right = nodes[2 * node + 1];
        nodes[node] = left <= right ? left : right;
    }
}

u64 deadline_earliest(void)
{
    return nodes[1];
}

u32 deadline_first(void)
{
    u32 node = 1;

    while (node < LEAVES) {
        node = nodes[2 * node] == nodes[node] ? 2 * node : 2 * node + 1;
    }
    return node - LEAVES;
}
