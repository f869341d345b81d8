/* The comparison of fast paths with the general one. */
#include "paths.h"

#include <string.h>

#include "cmocka_all.h"
#include "deadline.h"
#include "drive.h"
#include "entry.h"
#include "machine.h"
#include "queue.h"
#include "world.h"

/* What a fast path may change: all but page tables and devices, and of message pages only the beginning. */
#define PAGE_HEAD 16u /* words */

struct core {
    struct task tasks[NEURON_TASKS_MAX];
    struct slot slots[WORLD_ROWS];
    struct queue queues[QUEUES];
    struct link links[NEURON_TASKS_MAX];
    u64 deadlines[2 * DEADLINE_LEAVES];
    u64 pages[2 * NEURON_TASKS_MAX][PAGE_HEAD];
    u32 current;
};
static struct core at_entry, after_fast, after_slow;
static u64 fast_taken[NEURON_SYS_call + 1]; /* the largest number of those that have one */

static void save_core(struct core *core)
{
    memcpy(core->tasks, tasks, task_count * sizeof(tasks[0]));
    memcpy(core->slots, slots, world.words[NEURON_TABLE_SLOTS] * sizeof(slots[0]));
    memcpy(core->queues, queues, sizeof(queues));
    memcpy(core->links, links, sizeof(links));
    memcpy(core->deadlines, deadlines, sizeof(deadlines));
    for (u32 p = 0; p < 2 * task_count; p++) {
        memcpy(core->pages[p], message_pages[p], sizeof(core->pages[p]));
    }
    core->current = current;
}

static void restore_core(const struct core *core)
{
    memcpy(tasks, core->tasks, task_count * sizeof(tasks[0]));
    memcpy(slots, core->slots, world.words[NEURON_TABLE_SLOTS] * sizeof(slots[0]));
    memcpy(queues, core->queues, sizeof(queues));
    memcpy(links, core->links, sizeof(links));
    memcpy(deadlines, core->deadlines, sizeof(deadlines));
    for (u32 p = 0; p < 2 * task_count; p++) {
        memcpy(message_pages[p], core->pages[p], sizeof(core->pages[p]));
    }
    current = core->current;
}

static void check_same(const struct core *one, const struct core *other)
{
    for (u32 t = 0; t < task_count; t++) {
        assert_memory_equal(&one->tasks[t], &other->tasks[t], sizeof(tasks[0]));
    }
    assert_memory_equal(one->slots, other->slots,
                        world.words[NEURON_TABLE_SLOTS] * sizeof(slots[0]));
    assert_memory_equal(one->queues, other->queues, sizeof(queues));
    assert_memory_equal(one->links, other->links, sizeof(links));
    assert_memory_equal(one->deadlines, other->deadlines, sizeof(deadlines));
    assert_memory_equal(one->pages, other->pages, 2 * task_count * sizeof(one->pages[0]));
    assert_int_equal(one->current, other->current);
}

/* The results of a task that waits are not there yet, unless its call waits in a queue. */
static void forget_results(struct core *core)
{
    for (u32 t = 0; t < task_count; t++) {
        if (core->tasks[t].wait != WAIT_NONE && wait_reason(core->tasks[t].wait) != WAIT_QUEUED) {
            memset(&core->tasks[t].context.x[REG_A0], 0, 8 * sizeof(u64));
        }
    }
}

/* A fast path that declines has changed nothing. */
static void declined(void)
{
    save_core(&after_fast);
    check_same(&after_fast, &at_entry);
}

/* A fast path did the call: so it would be, had the other one done it. */
static void compare_paths(const u64 *a, u64 number)
{
    u64 timer = machine.timer;

    fast_taken[number]++;
    save_core(&after_fast);
    restore_core(&at_entry);
    entry_general(number, a);
    save_core(&after_slow);
    forget_results(&after_fast);
    forget_results(&after_slow);
    check_same(&after_fast, &after_slow);
    assert_int_equal(machine.timer, timer);
}

void paths_enter(u64 number)
{
    u64 *x = tasks[current].context.x;
    const u64 a[7] = {x[10], x[11], x[12], x[13], x[14], x[15], x[16]};

    x[REG_RA] = 0;
    for (u32 i = 0; i < 7; i++) {
        x[i < 3 ? REG_T0 + i : REG_T3 + i - 3] = 0;
    }
    save_core(&at_entry);
    if (entry_call(number, a, declined)) {
        compare_paths(a, number);
    }
}

u64 drive_fast(u64 number)
{
    return fast_taken[number];
}
