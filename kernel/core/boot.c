/* Boot: from an accepted table to the whole state, once. */
#include "arch.h"
#include "console.h"
#include "deadline.h"
#include "irq.h"
#include "kernel.h"
#include "life.h"
#include "queue.h"
#include "sched.h"
#include "state.h"
#include "table.h"
#include "vspace.h"

/* Tasks, each with its run of slots. */
static void create_tasks(const u64 *table, const struct table_sections *at)
{
    u32 first_slot = 0;

    for (u32 t = 0; t < task_count; t++) {
        const u64 *row = table + at->tasks + t * NEURON_TASK_ROW_WORDS;
        tasks[t] = (struct task){.state = NEURON_TASK_CREATED,
                                 .wait = WAIT_NONE,
                                 .ending = NEURON_TIMEOUT,
                                 .token = t,
                                 .generation = WAIT_RECV + 1};
        tasks[t].context.task = t;
        tasks[t].level = (u32)row[NEURON_TASK_LEVEL];
        //@ ghost level_of[t] = tasks[t].level;
        tasks[t].no_higher = (UINT64_C(2) << tasks[t].level) - 1; /* of 63: 2^64 - 1 */
        tasks[t].entry = row[NEURON_TASK_ENTRY];
        tasks[t].sp = row[NEURON_TASK_SP];
        tasks[t].gp = row[NEURON_TASK_GP];
        tasks[t].tp = row[NEURON_TASK_TP];
        tasks[t].run_limit = row[NEURON_TASK_RUN_LIMIT];
        tasks[t].slots = (u32)row[NEURON_TASK_SLOTS];
        tasks[t].first_slot = first_slot;
        tasks[t].leaf_tables = (u32)row[NEURON_TASK_LEAF_TABLES];
        tasks[t].arena_pages = (u32)row[NEURON_TASK_ARENA_PAGES];
        tasks[t].first_memory = NONE;
        tasks[t].own_pages = MESSAGE_PAGES;
        first_slot = first_slot + tasks[t].slots;
    }
}

/* What the slots of a PORT say, in the form that the fast paths look for. */
static void connect(u64 row, u64 holder)
{
    u64 server = slots[row].object;

    if ((slots[row].rights & NEURON_RIGHT_CALL) == NEURON_RIGHT_CALL) {
        slots[row].callee = server + 1;
        tasks[holder].servers = tasks[holder].servers | (UINT64_C(1) << server);
        tasks[server].clients = tasks[server].clients | (UINT64_C(1) << holder);
    }
    if ((slots[row].rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY) {
        slots[row].notified = server + 1;
    }
}

static void create_slots(const u64 *table, const struct table_sections *at)
{
    u64 count = table[NEURON_TABLE_SLOTS];

    for (u64 s = 0; s < count; s++) {
        const u64 *row = table + at->slots + s * NEURON_SLOT_ROW_WORDS;
        ceilings[s] = (struct ceiling){.kind = NEURON_CAP_NONE};
        if (row[NEURON_SLOT_RUNTIME] == 1) {
            slots[s] = (struct slot){.kind = NEURON_CAP_NONE};
            ceilings[s] = (struct ceiling){
                .kind = (u32)row[NEURON_SLOT_KIND],
                .rights = (u32)row[NEURON_SLOT_RIGHTS],
                .class = row[NEURON_SLOT_OBJECT],
                .base = row[NEURON_SLOT_BASE],
                .bytes = row[NEURON_SLOT_BYTES],
                .bits = row[NEURON_SLOT_BITS],
            };
            continue;
        }
        slots[s] = (struct slot){
            .kind = (u32)row[NEURON_SLOT_KIND],
            .rights = (u32)row[NEURON_SLOT_RIGHTS],
            .object = row[NEURON_SLOT_OBJECT],
            .badge = row[NEURON_SLOT_BADGE],
            .bits = row[NEURON_SLOT_BITS],
            .generation = NEVER,
        };
        if (slots[s].kind == NEURON_CAP_PORT) {
            connect(s, row[NEURON_SLOT_OWNER]);
        }
    }
}

/* Extents; those that a reset restores are chained to their owner, the last one first. */
static void create_memories(const u64 *table, const struct table_sections *at)
{
    for (u32 m = 0; m < memory_count; m++) {
        const u64 *row = table + at->memories + m * NEURON_MEMORY_ROW_WORDS;
        u64 flags = row[NEURON_MEMORY_FLAGS];
        u64 owner = row[NEURON_MEMORY_OWNER];
        memories[m].phys = row[NEURON_MEMORY_PHYS];
        memories[m].pages = (u32)row[NEURON_MEMORY_PAGES];
        memories[m].source = row[NEURON_MEMORY_SOURCE];
        memories[m].source_bytes = row[NEURON_MEMORY_SOURCE_BYTES];
        memories[m].keep = (flags & NEURON_MEMORY_KEEP) == NEURON_MEMORY_KEEP ? 1 : 0;
        memories[m].kept = 0;
        memories[m].next = NONE;
        if (flags % 2 != NEURON_MEMORY_TEXT) {
            memories[m].next = tasks[owner].first_memory;
            tasks[owner].first_memory = m;
            tasks[owner].own_pages = tasks[owner].own_pages + memories[m].pages;
        }
    }
}

static void create_windows(const u64 *table, const struct table_sections *at)
{
    for (u32 w = 0; w < window_count; w++) {
        const u64 *row = table + at->windows + w * NEURON_WINDOW_ROW_WORDS;
        windows[w] = (struct window){
            .base = row[NEURON_WINDOW_BASE],
            .pages = (u32)(row[NEURON_WINDOW_BYTES] / NEURON_PAGE),
            .irq = (u32)row[NEURON_WINDOW_IRQ],
            .transport = (u32)row[NEURON_WINDOW_TRANSPORT],
            .class = row[NEURON_WINDOW_CLASS],
            .owner = NONE,
        };
        for (u32 q = 0; q < NEURON_WINDOW_QUEUES; q++) {
            vqueues[vqueue_of(w, q)] = (struct vqueue){.size = 0};
        }
    }
}

static void create_spaces(const u64 *table, const struct table_sections *at)
{
    u64 maps = table[NEURON_TABLE_MAPS];
    u32 next_table = 0;

    for (u32 t = 0; t < task_count; t++) {
        vspace_create(t, next_table);
        next_table = next_table + 2 + tasks[t].leaf_tables;
    }
    for (u64 i = 0; i < maps; i++) {
        const u64 *row = table + at->maps + i * NEURON_MAP_ROW_WORDS;
        u64 memory = row[NEURON_MAP_MEMORY];
        vspace_map((u32)row[NEURON_MAP_TASK], row[NEURON_MAP_VA], memories[memory].phys,
                   memories[memory].pages, row[NEURON_MAP_PROT]);
    }
}

void kernel_boot(const u64 *table)
{
    struct table_sections at = table_sections(table);

    task_count = (u32)table[NEURON_TABLE_TASKS];
    memory_count = (u32)table[NEURON_TABLE_MEMORIES];
    window_count = (u32)table[NEURON_TABLE_WINDOWS];
    init_task = (u32)table[NEURON_TABLE_INIT];
    queue_reset();
    deadline_reset();
    sched_reset(arch_now());
    create_tasks(table, &at);
    create_slots(table, &at);
    create_memories(table, &at);
    create_windows(table, &at);
    irq_reset();
    create_spaces(table, &at);
    for (u32 t = 0; t < task_count; t++) {
        life_begin_reset(t);
    }
    while (tasks[init_task].reset_left != 0) {
        life_reset_page(init_task);
    }
    life_start(init_task);
    sched_choose();
}
