/* What the parts of the table's check share: the table with its sections found. Private to table*.c. */
#ifndef CORE_TABLE_FACTS_H
#define CORE_TABLE_FACTS_H

#include <neuron/abi.h>

#include "table.h"

/* A table whose header is accepted. */
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
};

/*@ predicate facts_wf{L}(struct facts *f) =
      \valid_read(f) && \valid_read(f->words + (0 .. table_end(f->words) - 1)) &&
      rule_limits(f->words) && rule_extent(f->words) && rule_init(f->words) &&
      f->at.tasks == NEURON_TABLE_HEADER_WORDS && f->at.memories == memories_at(f->words) &&
      f->at.maps == maps_at(f->words) && f->at.slots == slots_at(f->words) &&
      f->at.windows == windows_at(f->words) && f->tasks == f->words[NEURON_TABLE_TASKS] &&
      f->memories == f->words[NEURON_TABLE_MEMORIES] && f->maps == f->words[NEURON_TABLE_MAPS] &&
      f->slots == f->words[NEURON_TABLE_SLOTS] && f->windows == f->words[NEURON_TABLE_WINDOWS] &&
      f->init == f->words[NEURON_TABLE_INIT] && f->ram_end == f->words[NEURON_TABLE_RAM_END] &&
      f->payload_end == f->words[NEURON_TABLE_PAYLOAD_END]; */

#define ACCEPTED ((struct table_verdict){NEURON_RULE_OK, 0})

/*@ assigns \nothing;
    ensures \result.rule == rule && \result.row == row; */
static inline struct table_verdict breaks(u32 rule, u64 row)
{
    struct table_verdict verdict = {rule, row};
    return verdict;
}

/*@ requires facts_wf(f) && task < f->tasks && field < NEURON_TASK_ROW_WORDS;
    assigns \nothing;
    ensures \result == task_at(f->words, task, field); */
static inline u64 task_word(const struct facts *f, u64 task, u64 field)
{
    u64 at = f->at.tasks + task * NEURON_TASK_ROW_WORDS + field;
    //@ assert at == NEURON_TABLE_HEADER_WORDS + task * NEURON_TASK_ROW_WORDS + field;
    return f->words[at];
}

/*@ requires facts_wf(f) && memory < f->memories && field < NEURON_MEMORY_ROW_WORDS;
    assigns \nothing;
    ensures \result == memory_at(f->words, memory, field); */
static inline u64 memory_word(const struct facts *f, u64 memory, u64 field)
{
    u64 at = f->at.memories + memory * NEURON_MEMORY_ROW_WORDS + field;
    //@ assert at == memories_at(f->words) + memory * NEURON_MEMORY_ROW_WORDS + field;
    return f->words[at];
}

/*@ requires facts_wf(f) && map < f->maps && field < NEURON_MAP_ROW_WORDS;
    assigns \nothing;
    ensures \result == map_at(f->words, map, field); */
static inline u64 map_word(const struct facts *f, u64 map, u64 field)
{
    u64 at = f->at.maps + map * NEURON_MAP_ROW_WORDS + field;
    //@ assert at == maps_at(f->words) + map * NEURON_MAP_ROW_WORDS + field;
    return f->words[at];
}

/*@ requires facts_wf(f) && slot < f->slots && field < NEURON_SLOT_ROW_WORDS;
    assigns \nothing;
    ensures \result == slot_at(f->words, slot, field); */
static inline u64 slot_word(const struct facts *f, u64 slot, u64 field)
{
    u64 at = f->at.slots + slot * NEURON_SLOT_ROW_WORDS + field;
    //@ assert at == slots_at(f->words) + slot * NEURON_SLOT_ROW_WORDS + field;
    return f->words[at];
}

/*@ requires facts_wf(f) && window < f->windows && field < NEURON_WINDOW_ROW_WORDS;
    assigns \nothing;
    ensures \result == window_at(f->words, window, field); */
static inline u64 window_word(const struct facts *f, u64 window, u64 field)
{
    u64 at = f->at.windows + window * NEURON_WINDOW_ROW_WORDS + field;
    //@ assert at == windows_at(f->words) + window * NEURON_WINDOW_ROW_WORDS + field;
    return f->words[at];
}

/* The checks of each section, in the order in which they run: later ones rely on earlier ones. */
/*@ requires facts_wf(f);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> memories_wf(f->words); */
struct table_verdict table_check_memories(const struct facts *f);

/*@ requires facts_wf(f) && tasks_wf(f->words) && memories_wf(f->words);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> maps_wf(f->words); */
struct table_verdict table_check_maps(const struct facts *f);

/*@ requires facts_wf(f);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> windows_wf(f->words); */
struct table_verdict table_check_windows(const struct facts *f);

/*@ requires facts_wf(f) && tasks_wf(f->words) && memories_wf(f->words) && windows_wf(f->words);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> slots_wf(f->words); */
struct table_verdict table_check_slots(const struct facts *f);

#endif
