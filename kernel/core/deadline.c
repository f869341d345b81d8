/* The tree of minima. */
#include "deadline.h"

#include <neuron/abi.h>

_Static_assert(NEURON_TASKS_MAX <= DEADLINE_LEAVES, "every task has a leaf");

u64 deadlines[2 * DEADLINE_LEAVES];

void deadline_reset(void)
{
    for (u32 n = 0; n < 2 * DEADLINE_LEAVES; n++) {
        deadlines[n] = NEURON_FOREVER;
    }
}

void deadline_set(u32 task, u64 deadline)
{
    u32 node = DEADLINE_LEAVES + task;

    if (deadlines[node] == deadline) {
        return;
    }
    deadlines[node] = deadline;
    while (node > 1) {
        node = node / 2;
        u64 left = deadlines[2 * node];
        u64 right = deadlines[2 * node + 1];
        deadlines[node] = left <= right ? left : right;
    }
}

u64 deadline_earliest(void)
{
    return deadlines[1];
}

u32 deadline_first(void)
{
    u32 node = 1;

    while (node < DEADLINE_LEAVES) {
        node = deadlines[2 * node] == deadlines[node] ? 2 * node : 2 * node + 1;
    }
    return node - DEADLINE_LEAVES;
}
