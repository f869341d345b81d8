/* The check of the system table: every rule of NEURON_RULE_LIST, in one pass over each section. */
#include "table.h"

#include <neuron/abi.h>

#include "crc32c.h"

/* What the sections checked so far say, for the checks of later ones. */
struct facts {
    const u64 *words;
    struct table_sections at;
    u64 tasks;
    u64 memories;
    u64 maps;
    u64 slots;
    u64 windows;
    u64 init;
    u64 ram_end;
    u64 payload_end;
    u64 entry_seen;                   /* set of tasks whose entry point lies in an RX mapping */
    u64 stack_seen;                   /* set of tasks whose stack pointer ends an RW mapping */
    u64 last_badge[NEURON_TASKS_MAX]; /* of the connections to this server seen so far */
    u64 used_bits[NEURON_TASKS_MAX];  /* notification bits of this task already given out */
};

/* The devices of the kernel: test device, CLINT, PLIC, UART. [base, end) */
#define KERNEL_DEVICES 4
static const u64 kernel_device[KERNEL_DEVICES][2] = {
    {0x100000, 0x101000},
    {0x2000000, 0x2010000},
    {0xc000000, 0x10000000},
    {0x10000000, 0x10001000},
};
#define KERNEL_UART_IRQ 10

static const struct table_verdict accepted = {NEURON_RULE_OK, 0};

static struct table_verdict breaks(u32 rule, u64 row)
{
    struct table_verdict verdict = {rule, row};
    return verdict;
}

static u64 task_word(const struct facts *f, u64 task, u64 field)
{
    return f->words[f->at.tasks + task * NEURON_TASK_ROW_WORDS + field];
}

static u64 memory_word(const struct facts *f, u64 memory, u64 field)
{
    return f->words[f->at.memories + memory * NEURON_MEMORY_ROW_WORDS + field];
}

static u64 map_word(const struct facts *f, u64 map, u64 field)
{
    return f->words[f->at.maps + map * NEURON_MAP_ROW_WORDS + field];
}

static u64 slot_word(const struct facts *f, u64 slot, u64 field)
{
    return f->words[f->at.slots + slot * NEURON_SLOT_ROW_WORDS + field];
}

static u64 window_word(const struct facts *f, u64 window, u64 field)
{
    return f->words[f->at.windows + window * NEURON_WINDOW_ROW_WORDS + field];
}

static u64 task_base(u64 task)
{
    return NEURON_USER_BASE + task * NEURON_USER_SPAN;
}

/* First address of the task behind its arena and the guard page that follows it. */
static u64 first_map_va(const struct facts *f, u64 task)
{
    return task_base(task) + NEURON_ARENA_OFFSET +
           (task_word(f, task, NEURON_TASK_ARENA_PAGES) + 1) * NEURON_PAGE;
}

static u64 end_va(const struct facts *f, u64 task)
{
    return task_base(task) + task_word(f, task, NEURON_TASK_LEAF_TABLES) * NEURON_BLOCK;
}

struct table_sections table_sections(const u64 *words)
{
    struct table_sections at;

    at.tasks = NEURON_TABLE_HEADER_WORDS;
    at.memories = at.tasks + words[NEURON_TABLE_TASKS] * NEURON_TASK_ROW_WORDS;
    at.maps = at.memories + words[NEURON_TABLE_MEMORIES] * NEURON_MEMORY_ROW_WORDS;
    at.slots = at.maps + words[NEURON_TABLE_MAPS] * NEURON_MAP_ROW_WORDS;
    at.windows = at.slots + words[NEURON_TABLE_SLOTS] * NEURON_SLOT_ROW_WORDS;
    at.end = at.windows + words[NEURON_TABLE_WINDOWS] * NEURON_WINDOW_ROW_WORDS;
    return at;
}

