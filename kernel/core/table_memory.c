/* The check of the table's extents and mappings. */
#include "table_facts.h"

/* The initial bytes must lie in the payload, and fill no more than the extent. */
/*@ requires facts_wf(f) && m < f->memories;
    requires memory_at(f->words, m, NEURON_MEMORY_PAGES) <= NEURON_RAM_END_MAX / NEURON_PAGE;
    assigns \nothing;
    ensures sound: \result != 0 ==> rule_memory_source(f->words, m); */
static int source_ok(const struct facts *f, u64 m)
{
    u64 source = memory_word(f, m, NEURON_MEMORY_SOURCE);
    u64 bytes = memory_word(f, m, NEURON_MEMORY_SOURCE_BYTES);
    u64 pages = memory_word(f, m, NEURON_MEMORY_PAGES);

    if (source == 0) {
        return bytes == 0;
    }
    return memory_word(f, m, NEURON_MEMORY_FLAGS) % 2 != NEURON_MEMORY_TEXT &&
           source >= NEURON_PAYLOAD_BASE && source < f->payload_end && source % 8 == 0 &&
           bytes <= f->payload_end - source && bytes <= pages * NEURON_PAGE;
}

/* One extent; `floor` is the first address it may begin at. */
/*@ requires facts_wf(f) && m < f->memories;
    requires \forall integer h; 0 <= h < m ==> memory_end(f->words, h) <= floor;
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> memory_wf(f->words, m);
    ensures floor: \result.rule == NEURON_RULE_OK ==> floor <= memory_end(f->words, m); */
static struct table_verdict check_memory(const struct facts *f, u64 m, u64 floor)
{
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
    //@ assert place: rule_memory_place(f->words, m);
    if (phys < floor) {
        return breaks(NEURON_RULE_MEMORY_ORDER, m);
    }
    //@ assert order: rule_memory_order(f->words, m);
    if (flags > NEURON_MEMORY_FLAGS_ALL || (text && flags != NEURON_MEMORY_TEXT)) {
        return breaks(NEURON_RULE_MEMORY_FLAGS, m);
    }
    if (memory_word(f, m, NEURON_MEMORY_OWNER) >= f->tasks) {
        return breaks(NEURON_RULE_MEMORY_OWNER, m);
    }
    if (!source_ok(f, m)) {
        return breaks(NEURON_RULE_MEMORY_SOURCE, m);
    }
    return ACCEPTED;
}

/* Where an accepted extent ends. */
/*@ requires facts_wf(f) && m < f->memories && memory_wf(f->words, m);
    assigns \nothing;
    ensures \result == memory_end(f->words, m); */
static u64 end_of(const struct facts *f, u64 m)
{
    return memory_word(f, m, NEURON_MEMORY_PHYS) +
           memory_word(f, m, NEURON_MEMORY_PAGES) * NEURON_PAGE;
}

struct table_verdict table_check_memories(const struct facts *f)
{
    u64 floor = 0;

    /*@ loop invariant 0 <= m <= f->memories;
        loop invariant rows: \forall integer i; 0 <= i < m ==> memory_wf(f->words, i);
        loop invariant below: \forall integer i; 0 <= i < m ==> memory_end(f->words, i) <= floor;
        loop assigns m, floor;
        loop variant f->memories - m; */
    for (u64 m = 0; m < f->memories; m++) {
        struct table_verdict verdict = check_memory(f, m, floor);
        if (verdict.rule != NEURON_RULE_OK) {
            return verdict;
        }
        floor = end_of(f, m);
    }
    return ACCEPTED;
}

/* First address of the task behind its arena and the guard page that follows it. */
/*@ requires facts_wf(f) && task < f->tasks && task_wf(f->words, task);
    assigns \nothing;
    ensures \result == first_va(f->words, task); */
