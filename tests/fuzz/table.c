/*
 * The fuzzer of table_validate(): any words, which begin as the table of a world or as nothing, and are then
 * edited. The table lies in memory without a byte to spare, so that a read beyond it is seen. The verdict names a
 * rule and a row that exists; what is accepted keeps its promises, and boots into a state in which the invariant
 * holds.
 */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "console.h"
#include "crc32c.h"
#include "input.h"
#include "invariant.h"
#include "kernel.h"
#include "machine.h"
#include "promises.h"
#include "table.h"
#include "world.h"

#define SHAPE_RAW 0xffu  /* the records are the words */
#define FLAG_UNSEALED 1u /* the checksum stays as it is */
#define FLAG_SHORT 2u    /* the last words are missing */

enum edit {
    EDIT_SET,
    EDIT_ADD,
    EDIT_FLIP,
    EDIT_ADD_PAGES,
    EDIT_COPY,
    EDIT_REPEAT_ROW,
    EDIT_REMOVE_ROW,
    EDIT_SMALL,
    EDIT_EDGE,
    EDIT_FIELD,
    EDITS
};

static u64 words[WORLD_TABLE_WORDS];
static u64 count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    input_begin();
    return 0;
}

static const u64 row_words[] = {NEURON_TASK_ROW_WORDS, NEURON_MEMORY_ROW_WORDS,
                                NEURON_MAP_ROW_WORDS, NEURON_SLOT_ROW_WORDS,
                                NEURON_WINDOW_ROW_WORDS};

/* Where a row of a section is, as far as the counts can be believed. */
static u64 find_row(u64 section, u64 row)
{
    u64 place = NEURON_TABLE_HEADER_WORDS;

    for (u64 s = 0; s < section; s++) {
        place += words[NEURON_TABLE_TASKS + s] % 1024 * row_words[s];
    }
    u64 rows = words[NEURON_TABLE_TASKS + section] % 1024;
    return place + (rows == 0 ? 0 : row % rows) * row_words[section];
}

static void repeat_row(u64 section, u64 row)
{
    u64 place = find_row(section, row);
    u64 length = row_words[section];

    if (place + length <= count && count + length <= WORLD_TABLE_WORDS) {
        memmove(words + place + length, words + place, (count - place) * sizeof(u64));
        count += length;
        words[NEURON_TABLE_WORDS] += length;
        words[NEURON_TABLE_TASKS + section]++;
    }
}

static void remove_row(u64 section, u64 row)
{
    u64 place = find_row(section, row);
    u64 length = row_words[section];

    if (words[NEURON_TABLE_TASKS + section] > 0 && place + length <= count) {
        memmove(words + place, words + place + length, (count - place - length) * sizeof(u64));
        count -= length;
        words[NEURON_TABLE_WORDS] -= length;
        words[NEURON_TABLE_TASKS + section]--;
    }
}

/* A word of a row becomes any value. */
static void set_field(const u8 *pick, u64 raw)
{
    u64 section = pick[0] % 5;
    u64 place = find_row(section, pick[1]) + pick[2] % row_words[section];

    if (place < count) {
        words[place] = raw;
    }
}

/* Values on both sides of some bound; seeds.py counts them. */
static const u64 edges[] = {
    0,
    1,
    UINT64_MAX,
    UINT64_C(1) << 63,
    UINT64_C(1) << 32,
    NEURON_LEVELS - 1,
    NEURON_LEVELS,
    NEURON_IRQS_MAX - 1,
    NEURON_IRQS_MAX,
    NEURON_USER_SPAN / NEURON_BLOCK + 1,
    NEURON_PT_ENTRIES - NEURON_ARENA_OFFSET / NEURON_PAGE - 1,
    NEURON_PT_ENTRIES - NEURON_ARENA_OFFSET / NEURON_PAGE,
    NEURON_PAGE,
    NEURON_WINDOW_PAGES_MAX *NEURON_PAGE,
    (NEURON_WINDOW_PAGES_MAX + 1) * NEURON_PAGE,
    NEURON_PAYLOAD_BASE,
    NEURON_RAM_BASE,
    NEURON_RAM_BASE - NEURON_PAGE,
    NEURON_RAM_END_MAX,
    NEURON_RAM_END_MAX + NEURON_BLOCK,
    NEURON_KERNEL_BASE,
    NEURON_CAP_KINDS,
    NEURON_USER_BASE,
    10, /* the interrupt of the UART */
    NEURON_TASK_SLOTS_MAX,
    NEURON_TASK_SLOTS_MAX + 1,
    NEURON_MEMORY_DMA,
    NEURON_MEMORY_DMA | NEURON_MEMORY_TEXT,
    NEURON_RIGHT_IRQ,
    NEURON_CAP_DMA,
};