static struct table_verdict check_header(const u64 *words, u64 count)
{
    if (count < NEURON_TABLE_HEADER_WORDS) {
        return breaks(NEURON_RULE_TRUNCATED, 0);
    }
    if (words[NEURON_TABLE_MAGIC_WORD] != NEURON_TABLE_MAGIC) {
        return breaks(NEURON_RULE_MAGIC, 0);
    }
    if (words[NEURON_TABLE_VERSION_WORD] != NEURON_TABLE_VERSION) {
        return breaks(NEURON_RULE_VERSION, 0);
    }
    if (words[NEURON_TABLE_WORDS] > count ||
        words[NEURON_TABLE_WORDS] < NEURON_TABLE_HEADER_WORDS) {
        return breaks(NEURON_RULE_TRUNCATED, 0);
    }
    if (words[NEURON_TABLE_CRC] != crc32c_words(words + NEURON_TABLE_CRC + 1,
                                                words[NEURON_TABLE_WORDS] - NEURON_TABLE_CRC - 1)) {
        return breaks(NEURON_RULE_CHECKSUM, 0);
    }
    if (words[NEURON_TABLE_TASKS] == 0 || words[NEURON_TABLE_TASKS] > NEURON_TASKS_MAX ||
        words[NEURON_TABLE_MEMORIES] > NEURON_MEMORIES_MAX ||
        words[NEURON_TABLE_MAPS] > NEURON_MAPS_MAX ||
        words[NEURON_TABLE_SLOTS] > NEURON_SLOTS_MAX ||
        words[NEURON_TABLE_WINDOWS] > NEURON_WINDOWS_MAX ||
        table_sections(words).end != words[NEURON_TABLE_WORDS]) {
        return breaks(NEURON_RULE_COUNTS, 0);
    }
    if (words[NEURON_TABLE_PAYLOAD_END] % NEURON_PAGE != 0 ||
        words[NEURON_TABLE_RAM_END] % NEURON_BLOCK != 0 ||
        words[NEURON_TABLE_RAM_END] > NEURON_RAM_END_MAX ||
        words[NEURON_TABLE_PAYLOAD_END] > words[NEURON_TABLE_RAM_END] ||
        words[NEURON_TABLE_PAYLOAD_END] <= NEURON_PAYLOAD_BASE) {
        return breaks(NEURON_RULE_EXTENT, 0);
    }
    if (words[NEURON_TABLE_INIT] >= words[NEURON_TABLE_TASKS]) {
        return breaks(NEURON_RULE_INIT, 0);
    }
    return accepted;
}

static struct table_verdict check_tasks(const struct facts *f)
{
    u64 pt_pages = 0;
    u64 slots = 0;

    for (u64 t = 0; t < f->tasks; t++) {
        u64 leaf_tables = task_word(f, t, NEURON_TASK_LEAF_TABLES);
        if (task_word(f, t, NEURON_TASK_LEVEL) >= NEURON_LEVELS) {
            return breaks(NEURON_RULE_LEVEL, t);
        }
        if (leaf_tables == 0 || leaf_tables > NEURON_USER_SPAN / NEURON_BLOCK) {
            return breaks(NEURON_RULE_LEAF_TABLES, t);
        }
        pt_pages = pt_pages + 2 + leaf_tables;
        if (pt_pages > NEURON_PT_PAGES_MAX) {
            return breaks(NEURON_RULE_PT_PAGES, t);
        }
        if (task_word(f, t, NEURON_TASK_SLOTS) > f->slots - slots) {
            return breaks(NEURON_RULE_SLOT_COUNT, t);
        }
        slots = slots + task_word(f, t, NEURON_TASK_SLOTS);
        if (task_word(f, t, NEURON_TASK_ARENA_PAGES) >
            leaf_tables * (NEURON_BLOCK / NEURON_PAGE) - NEURON_ARENA_OFFSET / NEURON_PAGE - 1) {
            return breaks(NEURON_RULE_ARENA, t);
        }
    }
    return slots == f->slots ? accepted : breaks(NEURON_RULE_SLOT_COUNT, f->tasks);
}

/* The initial bytes must lie in the payload, and fill no more than the extent. */
static int source_ok(const struct facts *f, u64 source, u64 bytes, u64 pages)
{
    if (source == 0) {
        return bytes == 0;
    }
    return source >= NEURON_PAYLOAD_BASE && source < f->payload_end && source % 8 == 0 &&
           bytes <= f->payload_end - source && bytes <= pages * NEURON_PAGE;
}

static struct table_verdict check_memories(const struct facts *f)
{
    u64 end = 0;

