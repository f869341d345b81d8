/* table_validate(): header, tasks, extents and mappings; each rule from both sides of its bound. */
#include "verdict.h"

static u32 init, task, other;
static u64 text_row, data_row, shared_row; /* extents, as rows of the table */
static u64 text_map, stack_map, data_map,
    foreign; /* mappings of `task`, in this order, then `other` */

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(40);
    task = world_task(20);
    other = world_task(10);
    u32 data = world_extent(task, 2, 0, 100);
    u32 shared = world_extent(task, 1, NEURON_MEMORY_SHARED, 0);
    world_map(task, data, NEURON_PROT_RW);
    world_map(other, shared, NEURON_PROT_R);
    text_row = task;
    data_row = 3 + 3;
    shared_row = 3 + 4;
    text_map = 2;
    stack_map = 3;
    data_map = 4;
    foreign = 7;
    accepts();
    return 0;
}

static void header(u32 word, u64 value, u32 rule)
{
    world_table();
    world.words[word] = value;
    world_seal();
    struct table_verdict verdict = table_validate(world.words, WORLD_TABLE_WORDS);
    assert_int_equal(verdict.rule, rule);
    assert_int_equal(verdict.row, 0);
}

static void magic_version_and_checksum_are_checked(void **state)
{
    (void)state;
    header(NEURON_TABLE_MAGIC_WORD, NEURON_TABLE_MAGIC + 1, NEURON_RULE_MAGIC);
    header(NEURON_TABLE_VERSION_WORD, 0, NEURON_RULE_VERSION);
    header(NEURON_TABLE_VERSION_WORD, NEURON_TABLE_VERSION + 1, NEURON_RULE_VERSION);
    u64 words = world_table();
    for (u32 bit = 0; bit < 64; bit++) {
        world.words[NEURON_TABLE_CRC] ^= UINT64_C(1) << bit;
        assert_int_equal(table_validate(world.words, words).rule, NEURON_RULE_CHECKSUM);
        world.words[NEURON_TABLE_CRC] ^= UINT64_C(1) << bit;
    }
    for (u64 w = NEURON_TABLE_RAM_END; w < words; w++) {
        world.words[w] ^= UINT64_C(1) << (w % 64);
        assert_int_equal(table_validate(world.words, words).rule, NEURON_RULE_CHECKSUM);
        world.words[w] ^= UINT64_C(1) << (w % 64);
    }
}

static void table_shorter_than_it_says_is_truncated(void **state)
{
    (void)state;
    u64 words = world_table();
    for (u64 count = 0; count < words; count++) {
        assert_int_equal(table_validate(world.words, count).rule, NEURON_RULE_TRUNCATED);
    }
    assert_int_equal(table_validate(world.words, words + 1).rule, NEURON_RULE_OK);
    world.words[NEURON_TABLE_WORDS] = NEURON_TABLE_HEADER_WORDS - 1;
    assert_int_equal(table_validate(world.words, words).rule, NEURON_RULE_TRUNCATED);
    world.words[NEURON_TABLE_WORDS] = UINT64_MAX;
    assert_int_equal(table_validate(world.words, words).rule, NEURON_RULE_TRUNCATED);
}

static void counts_must_fill_the_table_and_keep_their_limits(void **state)
{
    static const u64 maxima[] = {NEURON_TASKS_MAX, NEURON_MEMORIES_MAX, NEURON_MAPS_MAX,
                                 NEURON_SLOTS_MAX, NEURON_WINDOWS_MAX};
    (void)state;

    for (u32 i = 0; i < 5; i++) {
        u32 word = NEURON_TABLE_TASKS + i;
        world_table();
        u64 count = world.words[word];
        header(word, count + 1, NEURON_RULE_COUNTS);
        header(word, count - 1, NEURON_RULE_COUNTS);
        header(word, maxima[i] + 1, NEURON_RULE_COUNTS);
        header(word, UINT64_MAX, NEURON_RULE_COUNTS);
        header(word, UINT64_C(1) << 63, NEURON_RULE_COUNTS);
    }
    header(NEURON_TABLE_TASKS, 0, NEURON_RULE_COUNTS);
    world_table();
    header(NEURON_TABLE_WORDS, world.words[NEURON_TABLE_WORDS] + 1, NEURON_RULE_COUNTS);
}

