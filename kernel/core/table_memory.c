/* The check of the table's extents and mappings. */
#include "table_facts.h"

/* The initial bytes must lie in the payload, and fill no more than the extent. */
static int source_ok(const struct facts *f, u64 source, u64 bytes, u64 pages)
{
    if (source == 0) {
        return bytes == 0;
    }
    return source >= NEURON_PAYLOAD_BASE && source < f->payload_end && source % 8 == 0 &&
           bytes <= f->payload_end - source && bytes <= pages * NEURON_PAGE;
}

struct table_verdict table_check_memories(const struct facts *f)
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
    return ACCEPTED;
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
    return ACCEPTED;
}

struct table_verdict table_check_maps(struct facts *f)
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
    return ACCEPTED;
}