    for (u64 m = 0; m < f->memories; m++) {
        u64 phys = memory_word(f, m, NEURON_MEMORY_PHYS);
        u64 pages = memory_word(f, m, NEURON_MEMORY_PAGES);
        u64 flags = memory_word(f, m, NEURON_MEMORY_FLAGS);
        int text = flags % 2 == NEURON_MEMORY_TEXT;
        /* Behind the payload's last block: the kernel maps the payload itself without W. */
        u64 first = text ? NEURON_PAYLOAD_BASE
                         : (f->payload_end + NEURON_BLOCK - 1) / NEURON_BLOCK * NEURON_BLOCK;
        u64 last = text ? f->payload_end : f->ram_end;

        if (phys % NEURON_PAGE != 0 || pages == 0) {
            return breaks(NEURON_RULE_MEMORY_ALIGNED, m);
        }
        if (phys < first || phys >= last || pages > (last - phys) / NEURON_PAGE) {
            return breaks(NEURON_RULE_MEMORY_PLACE, m);
        }
        if (phys < end) {
            return breaks(NEURON_RULE_MEMORY_ORDER, m);
        }
        end = phys + pages * NEURON_PAGE;
        if (flags > NEURON_MEMORY_FLAGS_ALL || (text && flags != NEURON_MEMORY_TEXT)) {
            return breaks(NEURON_RULE_MEMORY_FLAGS, m);
        }
        if (memory_word(f, m, NEURON_MEMORY_OWNER) >= f->tasks) {
            return breaks(NEURON_RULE_MEMORY_OWNER, m);
        }
        if ((text && memory_word(f, m, NEURON_MEMORY_SOURCE) != 0) ||
            !source_ok(f, memory_word(f, m, NEURON_MEMORY_SOURCE),
                       memory_word(f, m, NEURON_MEMORY_SOURCE_BYTES), pages)) {
            return breaks(NEURON_RULE_MEMORY_SOURCE, m);
        }
    }
    return accepted;
}

/* One mapping of an existing task and extent; `floor` is the first address it may begin at. */
static struct table_verdict check_map(struct facts *f, u64 row, u64 floor)
{
    u64 task = map_word(f, row, NEURON_MAP_TASK);
    u64 memory = map_word(f, row, NEURON_MAP_MEMORY);
    u64 va = map_word(f, row, NEURON_MAP_VA);
    u64 prot = map_word(f, row, NEURON_MAP_PROT);
    u64 pages = memory_word(f, memory, NEURON_MEMORY_PAGES);
    u64 flags = memory_word(f, memory, NEURON_MEMORY_FLAGS);

    if (va % NEURON_PAGE != 0 || va < first_map_va(f, task) || va >= end_va(f, task) ||
        pages > (end_va(f, task) - va) / NEURON_PAGE) {
        return breaks(NEURON_RULE_MAP_PLACE, row);
    }
    if (va < floor) {
        return breaks(NEURON_RULE_MAP_ORDER, row);
    }
    if (prot != NEURON_PROT_R && prot != NEURON_PROT_RW && prot != NEURON_PROT_RX) {
        return breaks(NEURON_RULE_MAP_PROT, row);
    }
    if ((prot == NEURON_PROT_RW && flags % 2 == NEURON_MEMORY_TEXT) ||
        (prot == NEURON_PROT_RX && flags % 2 != NEURON_MEMORY_TEXT)) {
        return breaks(NEURON_RULE_MAP_WX, row);
    }
    if (memory_word(f, memory, NEURON_MEMORY_OWNER) != task &&
        (flags & NEURON_MEMORY_SHARED) != NEURON_MEMORY_SHARED) {
        return breaks(NEURON_RULE_MAP_FOREIGN, row);
    }
    if (prot == NEURON_PROT_RX && task_word(f, task, NEURON_TASK_ENTRY) >= va &&
        task_word(f, task, NEURON_TASK_ENTRY) < va + pages * NEURON_PAGE) {
        f->entry_seen = f->entry_seen | (UINT64_C(1) << task);
    }
    if (prot == NEURON_PROT_RW && task_word(f, task, NEURON_TASK_SP) == va + pages * NEURON_PAGE &&
        va > floor) {
        f->stack_seen = f->stack_seen | (UINT64_C(1) << task);
    }
    return accepted;
}

static struct table_verdict check_maps(struct facts *f)
{
    u64 last_task = 0;
    u64 floor = 0; /* end of the task's mapping before this one */

    for (u64 row = 0; row < f->maps; row++) {
        u64 task = map_word(f, row, NEURON_MAP_TASK);
        if (task >= f->tasks || map_word(f, row, NEURON_MAP_MEMORY) >= f->memories) {
            return breaks(NEURON_RULE_MAP_REFERENCE, row);
        }
        if (task < last_task) {
            return breaks(NEURON_RULE_MAP_ORDER, row);
        }
        if (task != last_task) {
            last_task = task;
            floor = 0;
        }
        struct table_verdict verdict = check_map(f, row, floor);
        if (verdict.rule != NEURON_RULE_OK) {
            return verdict;
        }
        floor =
            map_word(f, row, NEURON_MAP_VA) +
            memory_word(f, map_word(f, row, NEURON_MAP_MEMORY), NEURON_MEMORY_PAGES) * NEURON_PAGE;
    }
    for (u64 t = 0; t < f->tasks; t++) {
        if (((f->entry_seen >> t) & 1) != 1) {
            return breaks(NEURON_RULE_ENTRY, t);
        }
        if (((f->stack_seen >> t) & 1) != 1) {
            return breaks(NEURON_RULE_STACK, t);
        }
    }
    return accepted;
}