/* One beyond a limit is refused even if the sections do fill the table. */
static void one_row_too_many_is_refused(void **state)
{
    (void)state;
    for (u32 i = 0; i <= NEURON_WINDOWS_MAX; i++) {
        world_begin();
        world_task(1);
        for (u32 w = 0; w < i && w < NEURON_WINDOWS_MAX; w++) {
            world_window(0x10001000 + w * (u64)NEURON_PAGE, 0);
        }
        accepts();
    }
    u64 words = world_table();
    world.words[NEURON_TABLE_WINDOWS]++;
    world.words[NEURON_TABLE_WORDS] = words + NEURON_WINDOW_ROW_WORDS;
    refuses_words(NEURON_RULE_COUNTS, 0);
}

static void ram_and_payload_must_have_possible_bounds(void **state)
{
    (void)state;
    header(NEURON_TABLE_PAYLOAD_END, FAKE_PAYLOAD_END + 8, NEURON_RULE_EXTENT);
    header(NEURON_TABLE_PAYLOAD_END, NEURON_PAYLOAD_BASE, NEURON_RULE_EXTENT);
    header(NEURON_TABLE_PAYLOAD_END, 0, NEURON_RULE_EXTENT);
    header(NEURON_TABLE_PAYLOAD_END, FAKE_RAM_BASE + NEURON_BLOCK + NEURON_PAGE,
           NEURON_RULE_EXTENT);
    header(NEURON_TABLE_RAM_END, FAKE_RAM_BASE + NEURON_PAGE, NEURON_RULE_EXTENT);
    header(NEURON_TABLE_RAM_END, NEURON_RAM_END_MAX, NEURON_RULE_OK);
    header(NEURON_TABLE_RAM_END, NEURON_RAM_END_MAX + (u64)NEURON_BLOCK, NEURON_RULE_EXTENT);
    header(NEURON_TABLE_RAM_END, 0, NEURON_RULE_EXTENT);
}

static void init_must_be_a_task(void **state)
{
    (void)state;
    header(NEURON_TABLE_INIT, 3, NEURON_RULE_INIT);
    header(NEURON_TABLE_INIT, UINT64_MAX, NEURON_RULE_INIT);
    header(NEURON_TABLE_INIT, UINT64_C(1) << 32, NEURON_RULE_INIT);
}

static void task_rows_are_checked(void **state)
{
    (void)state;
    refuses(TASKS, task, NEURON_TASK_LEVEL, 64, NEURON_RULE_LEVEL);
    refuses(TASKS, task, NEURON_TASK_LEVEL, UINT64_MAX, NEURON_RULE_LEVEL);
    allows(TASKS, task, NEURON_TASK_LEVEL, 63);
    refuses(TASKS, task, NEURON_TASK_LEAF_TABLES, 0, NEURON_RULE_LEAF_TABLES);
    refuses(TASKS, task, NEURON_TASK_LEAF_TABLES, 129, NEURON_RULE_LEAF_TABLES);
    allows(TASKS, task, NEURON_TASK_LEAF_TABLES, 128);
    refuses(TASKS, task, NEURON_TASK_SLOTS, 6, NEURON_RULE_SLOT_COUNT);
    refuses(TASKS, task, NEURON_TASK_SLOTS, UINT64_MAX, NEURON_RULE_SLOT_COUNT);
    refuses(TASKS, other, NEURON_TASK_ARENA_PAGES, 507, NEURON_RULE_ARENA);
    refuses(TASKS, other, NEURON_TASK_ARENA_PAGES, UINT64_MAX, NEURON_RULE_ARENA);
    refuses(TASKS, task, NEURON_TASK_ENTRY, 0, NEURON_RULE_ENTRY);
    u64 text = word_of(MAPS, text_map, NEURON_MAP_VA);
    allows(TASKS, task, NEURON_TASK_ENTRY, text);
    allows(TASKS, task, NEURON_TASK_ENTRY, text + NEURON_PAGE - 2);
    refuses(TASKS, task, NEURON_TASK_ENTRY, text - 1, NEURON_RULE_ENTRY);
    refuses(TASKS, task, NEURON_TASK_ENTRY, text + NEURON_PAGE, NEURON_RULE_ENTRY);
    refuses(TASKS, task, NEURON_TASK_ENTRY, word_of(MAPS, 0, NEURON_MAP_VA), NEURON_RULE_ENTRY);
    refuses(TASKS, task, NEURON_TASK_ENTRY, word_of(MAPS, data_map, NEURON_MAP_VA),
            NEURON_RULE_ENTRY);
}

