/* The promises of a table, each looked for in the plainest way: by comparing all with all. */
#include "promises.h"

#include <neuron/abi.h>
#include <neuron/table.h>

#include "cmocka_all.h"
#include "table.h"

static const u64 *table;
static struct table_sections at;

#define PROMISE(condition, row)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fail_msg("%s:%d: row %u: %s", __FILE__, __LINE__, (unsigned)(row), #condition);        \
        }                                                                                          \
    } while (0)

static const u64 *task_row(u64 row)
{
    return table + at.tasks + row * NEURON_TASK_ROW_WORDS;
}

static const u64 *memory_row(u64 row)
{
    return table + at.memories + row * NEURON_MEMORY_ROW_WORDS;
}

static const u64 *map_row(u64 row)
{
    return table + at.maps + row * NEURON_MAP_ROW_WORDS;
}

static const u64 *slot_row(u64 row)
{
    return table + at.slots + row * NEURON_SLOT_ROW_WORDS;
}

static const u64 *window_row(u64 row)
{
    return table + at.windows + row * NEURON_WINDOW_ROW_WORDS;
}

/* [base, base + bytes) */
struct range {
    u64 base;
    u64 bytes;
};

static int within(struct range inner, struct range outer)
{
    return inner.base >= outer.base && inner.bytes <= outer.bytes &&
           inner.base - outer.base <= outer.bytes - inner.bytes;
}

static int disjoint(struct range one, struct range two)
{
    return one.base < two.base ? two.base - one.base >= one.bytes
                               : one.base - two.base >= two.bytes;
}

static struct range memory_range(u64 row)
{
    return (struct range){memory_row(row)[NEURON_MEMORY_PHYS],
                          memory_row(row)[NEURON_MEMORY_PAGES] * NEURON_PAGE};
}

static struct range map_range(u64 row)
{
    return (struct range){map_row(row)[NEURON_MAP_VA],
                          memory_range(map_row(row)[NEURON_MAP_MEMORY]).bytes};
}

static struct range window_range(u64 row)
{
    return (struct range){window_row(row)[NEURON_WINDOW_BASE],
                          window_row(row)[NEURON_WINDOW_BYTES]};
}

/* Text is in the payload, all else behind its last block; no extent shares a byte with another. */
static void check_memories(void)
{
    u64 payload_end = table[NEURON_TABLE_PAYLOAD_END];
    u64 ram = (payload_end + NEURON_BLOCK - 1) / NEURON_BLOCK * NEURON_BLOCK;
    struct range payload = {NEURON_PAYLOAD_BASE, payload_end - NEURON_PAYLOAD_BASE};
    struct range data = {ram, table[NEURON_TABLE_RAM_END] - ram};

    for (u64 m = 0; m < table[NEURON_TABLE_MEMORIES]; m++) {
        const u64 *row = memory_row(m);
        struct range source = {row[NEURON_MEMORY_SOURCE], row[NEURON_MEMORY_SOURCE_BYTES]};
        int text = row[NEURON_MEMORY_FLAGS] == NEURON_MEMORY_TEXT;
        PROMISE(row[NEURON_MEMORY_PAGES] <= NEURON_RAM_END_MAX / NEURON_PAGE, m);
        PROMISE(row[NEURON_MEMORY_PAGES] > 0 && row[NEURON_MEMORY_PHYS] % NEURON_PAGE == 0, m);
        PROMISE(text || row[NEURON_MEMORY_FLAGS] % 2 == 0, m);
        PROMISE(row[NEURON_MEMORY_FLAGS] <= NEURON_MEMORY_FLAGS_ALL, m);
        PROMISE(text || ram <= table[NEURON_TABLE_RAM_END], m);
        PROMISE(within(memory_range(m), text ? payload : data), m);
        PROMISE(row[NEURON_MEMORY_OWNER] < table[NEURON_TABLE_TASKS], m);
        PROMISE(source.base == 0 ? source.bytes == 0 : within(source, payload), m);
        PROMISE(source.bytes <= memory_range(m).bytes, m);
        for (u64 other = 0; other < m; other++) {
            PROMISE(disjoint(memory_range(m), memory_range(other)), m);
        }
    }
}

