/* The builder of system tables. */
#include "world.h"

#include <string.h>

#include "cmocka_all.h"
#include "console.h"
#include "crc32c.h"
#include "invariant.h"
#include "kernel.h"
#include "machine.h"
#include "table.h"

/* The text pages come first in the payload, then the initial bytes of all extents. */
#define TEXT_BASE (NEURON_PAYLOAD_BASE + NEURON_PAGE)
#define SOURCE_BASE (TEXT_BASE + NEURON_TASKS_MAX * NEURON_PAGE)

struct world world;

static u64 task_base(u32 task)
{
    return NEURON_USER_BASE + task * (u64)NEURON_USER_SPAN;
}

void world_begin(void)
{
    memset(&world, 0, sizeof(world));
    world.header[NEURON_TABLE_MAGIC_WORD] = NEURON_TABLE_MAGIC;
    world.header[NEURON_TABLE_VERSION_WORD] = NEURON_TABLE_VERSION;
    world.header[NEURON_TABLE_RAM_END] = FAKE_RAM_BASE + NEURON_BLOCK;
    world.header[NEURON_TABLE_PAYLOAD_END] = FAKE_PAYLOAD_END;
    world.next_phys = FAKE_RAM_BASE;
    /* Text rows come before all others: their place is kept. */
    world.header[NEURON_TABLE_MEMORIES] = NEURON_TASKS_MAX;
}

u32 world_task(u32 level)
{
    u32 task = (u32)world.header[NEURON_TABLE_TASKS]++;
    u64 *row = world.tasks[task];
    u64 *text = world.memories[task];

    world.next_va[task] =
        task_base(task) + NEURON_ARENA_OFFSET + (world.arena_pages + 1) * NEURON_PAGE;
    world.next_bit[task] = NEURON_BIT_FIRST_FREE;
    text[NEURON_MEMORY_PHYS] = TEXT_BASE + task * (u64)NEURON_PAGE;
    text[NEURON_MEMORY_PAGES] = 1;
    text[NEURON_MEMORY_FLAGS] = NEURON_MEMORY_TEXT;
    text[NEURON_MEMORY_OWNER] = task;
    row[NEURON_TASK_LEVEL] = level;
    row[NEURON_TASK_LEAF_TABLES] = 1;
    row[NEURON_TASK_ARENA_PAGES] = world.arena_pages;
    row[NEURON_TASK_ENTRY] = world_map(task, task, NEURON_PROT_RX) + 0x40;
    row[NEURON_TASK_SP] =
        world_map(task, world_extent(task, 1, 0, 0), NEURON_PROT_RW) + NEURON_PAGE;
    row[NEURON_TASK_GP] = task_base(task) + 0x800;
    row[NEURON_TASK_TP] = task_base(task) + 0x900;
    world_slot(task, NEURON_CAP_CONSOLE);
    if (task == 0) {
        world_slot(task, NEURON_CAP_TASK);
        world_slot(task, NEURON_CAP_FACTORY);
    }
    return task;
}

u64 *world_slot_row(u32 task, u32 slot)
{
    for (u64 s = 0; s < world.header[NEURON_TABLE_SLOTS]; s++) {
        if (world.slots[s][NEURON_SLOT_OWNER] == task) {
            if (slot == 0) {
                return world.slots[s];
            }
            slot--;
        }
    }
    fail();
    return NULL;
}

u32 world_slot(u32 task, u64 kind)
{
    u64 *row = world.slots[world.header[NEURON_TABLE_SLOTS]++];

    assert_true(world.header[NEURON_TABLE_SLOTS] <= WORLD_ROWS);
    row[NEURON_SLOT_OWNER] = task;
    row[NEURON_SLOT_KIND] = kind;
    return (u32)world.tasks[task][NEURON_TASK_SLOTS]++;
}

u32 world_port(u32 client, u32 server, u64 rights, u32 bits)
{
    u32 slot = world_slot(client, NEURON_CAP_PORT);
    u64 *row = world_slot_row(client, slot);

    row[NEURON_SLOT_RIGHTS] = rights;
    row[NEURON_SLOT_OBJECT] = server;
    for (u32 b = 0; b < bits; b++) {
        row[NEURON_SLOT_BITS] |= UINT64_C(1) << world.next_bit[server]++;
    }
    return slot;
}

u32 world_dma(u32 task, u32 memory, u64 rights)
{
    u32 slot = world_slot(task, NEURON_CAP_DMA);
    u64 *row = world_slot_row(task, slot);

    row[NEURON_SLOT_RIGHTS] = rights;
    row[NEURON_SLOT_OBJECT] = memory;
    return slot;
}