/* With 506 pages the arena and its guard fill the block: it is fine, but no mapping fits. */
static void arena_may_fill_the_task(void **state)
{
    (void)state;
    world_table();
    *world_word(TASKS, other, NEURON_TASK_ARENA_PAGES) = 506;
    refuses_words(NEURON_RULE_MAP_PLACE, 5);
}

static void slots_must_add_up(void **state)
{
    (void)state;
    world_table();
    *world_word(TASKS, other, NEURON_TASK_SLOTS) = 0;
    refuses_words(NEURON_RULE_SLOT_COUNT, 3);
}

static void stack_must_end_a_writable_mapping_with_a_guard(void **state)
{
    (void)state;
    u64 stack = word_of(MAPS, stack_map, NEURON_MAP_VA);
    u64 text = word_of(MAPS, text_map, NEURON_MAP_VA);
    refuses(TASKS, task, NEURON_TASK_SP, stack + NEURON_PAGE - 16, NEURON_RULE_STACK);
    refuses(TASKS, task, NEURON_TASK_SP, stack, NEURON_RULE_STACK);
    refuses(TASKS, task, NEURON_TASK_SP, text + NEURON_PAGE, NEURON_RULE_STACK);
    refuses(TASKS, task, NEURON_TASK_SP, 0, NEURON_RULE_STACK);
    allows(TASKS, task, NEURON_TASK_SP,
           word_of(MAPS, data_map, NEURON_MAP_VA) + 2 * (u64)NEURON_PAGE);
    world_table();
    *world_word(MAPS, stack_map, NEURON_MAP_VA) = text + NEURON_PAGE;
    *world_word(TASKS, task, NEURON_TASK_SP) = text + 2 * (u64)NEURON_PAGE;
    refuses_words(NEURON_RULE_STACK, task);
    world_table();
    *world_word(MAPS, stack_map, NEURON_MAP_PROT) = NEURON_PROT_R;
    refuses_words(NEURON_RULE_STACK, task);
}

static void page_tables_have_a_limit(void **state)
{
    (void)state;
    world_begin();
    for (u32 t = 0; t < 8; t++) {
        world_task(t);
        world.tasks[t][NEURON_TASK_LEAF_TABLES] = 126; /* 128 pages each with root and middle */
    }
    accepts();
    refuses(TASKS, 7, NEURON_TASK_LEAF_TABLES, 127, NEURON_RULE_PT_PAGES);
}