static u64 first_map_va(const struct facts *f, u64 task)
{
    return NEURON_USER_BASE + task * NEURON_USER_SPAN + NEURON_ARENA_OFFSET +
           (task_word(f, task, NEURON_TASK_ARENA_PAGES) + 1) * NEURON_PAGE;
}

/*@ requires facts_wf(f) && task < f->tasks && task_wf(f->words, task);
    assigns \nothing;
    ensures \result == last_va(f->words, task); */
static u64 end_va(const struct facts *f, u64 task)
{
    return NEURON_USER_BASE + task * NEURON_USER_SPAN +
           task_word(f, task, NEURON_TASK_LEAF_TABLES) * NEURON_BLOCK;
}

/* The mapping of an existing extent into an existing task: what it covers, and how. */
/*@ requires facts_wf(f) && tasks_wf(f->words) && memories_wf(f->words) && row < f->maps;
    requires rule_map_reference(f->words, row);
    requires \forall integer h; 0 <= h < row ==>
               map_task(f->words, h) <= map_task(f->words, row) &&
               (map_task(f->words, h) == map_task(f->words, row) ==> map_end(f->words, h) <= floor);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> map_wf(f->words, row);
    ensures floor: \result.rule == NEURON_RULE_OK ==> floor <= map_end(f->words, row); */
static struct table_verdict check_map(const struct facts *f, u64 row, u64 floor)
{
    u64 task = map_word(f, row, NEURON_MAP_TASK);
    u64 memory = map_word(f, row, NEURON_MAP_MEMORY);
    u64 va = map_word(f, row, NEURON_MAP_VA);
    u64 prot = map_word(f, row, NEURON_MAP_PROT);
    u64 pages = memory_word(f, memory, NEURON_MEMORY_PAGES);
    u64 flags = memory_word(f, memory, NEURON_MEMORY_FLAGS);
    u64 end = end_va(f, task);

    if (va % NEURON_PAGE != 0 || va < first_map_va(f, task) || va >= end ||
        pages > (end - va) / NEURON_PAGE) {
        return breaks(NEURON_RULE_MAP_PLACE, row);
    }
    if (va < floor) {
        return breaks(NEURON_RULE_MAP_ORDER, row);
    }
    //@ assert order: rule_map_order(f->words, row);
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
    return ACCEPTED;
}

/* Where an accepted mapping ends. */
/*@ requires facts_wf(f) && tasks_wf(f->words) && memories_wf(f->words) && row < f->maps;
    requires map_wf(f->words, row) && task_wf(f->words, map_task(f->words, row));
    assigns \nothing;
    ensures \result == map_end(f->words, row); */
static u64 map_end_of(const struct facts *f, u64 row)
{
    u64 memory = map_word(f, row, NEURON_MAP_MEMORY);
    //@ assert place: rule_map_reference(f->words, row) && rule_map_place(f->words, row);
    //@ assert end: map_end(f->words, row) <= UINT64_MAX;
    u64 va = map_word(f, row, NEURON_MAP_VA);
    u64 pages = memory_word(f, memory, NEURON_MEMORY_PAGES);
    //@ assert va + pages * NEURON_PAGE <= UINT64_MAX;
    return va + pages * NEURON_PAGE;
}

/* Whether the entry point of its task lies in an accepted mapping. */
/*@ requires facts_wf(f) && tasks_wf(f->words) && memories_wf(f->words) && row < f->maps;
    requires map_wf(f->words, row);
    assigns \nothing;
    ensures \result != 0 ==> is_entry(f->words, row, map_task(f->words, row)); */
static int holds_entry(const struct facts *f, u64 row)
{
    u64 entry = task_word(f, map_word(f, row, NEURON_MAP_TASK), NEURON_TASK_ENTRY);
    return map_word(f, row, NEURON_MAP_PROT) == NEURON_PROT_RX &&
           entry >= map_word(f, row, NEURON_MAP_VA) && entry < map_end_of(f, row);
}