u64 world_bits(u32 task, u32 slot)
{
    return world_slot_row(task, slot)[NEURON_SLOT_BITS];
}

u32 world_extent(u32 owner, u64 pages, u64 flags, u64 source_bytes)
{
    u32 memory = (u32)world.header[NEURON_TABLE_MEMORIES]++;
    u64 *row = world.memories[memory];

    assert_true(memory < WORLD_ROWS);
    row[NEURON_MEMORY_PHYS] = world.next_phys;
    row[NEURON_MEMORY_PAGES] = pages;
    row[NEURON_MEMORY_FLAGS] = flags;
    row[NEURON_MEMORY_OWNER] = owner;
    row[NEURON_MEMORY_SOURCE] = source_bytes != 0 ? SOURCE_BASE : 0;
    row[NEURON_MEMORY_SOURCE_BYTES] = source_bytes;
    world.next_phys += pages * NEURON_PAGE;
    return memory;
}

u64 world_map(u32 task, u32 memory, u64 prot)
{
    u64 *row = world.maps[world.header[NEURON_TABLE_MAPS]++];

    assert_true(world.header[NEURON_TABLE_MAPS] <= WORLD_ROWS);
    world.next_va[task] += NEURON_PAGE; /* a guard page */
    row[NEURON_MAP_TASK] = task;
    row[NEURON_MAP_MEMORY] = memory;
    row[NEURON_MAP_VA] = world.next_va[task];
    row[NEURON_MAP_PROT] = prot;
    world.next_va[task] += world.memories[memory][NEURON_MEMORY_PAGES] * NEURON_PAGE;
    return row[NEURON_MAP_VA];
}

void world_window(u64 base, u64 irq)
{
    u64 *row = world.windows[world.header[NEURON_TABLE_WINDOWS]++];

    row[NEURON_WINDOW_BASE] = base;
    row[NEURON_WINDOW_BYTES] = NEURON_PAGE;
    row[NEURON_WINDOW_IRQ] = irq;
    row[NEURON_WINDOW_TRANSPORT] = NEURON_TRANSPORT_VIRTIO_MMIO;
}

void world_fixed(u64 base, u64 pages, u64 irq, u64 class)
{
    u64 *row = world.windows[world.header[NEURON_TABLE_WINDOWS]++];

    row[NEURON_WINDOW_BASE] = base;
    row[NEURON_WINDOW_BYTES] = pages * NEURON_PAGE;
    row[NEURON_WINDOW_IRQ] = irq;
    row[NEURON_WINDOW_TRANSPORT] = NEURON_TRANSPORT_FIXED;
    row[NEURON_WINDOW_CLASS] = class;
}

u32 world_ceiling(u32 task, u64 class, u64 rights, u64 base, u64 bytes)
{
    u32 slot = world_slot(task, NEURON_CAP_MMIO);
    u64 *row = world_slot_row(task, slot);

    row[NEURON_SLOT_RUNTIME] = 1;
    row[NEURON_SLOT_RIGHTS] = rights;
    row[NEURON_SLOT_OBJECT] = class;
    row[NEURON_SLOT_BASE] = base;
    row[NEURON_SLOT_BYTES] = bytes;
    if ((rights & NEURON_RIGHT_IRQ) != 0) {
        row[NEURON_SLOT_BITS] = UINT64_C(1) << world.next_bit[task]++;
    }
    return slot;
}

static u64 append(u64 at, const u64 *row, u32 words)
{
    assert_true(at + words <= WORLD_TABLE_WORDS);
    memcpy(&world.words[at], row, words * sizeof(u64));
    return at + words;
}

/* Text rows for the tasks that exist, then the others: rows of extents shift by what is unused. */
static u64 append_memories(u64 at)
{
    u64 count = world.header[NEURON_TABLE_TASKS];

    for (u64 m = 0; m < world.header[NEURON_TABLE_MEMORIES]; m++) {
        if (m < count || m >= NEURON_TASKS_MAX) {
            at = append(at, world.memories[m], NEURON_MEMORY_ROW_WORDS);
        }
    }
    return at;
}

static u64 final_memory(u64 memory)
{
    return memory < NEURON_TASKS_MAX ? memory
                                     : memory - NEURON_TASKS_MAX + world.header[NEURON_TABLE_TASKS];
}