static void extents_are_pages_in_the_memory_of_their_kind(void **state)
{
    (void)state;
    u64 phys = word_of(MEMORIES, data_row, NEURON_MEMORY_PHYS);
    refuses(MEMORIES, data_row, NEURON_MEMORY_PHYS, phys + 8, NEURON_RULE_MEMORY_ALIGNED);
    refuses(MEMORIES, data_row, NEURON_MEMORY_PAGES, 0, NEURON_RULE_MEMORY_ALIGNED);
    refuses(MEMORIES, text_row, NEURON_MEMORY_PHYS, NEURON_PAYLOAD_BASE - NEURON_PAGE,
            NEURON_RULE_MEMORY_PLACE);
    refuses(MEMORIES, text_row, NEURON_MEMORY_PHYS, FAKE_PAYLOAD_END, NEURON_RULE_MEMORY_PLACE);
    allows(MEMORIES, 2, NEURON_MEMORY_PHYS, FAKE_PAYLOAD_END - NEURON_PAGE);
    allows(MEMORIES, 0, NEURON_MEMORY_PHYS, NEURON_PAYLOAD_BASE);
    refuses(MEMORIES, 3, NEURON_MEMORY_PHYS, FAKE_RAM_BASE - NEURON_PAGE, NEURON_RULE_MEMORY_PLACE);
    u64 end = FAKE_RAM_BASE + NEURON_BLOCK;
    allows(MEMORIES, shared_row, NEURON_MEMORY_PHYS, end - NEURON_PAGE);
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PHYS, end, NEURON_RULE_MEMORY_PLACE);
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PHYS, UINT64_MAX - NEURON_PAGE + 1,
            NEURON_RULE_MEMORY_PLACE);
    u64 left = (end - word_of(MEMORIES, shared_row, NEURON_MEMORY_PHYS)) / NEURON_PAGE;
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PAGES, left + 1, NEURON_RULE_MEMORY_PLACE);
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PAGES, UINT64_C(1) << 52, NEURON_RULE_MEMORY_PLACE);
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PAGES, UINT64_MAX, NEURON_RULE_MEMORY_PLACE);
}

static void extents_are_sorted_and_disjoint(void **state)
{
    (void)state;
    u64 phys = word_of(MEMORIES, shared_row, NEURON_MEMORY_PHYS);
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PHYS, phys - NEURON_PAGE, NEURON_RULE_MEMORY_ORDER);
    refuses(MEMORIES, shared_row, NEURON_MEMORY_PHYS, FAKE_RAM_BASE, NEURON_RULE_MEMORY_ORDER);
    world_table();
    *world_word(MEMORIES, data_row, NEURON_MEMORY_PAGES) = 3;
    refuses_words(NEURON_RULE_MEMORY_ORDER, shared_row);
}

static void extent_flags_owner_and_source_are_checked(void **state)
{
    (void)state;
    refuses(MEMORIES, data_row, NEURON_MEMORY_FLAGS, 16, NEURON_RULE_MEMORY_FLAGS);
    allows(MEMORIES, data_row, NEURON_MEMORY_FLAGS, NEURON_MEMORY_DMA | NEURON_MEMORY_SHARED);
    refuses(MEMORIES, data_row, NEURON_MEMORY_FLAGS, UINT64_C(1) << 40, NEURON_RULE_MEMORY_FLAGS);
    refuses(MEMORIES, text_row, NEURON_MEMORY_FLAGS, 3, NEURON_RULE_MEMORY_FLAGS);
    refuses(MEMORIES, text_row, NEURON_MEMORY_FLAGS, 5, NEURON_RULE_MEMORY_FLAGS);
    refuses(MEMORIES, text_row, NEURON_MEMORY_FLAGS, 9, NEURON_RULE_MEMORY_FLAGS);
    allows(MEMORIES, data_row, NEURON_MEMORY_FLAGS, NEURON_MEMORY_SHARED | NEURON_MEMORY_KEEP);
    refuses(MEMORIES, data_row, NEURON_MEMORY_OWNER, 3, NEURON_RULE_MEMORY_OWNER);
    refuses(MEMORIES, data_row, NEURON_MEMORY_OWNER, UINT64_MAX, NEURON_RULE_MEMORY_OWNER);

    u32 source = NEURON_MEMORY_SOURCE;
    u32 bytes = NEURON_MEMORY_SOURCE_BYTES;
    refuses(MEMORIES, data_row, source, 0, NEURON_RULE_MEMORY_SOURCE);
    refuses(MEMORIES, data_row, source, NEURON_PAYLOAD_BASE - 8, NEURON_RULE_MEMORY_SOURCE);
    allows(MEMORIES, data_row, source, NEURON_PAYLOAD_BASE);
    refuses(MEMORIES, data_row, source, NEURON_PAYLOAD_BASE + 4, NEURON_RULE_MEMORY_SOURCE);
    allows(MEMORIES, data_row, source, FAKE_PAYLOAD_END - 104);
    refuses(MEMORIES, data_row, source, FAKE_PAYLOAD_END - 96, NEURON_RULE_MEMORY_SOURCE);
    refuses(MEMORIES, data_row, source, FAKE_PAYLOAD_END, NEURON_RULE_MEMORY_SOURCE);
    allows(MEMORIES, data_row, bytes, 2 * NEURON_PAGE);
    refuses(MEMORIES, data_row, bytes, 2 * NEURON_PAGE + 1, NEURON_RULE_MEMORY_SOURCE);
    refuses(MEMORIES, data_row, bytes, UINT64_MAX, NEURON_RULE_MEMORY_SOURCE);
    refuses(MEMORIES, shared_row, bytes, 1, NEURON_RULE_MEMORY_SOURCE);
    refuses(MEMORIES, text_row, source, NEURON_PAYLOAD_BASE, NEURON_RULE_MEMORY_SOURCE);
    refuses(MEMORIES, text_row, bytes, 1, NEURON_RULE_MEMORY_SOURCE);
}