/* Whether an accepted mapping is the stack of its task: writable, behind a hole, up to the stack pointer. */
/*@ requires facts_wf(f) && tasks_wf(f->words) && memories_wf(f->words) && row < f->maps;
    requires map_wf(f->words, row);
    requires \forall integer i; 0 <= i < row && map_task(f->words, i) == map_task(f->words, row) ==>
               map_end(f->words, i) <= floor;
    assigns \nothing;
    ensures \result != 0 ==> is_stack(f->words, row, map_task(f->words, row)); */
static int ends_stack(const struct facts *f, u64 row, u64 floor)
{
    u64 sp = task_word(f, map_word(f, row, NEURON_MAP_TASK), NEURON_TASK_SP);
    return map_word(f, row, NEURON_MAP_PROT) == NEURON_PROT_RW && sp == map_end_of(f, row) &&
           map_word(f, row, NEURON_MAP_VA) > floor;
}

struct table_verdict table_check_maps(const struct facts *f)
{
    u64 last_task = 0;
    u64 floor = 0;                         /* end of the task's mapping before this one */
    u8 entry_seen[NEURON_TASKS_MAX] = {0}; /* its entry point lies in an RX mapping */
    u8 stack_seen[NEURON_TASKS_MAX] = {0}; /* its stack pointer ends an RW mapping */

    /*@ loop invariant 0 <= row <= f->maps && last_task < f->tasks;
        loop invariant rows: \forall integer i; 0 <= i < row ==> map_wf(f->words, i);
        loop invariant tasks: \forall integer i; 0 <= i < row ==> map_task(f->words, i) <= last_task;
        loop invariant below: \forall integer i; 0 <= i < row && map_task(f->words, i) == last_task ==>
                         map_end(f->words, i) <= floor;
        loop invariant entries: \forall integer k; 0 <= k < f->tasks && entry_seen[k] == 1 ==>
                         entry_below(f->words, row, k);
        loop invariant stacks: \forall integer k; 0 <= k < f->tasks && stack_seen[k] == 1 ==>
                         \exists integer i; 0 <= i < row && is_stack(f->words, i, k);
        loop assigns row, last_task, floor, entry_seen[0 .. NEURON_TASKS_MAX - 1],
                     stack_seen[0 .. NEURON_TASKS_MAX - 1];
        loop variant f->maps - row; */
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
        if (holds_entry(f, row)) {
            entry_seen[task] = 1;
            //@ assert here: is_entry(f->words, row, task);
            //@ assert found: entry_below(f->words, row + 1, task);
        }
        /*@ assert longer: \forall integer k; entry_below(f->words, row, k) ==>
                     entry_below(f->words, row + 1, k); */
        /*@ assert entry: \forall integer k; 0 <= k < f->tasks && entry_seen[k] == 1 ==>
                     entry_below(f->words, row + 1, k); */
        if (ends_stack(f, row, floor)) {
            stack_seen[task] = 1;
            //@ assert is_stack(f->words, row, task);
        }
        /*@ assert stack: \forall integer k; 0 <= k < f->tasks && stack_seen[k] == 1 ==>
                     \exists integer i; 0 <= i < row + 1 && is_stack(f->words, i, k); */
        floor = map_end_of(f, row);
    }
    /*@ loop invariant 0 <= t <= f->tasks;
        loop invariant starts: \forall integer k; 0 <= k < t ==>
                         rule_entry(f->words, k) && rule_stack(f->words, k);
        loop assigns t;
        loop variant f->tasks - t; */
    for (u64 t = 0; t < f->tasks; t++) {
        if (entry_seen[t] != 1) {
            return breaks(NEURON_RULE_ENTRY, t);
        }
        if (stack_seen[t] != 1) {
            return breaks(NEURON_RULE_STACK, t);
        }
        //@ assert begins: rule_entry(f->words, t);
        //@ assert grows: rule_stack(f->words, t);
    }
    return ACCEPTED;
}
