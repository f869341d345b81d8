/* The tree of minima. */
#include "deadline.h"

#include <neuron/abi.h>

_Static_assert(NEURON_TASKS_MAX <= DEADLINE_LEAVES, "every task has a leaf");

/* Paths that are brought up to date one by one; beyond them the whole tree is cheaper. */
#define STALE_MAX 4u

u64 deadlines[2 * DEADLINE_LEAVES];

static u32 stale[STALE_MAX]; /* tasks whose path to the root is not up to date */
static u32 stale_count;      /* STALE_MAX + 1: any may be */

void deadline_reset(void)
{
    stale_count = 0;
    for (u32 n = 0; n < 2 * DEADLINE_LEAVES; n++) {
        deadlines[n] = NEURON_FOREVER;
    }
}

void deadline_set(u32 task, u64 deadline)
{
    if (deadlines[DEADLINE_LEAVES + task] == deadline) {
        return;
    }
    deadlines[DEADLINE_LEAVES + task] = deadline;
    if (stale_count < STALE_MAX) {
        stale[stale_count] = task;
        stale_count = stale_count + 1;
    } else {
        stale_count = STALE_MAX + 1;
    }
}

void deadline_pass(u32 task)
{
    deadlines[DEADLINE_LEAVES + task] = 0;
    stale_count = STALE_MAX + 1;
}

static void refresh(u32 node)
{
    u64 left = deadlines[2 * node];
    u64 right = deadlines[2 * node + 1];

    deadlines[node] = left <= right ? left : right;
}

static void settle(void)
{
    if (stale_count > STALE_MAX) {
        for (u32 node = DEADLINE_LEAVES - 1; node > 0; node--) {
            refresh(node);
        }
    } else {
        for (u32 i = 0; i < stale_count; i++) {
            for (u32 node = (DEADLINE_LEAVES + stale[i]) / 2; node > 0; node = node / 2) {
                refresh(node);
            }
        }
    }
    stale_count = 0;
}

u64 deadline_earliest(void)
{
    if (stale_count != 0) {
        settle();
    }
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