static void mappings_name_what_exists_in_order(void **state)
{
    (void)state;
    refuses(MAPS, data_map, NEURON_MAP_TASK, 3, NEURON_RULE_MAP_REFERENCE);
    refuses(MAPS, data_map, NEURON_MAP_MEMORY, 8, NEURON_RULE_MAP_REFERENCE);
    refuses(MAPS, data_map, NEURON_MAP_MEMORY, UINT64_MAX, NEURON_RULE_MAP_REFERENCE);
    refuses(MAPS, data_map, NEURON_MAP_TASK, 0, NEURON_RULE_MAP_ORDER);
    u64 stack = word_of(MAPS, stack_map, NEURON_MAP_VA);
    refuses(MAPS, data_map, NEURON_MAP_VA, stack, NEURON_RULE_MAP_ORDER);
    refuses(MAPS, data_map, NEURON_MAP_VA, stack - NEURON_PAGE, NEURON_RULE_MAP_ORDER);
    allows(MAPS, data_map, NEURON_MAP_VA, stack + NEURON_PAGE);
}

static void mappings_lie_in_the_addresses_of_the_task(void **state)
{
    (void)state;
    u64 base = NEURON_USER_BASE + NEURON_USER_SPAN;
    u64 va = word_of(MAPS, data_map, NEURON_MAP_VA);
    refuses(MAPS, data_map, NEURON_MAP_VA, va + 8, NEURON_RULE_MAP_PLACE);
    allows(MAPS, data_map, NEURON_MAP_VA, base + NEURON_BLOCK - 2 * NEURON_PAGE);
    refuses(MAPS, data_map, NEURON_MAP_VA, base + NEURON_BLOCK - NEURON_PAGE,
            NEURON_RULE_MAP_PLACE);
    refuses(MAPS, data_map, NEURON_MAP_VA, base + NEURON_BLOCK, NEURON_RULE_MAP_PLACE);
    refuses(MAPS, data_map, NEURON_MAP_VA, base + NEURON_USER_SPAN, NEURON_RULE_MAP_PLACE);
    refuses(MAPS, data_map, NEURON_MAP_VA, UINT64_MAX - NEURON_PAGE + 1, NEURON_RULE_MAP_PLACE);
    refuses(MAPS, text_map, NEURON_MAP_VA, base + NEURON_ARENA_OFFSET, NEURON_RULE_MAP_PLACE);
    refuses(MAPS, text_map, NEURON_MAP_VA, base + NEURON_IN_OFFSET, NEURON_RULE_MAP_PLACE);
    world_table();
    *world_word(MAPS, text_map, NEURON_MAP_VA) = base + NEURON_ARENA_OFFSET + NEURON_PAGE;
    *world_word(TASKS, task, NEURON_TASK_ENTRY) = base + NEURON_ARENA_OFFSET + NEURON_PAGE;
    refuses_words(NEURON_RULE_OK, 0);
    *world_word(TASKS, task, NEURON_TASK_ARENA_PAGES) = 1;
    refuses_words(NEURON_RULE_MAP_PLACE, text_map);
}

