/* What the parts of the table's check share: the table with its sections found, and what earlier parts
 * learnt. Private to table*.c. */
#ifndef CORE_TABLE_FACTS_H
#define CORE_TABLE_FACTS_H

#include <neuron/abi.h>

#include "table.h"

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

#define ACCEPTED ((struct table_verdict){NEURON_RULE_OK, 0})

static inline struct table_verdict breaks(u32 rule, u64 row)
{
    struct table_verdict verdict = {rule, row};
    return verdict;
}

static inline u64 task_word(const struct facts *f, u64 task, u64 field)
{
    return f->words[f->at.tasks + task * NEURON_TASK_ROW_WORDS + field];
}

static inline u64 memory_word(const struct facts *f, u64 memory, u64 field)
{
    return f->words[f->at.memories + memory * NEURON_MEMORY_ROW_WORDS + field];
}

static inline u64 map_word(const struct facts *f, u64 map, u64 field)
{
    return f->words[f->at.maps + map * NEURON_MAP_ROW_WORDS + field];
}

static inline u64 slot_word(const struct facts *f, u64 slot, u64 field)
{
    return f->words[f->at.slots + slot * NEURON_SLOT_ROW_WORDS + field];
}

static inline u64 window_word(const struct facts *f, u64 window, u64 field)
{
    return f->words[f->at.windows + window * NEURON_WINDOW_ROW_WORDS + field];
}

static inline u64 task_base(u64 task)
{
    return NEURON_USER_BASE + task * NEURON_USER_SPAN;
}

/* First address of the task behind its arena and the guard page that follows it. */
static inline u64 first_map_va(const struct facts *f, u64 task)
{
    return task_base(task) + NEURON_ARENA_OFFSET +
           (task_word(f, task, NEURON_TASK_ARENA_PAGES) + 1) * NEURON_PAGE;
}

static inline u64 end_va(const struct facts *f, u64 task)
{
    return task_base(task) + task_word(f, task, NEURON_TASK_LEAF_TABLES) * NEURON_BLOCK;
}

/* The checks of each section, in the order in which they run: later ones rely on earlier ones. */
struct table_verdict table_check_memories(const struct facts *f);
struct table_verdict table_check_maps(struct facts *f);
struct table_verdict table_check_windows(const struct facts *f);
struct table_verdict table_check_slots(struct facts *f);

#endif