static void check_map(u64 m)
{
    const u64 *row = map_row(m);
    u64 task = row[NEURON_MAP_TASK];
    const u64 *memory = memory_row(row[NEURON_MAP_MEMORY]);
    u64 base = NEURON_USER_BASE + task * NEURON_USER_SPAN;
    u64 skip = NEURON_ARENA_OFFSET + (task_row(task)[NEURON_TASK_ARENA_PAGES] + 1) * NEURON_PAGE;
    struct range space = {base + skip,
                          task_row(task)[NEURON_TASK_LEAF_TABLES] * NEURON_BLOCK - skip};
    int text = memory[NEURON_MEMORY_FLAGS] == NEURON_MEMORY_TEXT;

    PROMISE(row[NEURON_MAP_VA] % NEURON_PAGE == 0 && within(map_range(m), space), m);
    PROMISE(row[NEURON_MAP_PROT] == NEURON_PROT_R ||
                row[NEURON_MAP_PROT] == (text ? NEURON_PROT_RX : NEURON_PROT_RW),
            m);
    PROMISE(memory[NEURON_MEMORY_OWNER] == task ||
                (memory[NEURON_MEMORY_FLAGS] & NEURON_MEMORY_SHARED) != 0,
            m);
    for (u64 other = 0; other < m; other++) {
        PROMISE(map_row(other)[NEURON_MAP_TASK] != task || disjoint(map_range(m), map_range(other)),
                m);
    }
}

static int is_mapped(u64 task, u64 va)
{
    for (u64 m = 0; m < table[NEURON_TABLE_MAPS]; m++) {
        if (map_row(m)[NEURON_MAP_TASK] == task &&
            within((struct range){va, NEURON_PAGE}, map_range(m))) {
            return 1;
        }
    }
    return 0;
}

/* It begins in text, and its stack ends in a page that lies behind a hole. */
static void check_start(u64 t)
{
    u64 entries = 0;
    u64 stacks = 0;

    for (u64 m = 0; m < table[NEURON_TABLE_MAPS]; m++) {
        struct range range = map_range(m);
        if (map_row(m)[NEURON_MAP_TASK] != t) {
            continue;
        }
        entries += map_row(m)[NEURON_MAP_PROT] == NEURON_PROT_RX &&
                   within((struct range){task_row(t)[NEURON_TASK_ENTRY], 1}, range);
        stacks += map_row(m)[NEURON_MAP_PROT] == NEURON_PROT_RW &&
                  task_row(t)[NEURON_TASK_SP] == range.base + range.bytes &&
                  !is_mapped(t, range.base - NEURON_PAGE);
    }
    PROMISE(entries == 1, t);
    PROMISE(stacks == 1, t);
}

static void check_tasks(void)
{
    u64 page_tables = 0;
    u64 slots = 0;

    PROMISE(table[NEURON_TABLE_INIT] < table[NEURON_TABLE_TASKS], 0);
    for (u64 t = 0; t < table[NEURON_TABLE_TASKS]; t++) {
        PROMISE(task_row(t)[NEURON_TASK_LEVEL] < NEURON_LEVELS, t);
        PROMISE(task_row(t)[NEURON_TASK_LEAF_TABLES] <= NEURON_USER_SPAN / NEURON_BLOCK, t);
        PROMISE(task_row(t)[NEURON_TASK_SLOTS] <= NEURON_TASK_SLOTS_MAX, t);
        page_tables += 2 + task_row(t)[NEURON_TASK_LEAF_TABLES];
        u64 devices = 0;
        for (u64 s = 0; s < task_row(t)[NEURON_TASK_SLOTS]; s++) {
            PROMISE(slots < table[NEURON_TABLE_SLOTS], t);
            PROMISE(slot_row(slots)[NEURON_SLOT_OWNER] == t, slots);
            devices += slot_row(slots)[NEURON_SLOT_KIND] == NEURON_CAP_MMIO;
            slots++;
        }
        PROMISE(devices <= NEURON_TASK_DEVICES_MAX, t);
        check_start(t);
    }
    PROMISE(slots == table[NEURON_TABLE_SLOTS], 0);
    PROMISE(page_tables <= NEURON_PT_PAGES_MAX, 0);
}