static void nothing_is_writable_and_executable(void **state)
{
    (void)state;
    for (u64 prot = 0; prot < 9; prot++) {
        int known = prot == NEURON_PROT_R || prot == NEURON_PROT_RW || prot == NEURON_PROT_RX;
        if (!known) {
            refuses(MAPS, data_map, NEURON_MAP_PROT, prot, NEURON_RULE_MAP_PROT);
        }
    }
    refuses(MAPS, data_map, NEURON_MAP_PROT, UINT64_C(1) << 32 | 1, NEURON_RULE_MAP_PROT);
    refuses(MAPS, data_map, NEURON_MAP_PROT, NEURON_PROT_RX, NEURON_RULE_MAP_WX);
    refuses(MAPS, text_map, NEURON_MAP_PROT, NEURON_PROT_RW, NEURON_RULE_MAP_WX);
    allows(MAPS, data_map, NEURON_MAP_PROT, NEURON_PROT_R);
}

static void extents_of_others_are_mapped_only_if_shared(void **state)
{
    (void)state;
    allows(MAPS, foreign, NEURON_MAP_PROT, NEURON_PROT_RW);
    refuses(MAPS, foreign, NEURON_MAP_MEMORY, data_row, NEURON_RULE_MAP_FOREIGN);
    refuses(MAPS, foreign, NEURON_MAP_MEMORY, text_row, NEURON_RULE_MAP_FOREIGN);
    world_table();
    *world_word(MEMORIES, shared_row, NEURON_MEMORY_FLAGS) = NEURON_MEMORY_KEEP;
    refuses_words(NEURON_RULE_MAP_FOREIGN, foreign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(magic_version_and_checksum_are_checked, set_up),
        cmocka_unit_test_setup(table_shorter_than_it_says_is_truncated, set_up),
        cmocka_unit_test_setup(counts_must_fill_the_table_and_keep_their_limits, set_up),
        cmocka_unit_test(one_row_too_many_is_refused),
        cmocka_unit_test_setup(ram_and_payload_must_have_possible_bounds, set_up),
        cmocka_unit_test_setup(init_must_be_a_task, set_up),
        cmocka_unit_test_setup(task_rows_are_checked, set_up),
        cmocka_unit_test_setup(arena_may_fill_the_task, set_up),
        cmocka_unit_test_setup(slots_must_add_up, set_up),
        cmocka_unit_test_setup(stack_must_end_a_writable_mapping_with_a_guard, set_up),
        cmocka_unit_test(page_tables_have_a_limit),
        cmocka_unit_test_setup(extents_are_pages_in_the_memory_of_their_kind, set_up),
        cmocka_unit_test_setup(extents_are_sorted_and_disjoint, set_up),
        cmocka_unit_test_setup(extent_flags_owner_and_source_are_checked, set_up),
        cmocka_unit_test_setup(mappings_name_what_exists_in_order, set_up),
        cmocka_unit_test_setup(mappings_lie_in_the_addresses_of_the_task, set_up),
        cmocka_unit_test_setup(nothing_is_writable_and_executable, set_up),
        cmocka_unit_test_setup(extents_of_others_are_mapped_only_if_shared, set_up),
    };
    return cmocka_run_group_tests_name("table: tasks, extents, mappings", tests, NULL, NULL);
}