static struct table_verdict check_port(struct facts *f, u64 row, u64 holder)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 server = slot_word(f, row, NEURON_SLOT_OBJECT);
    u64 badge = slot_word(f, row, NEURON_SLOT_BADGE);
    u64 bits = slot_word(f, row, NEURON_SLOT_BITS);
    u64 kernel_bits = (UINT64_C(1) << NEURON_BIT_FIRST_FREE) - 1;

    if (rights == 0 || (rights & (NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY)) != rights) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (server >= f->tasks || server == holder) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    if (rights % 2 == NEURON_RIGHT_CALL) {
        if (task_word(f, server, NEURON_TASK_LEVEL) <= task_word(f, holder, NEURON_TASK_LEVEL)) {
            return breaks(NEURON_RULE_SLOT_LEVEL, row);
        }
        if (badge <= f->last_badge[server]) {
            return breaks(NEURON_RULE_SLOT_BADGE, row);
        }
        f->last_badge[server] = badge;
    } else if (badge != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if ((rights & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY) {
        if (bits == 0 || (bits & kernel_bits) != 0 || (bits & f->used_bits[server]) != 0) {
            return breaks(NEURON_RULE_SLOT_BITS, row);
        }
        f->used_bits[server] = f->used_bits[server] | bits;
    } else if (bits != 0) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    return accepted;
}

/* A ceiling for device windows: it begins with one declared window and ends with another, or the same,
 * so that nothing outside the bus lies in it. */
static struct table_verdict check_device_ceiling(const struct facts *f, u64 row)
{
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 base = slot_word(f, row, NEURON_SLOT_BASE);
    u64 bytes = slot_word(f, row, NEURON_SLOT_BYTES);

    if ((rights & (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP)) != rights ||
        (rights & NEURON_RIGHT_MAP) != NEURON_RIGHT_MAP) {
        return breaks(NEURON_RULE_SLOT_RIGHTS, row);
    }
    if (slot_word(f, row, NEURON_SLOT_OBJECT) == 0) {
        return breaks(NEURON_RULE_SLOT_OBJECT, row);
    }
    int begins = 0;
    int ends = 0;
    for (u64 w = 0; w < f->windows; w++) {
        u64 window = window_word(f, w, NEURON_WINDOW_BASE);
        if (window == base) {
            begins = 1;
        }
        if (window >= base && window - base + window_word(f, w, NEURON_WINDOW_BYTES) == bytes) {
            ends = 1;
        }
    }
    if (begins && ends) {
        return accepted;
    }
    return breaks(NEURON_RULE_SLOT_BOUNDS, row);
}

static struct table_verdict check_slot(struct facts *f, u64 row, u64 holder)
{
    u64 kind = slot_word(f, row, NEURON_SLOT_KIND);
    u64 rights = slot_word(f, row, NEURON_SLOT_RIGHTS);
    u64 object = slot_word(f, row, NEURON_SLOT_OBJECT);
    int bounded =
        slot_word(f, row, NEURON_SLOT_BASE) != 0 || slot_word(f, row, NEURON_SLOT_BYTES) != 0;
    int badged =
        slot_word(f, row, NEURON_SLOT_BADGE) != 0 || slot_word(f, row, NEURON_SLOT_BITS) != 0;

    if (slot_word(f, row, NEURON_SLOT_OWNER) != holder ||
        slot_word(f, row, NEURON_SLOT_RUNTIME) > 1) {
        return breaks(NEURON_RULE_SLOT_OWNER, row);
    }
    if (slot_word(f, row, NEURON_SLOT_RUNTIME) == 1) {
        if (kind != NEURON_CAP_MMIO) {
            return breaks(NEURON_RULE_SLOT_KIND, row);
        }
        return badged ? breaks(NEURON_RULE_SLOT_UNUSED, row) : check_device_ceiling(f, row);
    }
    if (bounded) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if (kind == NEURON_CAP_PORT) {
        return check_port(f, row, holder);
    }
    if (kind == NEURON_CAP_REGION) {
        if (object >= f->memories) {
            return breaks(NEURON_RULE_SLOT_OBJECT, row);
        }
        return badged || rights != NEURON_RIGHT_READ ? breaks(NEURON_RULE_SLOT_UNUSED, row)
                                                     : accepted;
    }
    if (kind != NEURON_CAP_NONE && kind != NEURON_CAP_CONSOLE && kind != NEURON_CAP_POWER &&
        kind != NEURON_CAP_FACTORY && kind != NEURON_CAP_TASK) {
        return breaks(NEURON_RULE_SLOT_KIND, row);
    }
    if (rights != 0 || object != 0 || badged) {
        return breaks(NEURON_RULE_SLOT_UNUSED, row);
    }
    if ((kind == NEURON_CAP_FACTORY || kind == NEURON_CAP_TASK) && holder != f->init) {
        return breaks(NEURON_RULE_SLOT_AUTHORITY, row);
    }
    return accepted;
}

static struct table_verdict check_slots(struct facts *f)
{
    u64 row = 0;

    for (u64 t = 0; t < f->tasks; t++) {
        u64 end = row + task_word(f, t, NEURON_TASK_SLOTS);
        for (; row < end; row++) {
            struct table_verdict verdict = check_slot(f, row, t);
            if (verdict.rule != NEURON_RULE_OK) {
                return verdict;
            }
        }
    }
    return accepted;
}

static int window_place_ok(u64 base, u64 bytes)
{
    if (base % NEURON_PAGE != 0 || bytes % NEURON_PAGE != 0 || bytes == 0 ||
        bytes > NEURON_WINDOW_PAGES_MAX * NEURON_PAGE || base >= NEURON_RAM_BASE ||
        bytes > NEURON_RAM_BASE - base) {
        return 0;
    }
    for (u32 k = 0; k < KERNEL_DEVICES; k++) {
        if (base < kernel_device[k][1] && base + bytes > kernel_device[k][0]) {
            return 0;
        }
    }
    return 1;
}

static struct table_verdict check_windows(const struct facts *f)
{
    u64 end = 0;
    u64 irqs[NEURON_IRQS_MAX / 64] = {0};

    for (u64 w = 0; w < f->windows; w++) {
        u64 base = window_word(f, w, NEURON_WINDOW_BASE);
        u64 bytes = window_word(f, w, NEURON_WINDOW_BYTES);
        u64 irq = window_word(f, w, NEURON_WINDOW_IRQ);
        u64 transport = window_word(f, w, NEURON_WINDOW_TRANSPORT);
        u64 class = window_word(f, w, NEURON_WINDOW_CLASS);

        if (!window_place_ok(base, bytes)) {
            return breaks(NEURON_RULE_WINDOW_PLACE, w);
        }
        if (base < end) {
            return breaks(NEURON_RULE_WINDOW_ORDER, w);
        }
        end = base + bytes;
        if (irq >= NEURON_IRQS_MAX || irq == KERNEL_UART_IRQ ||
            (irq != 0 && ((irqs[irq / 64] >> (irq % 64)) & 1) == 1)) {
            return breaks(NEURON_RULE_WINDOW_IRQ, w);
        }
        irqs[irq / 64] = irqs[irq / 64] | (UINT64_C(1) << (irq % 64));
        if (!(transport == NEURON_TRANSPORT_VIRTIO_MMIO && class == 0) &&
            !(transport == NEURON_TRANSPORT_FIXED && class != 0)) {
            return breaks(NEURON_RULE_WINDOW_CLASS, w);
        }
    }
    return accepted;
}

struct table_verdict table_validate(const u64 *words, u64 count)
{
    struct table_verdict verdict = check_header(words, count);
    if (verdict.rule != NEURON_RULE_OK) {
        return verdict;
    }

    struct facts f = {
        .words = words,
        .at = table_sections(words),
        .tasks = words[NEURON_TABLE_TASKS],
        .memories = words[NEURON_TABLE_MEMORIES],
        .maps = words[NEURON_TABLE_MAPS],
        .slots = words[NEURON_TABLE_SLOTS],
        .windows = words[NEURON_TABLE_WINDOWS],
        .init = words[NEURON_TABLE_INIT],
        .ram_end = words[NEURON_TABLE_RAM_END],
        .payload_end = words[NEURON_TABLE_PAYLOAD_END],
    };
    verdict = check_tasks(&f);
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = check_memories(&f);
    }
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = check_maps(&f);
    }
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = check_windows(&f);
    }
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = check_slots(&f);
    }
    return verdict;
}
