/* The check of the system table: its header and tasks here, the other sections in table_*.c. */
#include "table.h"

#include "crc32c.h"
#include "table_facts.h"

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

/*@ requires \valid_read(words + (0 .. count - 1));
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> header_wf(words, count); */
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
    return ACCEPTED;
}

/*@ requires facts_wf(f);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> tasks_wf(f->words); */
static struct table_verdict check_tasks(const struct facts *f)
{
    u64 pt_pages = 0;
    u64 slots = 0;

    /*@ loop invariant 0 <= t <= f->tasks;
        loop invariant pages: pt_pages == pt_pages_before(f->words, t) <= NEURON_PT_PAGES_MAX;
        loop invariant slots: slots == slots_before(f->words, t) <= f->slots;
        loop invariant rows: \forall integer i; 0 <= i < t ==> task_wf(f->words, i);
        loop assigns t, pt_pages, slots;
        loop variant f->tasks - t; */
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
        if (task_word(f, t, NEURON_TASK_SLOTS) > NEURON_TASK_SLOTS_MAX) {
            return breaks(NEURON_RULE_SLOT_LIMIT, t);
        }
        slots = slots + task_word(f, t, NEURON_TASK_SLOTS);
        if (task_word(f, t, NEURON_TASK_ARENA_PAGES) >
            leaf_tables * (NEURON_BLOCK / NEURON_PAGE) - NEURON_ARENA_OFFSET / NEURON_PAGE - 1) {
            return breaks(NEURON_RULE_ARENA, t);
        }
        //@ assert arena: rule_arena(f->words, t);
        //@ assert sums: rule_pt_pages(f->words, t) && rule_slot_count(f->words, t);
    }
    return slots == f->slots ? ACCEPTED : breaks(NEURON_RULE_SLOT_COUNT, f->tasks);
}

/* Section by section: the later checks rely on what the earlier ones found. */
/*@ requires facts_wf(f);
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==>
              tasks_wf(f->words) && memories_wf(f->words) && maps_wf(f->words) &&
              windows_wf(f->words) && slots_wf(f->words); */
static struct table_verdict check_sections(const struct facts *f)
{
    struct table_verdict verdict = check_tasks(f);

    if (verdict.rule == NEURON_RULE_OK) {
        verdict = table_check_memories(f);
    }
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = table_check_maps(f);
    }
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = table_check_windows(f);
    }
    if (verdict.rule == NEURON_RULE_OK) {
        verdict = table_check_slots(f);
    }
    return verdict;
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
    return check_sections(&f);
}
