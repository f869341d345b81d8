/* Asks table_validate() about a valid table in which one word was changed. */
#ifndef TEST_VERDICT_H
#define TEST_VERDICT_H

#include "cmocka_all.h"
#include "machine.h"
#include "table.h"
#include "world.h"

#define TASKS NEURON_TABLE_TASKS
#define MEMORIES NEURON_TABLE_MEMORIES
#define MAPS NEURON_TABLE_MAPS
#define SLOTS NEURON_TABLE_SLOTS
#define WINDOWS NEURON_TABLE_WINDOWS

/* The table as it is must be accepted. */
static inline void accepts(void)
{
    u64 words = world_table();
    struct table_verdict verdict = table_validate(world.words, words);

    assert_int_equal(verdict.rule, NEURON_RULE_OK);
    assert_int_equal(verdict.row, 0);
}

/* The sealed table in world.words must be refused with this rule and row. */
static inline void refuses_words(u32 rule, u64 row)
{
    world_seal();
    struct table_verdict verdict = table_validate(world.words, world.words[NEURON_TABLE_WORDS]);

    assert_int_equal(verdict.rule, rule);
    assert_int_equal(verdict.row, row);
}

/* With this word of a row changed, the table must be refused with this rule and this row. */
static inline void refuses(u32 section, u64 row, u32 field, u64 value, u32 rule)
{
    world_table();
    *world_word(section, row, field) = value;
    refuses_words(rule, row);
}

/* With this word of a row changed, the table must still be accepted. */
static inline void allows(u32 section, u64 row, u32 field, u64 value)
{
    world_table();
    *world_word(section, row, field) = value;
    refuses_words(NEURON_RULE_OK, 0);
}

/* The value of a word of the unchanged table. */
static inline u64 word_of(u32 section, u64 row, u32 field)
{
    world_table();
    return *world_word(section, row, field);
}

#endif