static void edit(const struct record *record)
{
    const u8 *pick = record->pick;
    u64 *word = &words[(pick[0] + 256u * pick[1]) % count];

    switch (record->op % EDITS) {
    case EDIT_SET:
        *word = record->raw;
        break;
    case EDIT_ADD:
        *word += record->raw;
        break;
    case EDIT_FLIP:
        *word ^= UINT64_C(1) << pick[2] % 64;
        break;
    case EDIT_ADD_PAGES:
        *word += (pick[2] - UINT64_C(128)) * NEURON_PAGE;
        break;
    case EDIT_COPY:
        *word = words[(pick[2] + 256u * pick[3]) % count] + pick[4] % 4 * NEURON_PAGE;
        break;
    case EDIT_EDGE:
        *word = edges[pick[2] % (sizeof(edges) / sizeof(edges[0]))];
        break;
    case EDIT_REPEAT_ROW:
        for (u32 n = 0; n <= pick[2] % 128; n++) {
            repeat_row(pick[0] % 5, pick[1]);
        }
        break;
    case EDIT_REMOVE_ROW:
        remove_row(pick[0] % 5, pick[1]);
        break;
    case EDIT_FIELD:
        set_field(pick, record->raw);
        break;
    default:
        *word = pick[2];
        break;
    }
}

static void raw_words(const u8 *data, size_t size)
{
    count = (size - HEADER_BYTES) / sizeof(u64);
    count = count < WORLD_TABLE_WORDS ? count : WORLD_TABLE_WORDS;
    memcpy(words, data + HEADER_BYTES, count * sizeof(u64));
}

static void edited_words(const u8 *data, size_t size)
{
    shape_build(data);
    count = world_table();
    memcpy(words, world.words, count * sizeof(u64));
    for (size_t i = 0; i < records_in(size) && count > 0; i++) {
        struct record record = record_at(data, i);
        edit(&record);
    }
}

static void seal(void)
{
    if (count > NEURON_TABLE_CRC && words[NEURON_TABLE_WORDS] > NEURON_TABLE_CRC &&
        words[NEURON_TABLE_WORDS] <= count) {
        words[NEURON_TABLE_CRC] = crc32c_words(words + NEURON_TABLE_CRC + 1,
                                               words[NEURON_TABLE_WORDS] - NEURON_TABLE_CRC - 1);
    }
}

/* How many rows the section has that a rule is about; 1 for the header. */
static u64 rows_of(u32 rule, const u64 *copy)
{
    if (rule < NEURON_RULE_LEVEL) {
        return 1;
    }
    if (rule == NEURON_RULE_SLOT_COUNT) { /* of a task, or of all */
        return copy[NEURON_TABLE_TASKS] + 1;
    }
    if (rule < NEURON_RULE_MEMORY_ALIGNED || rule == NEURON_RULE_ENTRY ||
        rule == NEURON_RULE_STACK) {
        return copy[NEURON_TABLE_TASKS];
    }
    if (rule < NEURON_RULE_MAP_REFERENCE) {
        return copy[NEURON_TABLE_MEMORIES];
    }
    if (rule < NEURON_RULE_SLOT_OWNER) {
        return copy[NEURON_TABLE_MAPS];
    }
    return copy[rule < NEURON_RULE_WINDOW_PLACE ? NEURON_TABLE_SLOTS : NEURON_TABLE_WINDOWS];
}

static void boots(const u64 *copy)
{
    machine_reset();
    console_reset();
    kernel_boot(copy);
    invariant_begin(copy);
    invariant_check();
    machine.now = machine.timer;
    kernel_timer();
    invariant_check();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
    if (size < HEADER_BYTES) {
        return 0;
    }
    if (data[HEADER_SHAPE] == SHAPE_RAW) {
        raw_words(data, size);
    } else {
        edited_words(data, size);
    }
    if ((data[HEADER_FLAGS] & FLAG_UNSEALED) == 0) {
        seal();
    }
    if ((data[HEADER_FLAGS] & FLAG_SHORT) != 0) {
        u64 missing = data[HEADER_FLAGS + 1];
        count -= missing < count ? missing : count;
    }
    u64 *copy = malloc(count * sizeof(u64) + (count == 0));
    assert_non_null(copy);
    memcpy(copy, words, count * sizeof(u64));
    struct table_verdict verdict = table_validate(copy, count);
    if (verdict.rule == NEURON_RULE_OK) {
        assert_int_equal(verdict.row, 0);
        promises_check(copy);
        if (world_fits(copy)) {
            boots(copy);
        }
    } else {
        assert_in_range(verdict.rule, 1, NEURON_RULES - 1);
        assert_in_range(verdict.row, 0, rows_of(verdict.rule, copy) - 1);
    }
    free(copy);
    return 0;
}