/* Whose bits a slot sets: the server's, or those of the holder of an interrupt; behind all tasks, nobody's. */
static u64 bits_of(const u64 *row)
{
    if (row[NEURON_SLOT_BITS] == 0) {
        return NEURON_TASKS_MAX;
    }
    return row[NEURON_SLOT_KIND] == NEURON_CAP_PORT ? row[NEURON_SLOT_OBJECT]
                                                    : row[NEURON_SLOT_OWNER];
}

/* No bit has two meanings at the task that it is for, and none is the kernel's. */
static void check_bits(u64 s)
{
    const u64 *row = slot_row(s);

    PROMISE(row[NEURON_SLOT_BITS] % 4 == 0, s);
    for (u64 o = 0; o < s; o++) {
        const u64 *other = slot_row(o);
        PROMISE(bits_of(row) != bits_of(other) ||
                    (other[NEURON_SLOT_BITS] & row[NEURON_SLOT_BITS]) == 0,
                s);
    }
}

/* Calls go upwards; no two connections of a server have a badge in common. */
static void check_port(u64 s)
{
    const u64 *row = slot_row(s);
    u64 server = row[NEURON_SLOT_OBJECT];
    int calls = (row[NEURON_SLOT_RIGHTS] & NEURON_RIGHT_CALL) != 0;
    int notifies = (row[NEURON_SLOT_RIGHTS] & NEURON_RIGHT_NOTIFY) != 0;

    PROMISE(calls || notifies, s);
    PROMISE(row[NEURON_SLOT_RIGHTS] <= (NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY), s);
    PROMISE(server < table[NEURON_TABLE_TASKS] && server != row[NEURON_SLOT_OWNER], s);
    PROMISE((row[NEURON_SLOT_BADGE] != 0) == calls, s);
    PROMISE((row[NEURON_SLOT_BITS] != 0) == notifies, s);
    PROMISE(!calls || task_row(server)[NEURON_TASK_LEVEL] >
                          task_row(row[NEURON_SLOT_OWNER])[NEURON_TASK_LEVEL],
            s);
    for (u64 o = 0; o < s; o++) {
        const u64 *other = slot_row(o);
        if (other[NEURON_SLOT_KIND] == NEURON_CAP_PORT && other[NEURON_SLOT_OBJECT] == server) {
            PROMISE(!calls || other[NEURON_SLOT_BADGE] != row[NEURON_SLOT_BADGE], s);
        }
    }
}

/* A ceiling covers whole windows: none is cut by its borders, and they are the borders of windows. An interrupt
 * sets one bit. */
static void check_ceiling(u64 s)
{
    const u64 *row = slot_row(s);
    struct range ceiling = {row[NEURON_SLOT_BASE], row[NEURON_SLOT_BYTES]};
    u64 rights = NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ;
    u64 bit = row[NEURON_SLOT_BITS];
    int interrupts = (row[NEURON_SLOT_RIGHTS] & NEURON_RIGHT_IRQ) != 0;
    u64 begins = 0;
    u64 ends = 0;

    PROMISE((row[NEURON_SLOT_RIGHTS] & ~rights) == 0 && row[NEURON_SLOT_OBJECT] != 0, s);
    PROMISE((row[NEURON_SLOT_RIGHTS] & NEURON_RIGHT_MAP) != 0, s);
    PROMISE(row[NEURON_SLOT_BADGE] == 0 && (bit != 0) == interrupts, s);
    PROMISE((bit & (bit - 1)) == 0, s);
    for (u64 w = 0; w < table[NEURON_TABLE_WINDOWS]; w++) {
        struct range range = window_range(w);
        PROMISE(within(range, ceiling) || disjoint(range, ceiling), s);
        begins += range.base == ceiling.base;
        ends += range.base + range.bytes == ceiling.base + ceiling.bytes;
    }
    PROMISE(begins == 1 && ends == 1 && ceiling.bytes != 0, s);
}