static u64 append_maps(u64 at)
{
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        for (u64 i = 0; i < world.header[NEURON_TABLE_MAPS]; i++) {
            if (world.maps[i][NEURON_MAP_TASK] == t) {
                u64 row[NEURON_MAP_ROW_WORDS];
                memcpy(row, world.maps[i], sizeof(row));
                row[NEURON_MAP_MEMORY] = final_memory(row[NEURON_MAP_MEMORY]);
                at = append(at, row, NEURON_MAP_ROW_WORDS);
            }
        }
    }
    return at;
}

/* By task; badges in row order. */
static u64 append_slots(u64 at)
{
    u64 badges[NEURON_TASKS_MAX] = {0};

    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        for (u64 s = 0; s < world.header[NEURON_TABLE_SLOTS]; s++) {
            u64 *row = world.slots[s];
            if (row[NEURON_SLOT_OWNER] == t) {
                if (row[NEURON_SLOT_KIND] == NEURON_CAP_PORT &&
                    (row[NEURON_SLOT_RIGHTS] & NEURON_RIGHT_CALL) != 0) {
                    row[NEURON_SLOT_BADGE] = ++badges[row[NEURON_SLOT_OBJECT]];
                }
                u64 object = row[NEURON_SLOT_OBJECT];
                if (row[NEURON_SLOT_KIND] == NEURON_CAP_DMA) {
                    row[NEURON_SLOT_OBJECT] = final_memory(object);
                }
                at = append(at, row, NEURON_SLOT_ROW_WORDS);
                row[NEURON_SLOT_OBJECT] = object;
            }
        }
    }
    return at;
}

u64 world_table(void)
{
    u64 count = world.header[NEURON_TABLE_TASKS];
    u64 at = append(0, world.header, NEURON_TABLE_HEADER_WORDS);

    for (u64 t = 0; t < count; t++) {
        at = append(at, world.tasks[t], NEURON_TASK_ROW_WORDS);
    }
    at = append_maps(append_memories(at));
    at = append_slots(at);
    for (u64 w = 0; w < world.header[NEURON_TABLE_WINDOWS]; w++) {
        at = append(at, world.windows[w], NEURON_WINDOW_ROW_WORDS);
    }
    world.words[NEURON_TABLE_WORDS] = at;
    world.words[NEURON_TABLE_MEMORIES] = final_memory(world.header[NEURON_TABLE_MEMORIES]);
    world_seal();
    return at;
}

u64 *world_word(u32 section, u64 row, u32 field)
{
    struct table_sections at = table_sections(world.words);

    switch (section) {
    case NEURON_TABLE_TASKS:
        return &world.words[at.tasks + row * NEURON_TASK_ROW_WORDS + field];
    case NEURON_TABLE_MEMORIES:
        return &world.words[at.memories + row * NEURON_MEMORY_ROW_WORDS + field];
    case NEURON_TABLE_MAPS:
        return &world.words[at.maps + row * NEURON_MAP_ROW_WORDS + field];
    case NEURON_TABLE_SLOTS:
        return &world.words[at.slots + row * NEURON_SLOT_ROW_WORDS + field];
    default:
        return &world.words[at.windows + row * NEURON_WINDOW_ROW_WORDS + field];
    }
}

void world_seal(void)
{
    world.words[NEURON_TABLE_CRC] = crc32c_words(
        world.words + NEURON_TABLE_CRC + 1, world.words[NEURON_TABLE_WORDS] - NEURON_TABLE_CRC - 1);
}

int world_fits(const u64 *words)
{
    struct table_sections at = table_sections(words);
    u64 end = FAKE_RAM_BASE + FAKE_RAM_PAGES * (u64)NEURON_PAGE;

    for (u64 m = 0; m < words[NEURON_TABLE_MEMORIES]; m++) {
        const u64 *row = words + at.memories + m * NEURON_MEMORY_ROW_WORDS;
        u64 source_end = row[NEURON_MEMORY_SOURCE] + row[NEURON_MEMORY_SOURCE_BYTES];
        if (row[NEURON_MEMORY_FLAGS] % 2 == 0 &&
            (row[NEURON_MEMORY_PHYS] + row[NEURON_MEMORY_PAGES] * NEURON_PAGE > end ||
             source_end > FAKE_PAYLOAD_END)) {
            return 0;
        }
    }
    return 1;
}

void world_boot_words(void)
{
    struct table_verdict verdict = table_validate(world.words, world.words[NEURON_TABLE_WORDS]);

    assert_int_equal(verdict.rule, NEURON_RULE_OK);
    machine_reset();
    console_reset();
    kernel_boot(world.words);
    invariant_begin(world.words);
    invariant_check();
}

void world_boot(void)
{
    (void)world_table();
    world_boot_words();
}