/* Devices reach only memory that is marked for them, of their own holder: never text. */
static void check_dma(u64 s)
{
    const u64 *row = slot_row(s);

    PROMISE(row[NEURON_SLOT_RIGHTS] != 0, s);
    PROMISE((row[NEURON_SLOT_RIGHTS] & ~(u64)(NEURON_RIGHT_READ | NEURON_RIGHT_WRITE)) == 0, s);
    PROMISE(row[NEURON_SLOT_OBJECT] < table[NEURON_TABLE_MEMORIES], s);
    const u64 *memory = memory_row(row[NEURON_SLOT_OBJECT]);
    PROMISE(memory[NEURON_MEMORY_OWNER] == row[NEURON_SLOT_OWNER], s);
    PROMISE((memory[NEURON_MEMORY_FLAGS] & NEURON_MEMORY_DMA) != 0, s);
    PROMISE((memory[NEURON_MEMORY_FLAGS] & NEURON_MEMORY_TEXT) == 0, s);
}

static void check_slot(u64 s)
{
    const u64 *row = slot_row(s);

    check_bits(s);
    if (row[NEURON_SLOT_RUNTIME] != 0) {
        PROMISE(row[NEURON_SLOT_RUNTIME] == 1 && row[NEURON_SLOT_KIND] == NEURON_CAP_MMIO, s);
        check_ceiling(s);
        return;
    }
    PROMISE(row[NEURON_SLOT_BASE] == 0 && row[NEURON_SLOT_BYTES] == 0, s);
    switch (row[NEURON_SLOT_KIND]) {
    case NEURON_CAP_PORT:
        check_port(s);
        return;
    case NEURON_CAP_REGION:
        PROMISE(row[NEURON_SLOT_OBJECT] < table[NEURON_TABLE_MEMORIES], s);
        PROMISE(row[NEURON_SLOT_RIGHTS] == NEURON_RIGHT_READ, s);
        break;
    case NEURON_CAP_DMA:
        check_dma(s);
        break;
    case NEURON_CAP_FACTORY:
    case NEURON_CAP_TASK:
        PROMISE(row[NEURON_SLOT_OWNER] == table[NEURON_TABLE_INIT], s);
        break;
    case NEURON_CAP_NONE:
    case NEURON_CAP_CONSOLE:
    case NEURON_CAP_POWER:
        PROMISE(row[NEURON_SLOT_RIGHTS] == 0 && row[NEURON_SLOT_OBJECT] == 0, s);
        break;
    default: /* a device or an unknown kind from boot on */
        PROMISE(0, s);
        break;
    }
    PROMISE(row[NEURON_SLOT_BADGE] == 0 && row[NEURON_SLOT_BITS] == 0, s);
}

/* No window shares a byte with RAM, with a device of the kernel, or with another window. */
static void check_windows(void)
{
    static const struct range outside[] = {
        {0x100000, NEURON_PAGE},
        {0x2000000, 0x10000},
        {0xc000000, 0x4000000},
        {0x10000000, NEURON_PAGE},
        {NEURON_RAM_BASE, UINT64_MAX - NEURON_RAM_BASE},
    };

    for (u64 w = 0; w < table[NEURON_TABLE_WINDOWS]; w++) {
        struct range range = window_range(w);
        u64 irq = window_row(w)[NEURON_WINDOW_IRQ];
        PROMISE(range.base % NEURON_PAGE == 0 && range.bytes % NEURON_PAGE == 0, w);
        PROMISE(range.bytes > 0 && range.bytes <= NEURON_WINDOW_PAGES_MAX * NEURON_PAGE, w);
        PROMISE(irq < NEURON_IRQS_MAX && irq != 10, w);
        for (u64 o = 0; o < sizeof(outside) / sizeof(outside[0]); o++) {
            PROMISE(disjoint(range, outside[o]), w);
        }
        for (u64 o = 0; o < w; o++) {
            PROMISE(disjoint(range, window_range(o)), w);
            PROMISE(irq == 0 || irq != window_row(o)[NEURON_WINDOW_IRQ], w);
        }
    }
}

void promises_check(const u64 *words)
{
    table = words;
    at = table_sections(words);
    check_memories();
    for (u64 m = 0; m < table[NEURON_TABLE_MAPS]; m++) {
        check_map(m);
    }
    check_tasks();
    for (u64 s = 0; s < table[NEURON_TABLE_SLOTS]; s++) {
        check_slot(s);
    }
    check_windows();
}
