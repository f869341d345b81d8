/* statefs keeps its promises: values, limits, v1 images, and what it says of damage. */
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "core/crc32c.h"
#include "crc32c.h"
#include "disk.h"
#include "parts.h"

static struct disk disk;
static struct statefs fs;
static uint8_t big[STATEFS_VALUE_MAX + 1];
static uint8_t got[STATEFS_VALUE_MAX];

static int fresh(void **state)
{
    (void)state;
    disk_reset(&disk);
    struct statefs_disk on = disk_of(&disk);
    return statefs_mkfs(&fs, &on, false);
}

static void reopen(void)
{
    struct statefs_disk on = disk_of(&disk);
    assert_int_equal(statefs_open(&fs, &on), STATEFS_OK);
}

static void expect(const char *key, const void *value, uint32_t length)
{
    uint32_t size = 0;
    assert_int_equal(statefs_get(&fs, key, got, sizeof(got), &size), STATEFS_OK);
    assert_int_equal(size, length);
    assert_memory_equal(got, value, length);
}

static void crc_is_castagnoli(void **state)
{
    (void)state;
    assert_int_equal((uint32_t)~crc32c_more(CRC32C_START, "123456789", 9), 0xe3069283u);
}

static void synced_value_survives_reopen(void **state)
{
    (void)state;
    assert_int_equal(statefs_put(&fs, "/state/a", "one", 3), STATEFS_OK);
    uint64_t first = statefs_list(&fs, "/state/", 0)->sequence;
    assert_int_equal(statefs_delete(&fs, "/state/a"), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/a", "two", 3), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    reopen();
    expect("/state/a", "two", 3);
    assert_true(statefs_list(&fs, "/state/", 0)->sequence > first);
    assert_false(fs.damaged);
}

static void one_commit_is_one_write_and_one_flush(void **state)
{
    (void)state;
    assert_int_equal(statefs_put(&fs, "/state/a", "1", 1), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    uint32_t writes = disk.writes;
    uint32_t flushes = disk.flushes;
    struct statefs_operation operations[] = {{"/state/b", "2", 1}, {"/state/a", NULL, 0}};
    assert_int_equal(statefs_commit(&fs, operations, 2), STATEFS_OK);
    assert_int_equal(disk.writes - writes, 1);
    assert_int_equal(disk.flushes - flushes, 1);
}

static void keys_and_values_have_bounds(void **state)
{
    (void)state;
    char key[STATEFS_KEY_MAX + 2];
    memset(key, 'k', sizeof(key));
    memcpy(key, "/state/", 7);
    key[STATEFS_KEY_MAX + 1] = 0;
    assert_int_equal(statefs_put(&fs, key, "", 0), STATEFS_KEY_TOO_LONG);
    key[STATEFS_KEY_MAX] = 0;
    assert_int_equal(statefs_put(&fs, key, "", 0), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/v", big, STATEFS_VALUE_MAX + 1),
                     STATEFS_VALUE_TOO_LARGE);
    assert_int_equal(statefs_put(&fs, "/state/../x", "", 0), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_put(&fs, "/state//x", "", 0), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_put(&fs, "/state/x/", "", 0), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_put(&fs, "/state/./x", "", 0), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_put(&fs, "/other/x", "", 0), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_delete(&fs, "/state/none"), STATEFS_NOT_FOUND);
}

static void full_disk_refuses_and_keeps_all(void **state)
{
    (void)state;
    char key[32];
    uint32_t keys = 0;
    enum statefs_status status = STATEFS_OK;
    for (; status == STATEFS_OK; keys++) {
        snprintf(key, sizeof(key), "/state/%u", keys);
        status = statefs_put(&fs, key, big, 3000);
    }
    assert_int_equal(status, STATEFS_NO_SPACE);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    reopen();
    assert_int_equal(fs.count, keys - 1);
    assert_int_equal(statefs_delete(&fs, "/state/0"), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/0", big, 3000), STATEFS_OK);
}

static void foreign_disk_is_never_formatted(void **state)
{
    (void)state;
    disk_reset(&disk);
    disk.image[0][7] = 1;
    struct statefs_disk on = disk_of(&disk);
    assert_int_equal(statefs_open(&fs, &on), STATEFS_FOREIGN);
    assert_int_equal(statefs_mkfs(&fs, &on, false), STATEFS_FOREIGN);
    assert_int_equal(disk.writes, 0);
    assert_int_equal(statefs_mkfs(&fs, &on, true), STATEFS_OK);
}

static void v1_image_is_read_and_migrated_on_first_write(void **state)
{
    (void)state;
    static const uint8_t head[] = {0x46, 0x53, 0x58, 0x4e, 1, 8, 0, 2, 0, 0, 0};
    disk_reset(&disk);
    uint8_t *to = disk.image[0];
    static const uint8_t record[] = "/state/ahi";
    memcpy(to, head, sizeof(head));
    memcpy(to + 11, record, sizeof(record) - 1);
    uint32_t crc = ~crc32c_more(CRC32C_START, to, 21);
    memcpy(to + 21, &crc, 4);
    reopen();
    expect("/state/a", "hi", 2);
    assert_int_equal(disk.writes, 0);
    assert_int_equal(statefs_put(&fs, "/state/b", "x", 1), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    reopen();
    assert_false(fs.log.v1);
    expect("/state/a", "hi", 2);
    expect("/state/b", "x", 1);
}

/* The disk is well again, but what was lost is not known. */
static void expect_read_only(void)
{
    const uint32_t writes = disk.writes;
    const struct statefs_operation operation = {"/state/c", "3", 1};
    disk.fails_after = -1;
    assert_int_equal(statefs_sync(&fs), STATEFS_READ_ONLY);
    assert_int_equal(statefs_delete(&fs, "/state/a"), STATEFS_READ_ONLY);
    assert_int_equal(statefs_commit(&fs, &operation, 1), STATEFS_READ_ONLY);
    assert_int_equal(statefs_compact(&fs), STATEFS_READ_ONLY);
    assert_int_equal(disk.writes, writes);
}

static void failed_write_makes_it_read_only(void **state)
{
    (void)state;
    assert_int_equal(statefs_put(&fs, "/state/a", "1", 1), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    disk.fails_after = 0;
    assert_int_equal(statefs_put(&fs, "/state/b", "2", 1), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_IO_ERROR);
    expect_read_only();
    expect("/state/a", "1", 1);
}

/* The write that a sync would need has failed before it. */
static void sync_after_a_failed_put_does_not_succeed(void **state)
{
    (void)state;
    assert_int_equal(statefs_put(&fs, "/state/a", "1", 1), STATEFS_OK);
    disk.fails_after = 0;
    assert_int_equal(statefs_put(&fs, "/state/b", big, STATEFS_BLOCK), STATEFS_IO_ERROR);
    expect_read_only();
    reopen();
    assert_int_equal(fs.count, 0);
}

static void trailing_slash_is_removed(void **state)
{
    (void)state;
    char key[STATEFS_KEY_MAX + 1];
    char path[STATEFS_KEY_MAX + 3];
    assert_int_equal(statefs_key("/state/a/", key), STATEFS_OK);
    assert_string_equal(key, "/state/a");
    assert_int_equal(statefs_key("/state/a", key), STATEFS_OK);
    assert_string_equal(key, "/state/a");
    assert_int_equal(statefs_key("/state/a//", key), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_key("/state/", key), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_key("/", key), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_key("", key), STATEFS_INVALID_KEY);
    memset(path, 'k', sizeof(path));
    path[stpcpy(path, "/state/") - path] = 'k';
    memcpy(path + STATEFS_KEY_MAX, "/", 2);
    assert_int_equal(statefs_key(path, key), STATEFS_OK);
    assert_int_equal(strlen(key), STATEFS_KEY_MAX);
    memcpy(path + STATEFS_KEY_MAX, "k/", 3);
    assert_int_equal(statefs_key(path, key), STATEFS_KEY_TOO_LONG);
}

static void keys_are_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"\x7f",         "\xc2\x80",         "\xdf\xbf",
                                       "\xe0\xa0\x80", "\xed\x9f\xbf",     "\xee\x80\x80",
                                       "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2/",
                                      "\xe0\x9f\xbf",
                                      "\xe2\x82",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xf8\x88\x80\x80\x80",
                                      "\xff"};
    char path[32];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(path, sizeof(path), "/state/%s", good[i]);
        assert_int_equal(statefs_put(&fs, path, "", 0), STATEFS_OK);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(path, sizeof(path), "/state/%s", bad[i]);
        assert_int_equal(statefs_put(&fs, path, "", 0), STATEFS_INVALID_KEY);
    }
}

/* What is open was replayed: each block of the log and both superblocks, none twice. */
static void opening_reads_each_block_once(void **state)
{
    (void)state;
    char key[32];
    for (uint32_t i = 0; i < 30; i++) {
        snprintf(key, sizeof(key), "/state/%u", i % 7);
        assert_int_equal(statefs_put(&fs, key, big, 1000 + 37 * i), STATEFS_OK);
    }
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    uint32_t blocks = (uint32_t)(fs.tail / STATEFS_BLOCK) + 1;
    assert_true(blocks > 10);
    disk.reads = 0;
    reopen();
    assert_int_equal(disk.reads, blocks + 2);
}

static char findings[1024];

static void note(void *context, const struct statefs_finding *finding)
{
    (void)context;
    static const char *const names[] = {"super", "value", "bad", "lost"};
    snprintf(findings + strlen(findings), sizeof(findings) - strlen(findings), "%s %u %s%s; ",
             names[finding->fault], (unsigned)finding->number, finding->is_delete ? "-" : "",
             finding->key);
}

static void expect_findings(const char *expected)
{
    findings[0] = 0;
    assert_int_equal(statefs_fsck(&fs, note, NULL), expected[0] ? STATEFS_CORRUPT : STATEFS_OK);
    assert_string_equal(findings, expected);
}

static void put_and_sync(const char *key, const char *text)
{
    assert_int_equal(statefs_put(&fs, key, text, (uint32_t)strlen(text)), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
}

/* Records: 0 is the checkpoint of mkfs; then a value and its checkpoint each. */
static void fsck_names_the_damaged_record_and_the_lost_keys(void **state)
{
    (void)state;
    put_and_sync("/state/a", "one");
    uint64_t at = fs.tail;
    put_and_sync("/state/b", "two");
    put_and_sync("/state/c", "three");
    assert_int_equal(statefs_delete(&fs, "/state/a"), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(statefs_list(&fs, "/state/c", 0)->record, 5);
    expect_findings("");
    uint8_t *log = disk.image[fs.log.base];
    log[at + RECORD_HEAD + 20] ^= 1;
    reopen();
    assert_true(fs.damaged);
    assert_int_equal(fs.records, 3);
    expect("/state/a", "one", 3);
    assert_int_equal(statefs_list(&fs, "/state/a", 0)->record, 1);
    expect_findings("bad 3 /state/b; lost 5 /state/c; lost 7 -/state/a; ");
    log[at] ^= 1; /* not even a record by its first bytes */
    reopen();
    expect_findings("bad 3 ; lost 5 /state/c; lost 7 -/state/a; ");
}

static uint8_t *write_record(uint8_t *at, uint8_t op, uint32_t key_length, uint32_t length,
                             const char *key)
{
    uint8_t *crc = at + RECORD_HEAD + key_length + length;
    store(at, RECORD_MAGIC, 4);
    store(at + 4, op, 1);
    store(at + 5, key_length, 2);
    store(at + 7, length, 4);
    memcpy(at + RECORD_HEAD, key, 10);
    store(at + RECORD_HEAD + key_length, 0, 8);
    store(at + RECORD_HEAD + key_length + 8, fs.super.session, 4);
    store(crc, (uint32_t)~crc32c_more(fs.log.start, at, (size_t)(crc - at)), RECORD_CRC);
    return crc + RECORD_CRC;
}

/* Whoever holds the disk can make the checksum right. */
static void record_out_of_bounds_is_none_whatever_its_checksum(void **state)
{
    static const struct {
        uint8_t op;
        uint32_t key_length, length;
        char key[12];
    } records[] = {
        {RECORD_COPY, 8, RECORD_PREFIX + STATEFS_VALUE_MAX + 1, "/state/b"},
        {RECORD_COPY, 8, RECORD_PREFIX + STATEFS_VALUE_MAX, "/state/b"}, /* the log ends in it */
        {RECORD_COPY, STATEFS_KEY_MAX + 1, RECORD_PREFIX, "/state/b"},
        {RECORD_COPY, 10, RECORD_PREFIX, "/state/b\0b"},
        {RECORD_COPY, 8, RECORD_PREFIX, "/other/b"},
        {0, 8, RECORD_PREFIX, "/state/b"},
        {RECORD_COPY + 1, 8, RECORD_PREFIX, "/state/b"},
    };
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        const uint32_t length = i == 1 ? 15000 : 1;
        assert_int_equal(fresh(state), 0);
        assert_int_equal(statefs_put(&fs, "/state/a", big, length), STATEFS_OK);
        assert_int_equal(statefs_compact(&fs), STATEFS_OK);
        uint8_t *at = disk.image[fs.log.base] + record_bytes("/state/a", length);
        at = write_record(at, records[i].op, records[i].key_length, records[i].length,
                          records[i].key);
        (void)write_record(at, RECORD_CHECKPOINT, 0, RECORD_PREFIX, "\0\0\0\0\0\0\0\0\0");
        reopen();
        assert_true(fs.damaged && fs.count == 1);
    }
}

/* After a compaction the values are the first records, in the order of their keys. */
static void damage_in_a_compacted_log_costs_only_what_follows_it(void **state)
{
    (void)state;
    put_and_sync("/state/d", "four");
    put_and_sync("/state/c", "three");
    put_and_sync("/state/b", "two");
    put_and_sync("/state/a", "one");
    assert_int_equal(statefs_compact(&fs), STATEFS_OK);
    put_and_sync("/state/e", "five");
    uint64_t at = statefs_list(&fs, "/state/c", 0)->offset;
    disk.image[fs.log.base][at + RECORD_HEAD + 20] ^= 1;
    reopen();
    assert_true(fs.damaged);
    assert_int_equal(fs.count, 2);
    expect("/state/a", "one", 3);
    expect("/state/b", "two", 3);
    expect_findings("bad 2 /state/c; lost 3 /state/d; lost 5 /state/e; ");
    put_and_sync("/state/f", "six");
    reopen();
    expect_findings("");
    assert_int_equal(fs.count, 3);
    expect("/state/b", "two", 3);
}

/* Behind anything else a copy is one that an unfinished compaction left there. */
static void copy_behind_the_copies_is_no_record(void **state)
{
    (void)state;
    struct record record = {.op = RECORD_COPY, .key_length = 8, .key = "/state/b"};
    put_and_sync("/state/a", "one");
    assert_int_equal(log_append(&fs, &record, NULL), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/c", "three", 5), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    reopen();
    assert_true(fs.damaged);
    assert_int_equal(fs.count, 1);
    expect("/state/a", "one", 3);
}

/* A compaction copied what was not synced, and was cut before it counted: its checkpoint begins a block. The next session
 * compacts, too, and is cut in a batch whose first record ends before that block. */
static void checkpoint_of_a_cut_compaction_ends_no_batch(void **state)
{
    (void)state;
    enum { END = 2 * STATEFS_BLOCK };
    static uint8_t before[DISK_BLOCKS][STATEFS_BLOCK];
    uint8_t stale[STATEFS_BLOCK];
    const uint64_t start = record_bytes("/state/a", 3);
    const uint32_t room = (uint32_t)(END - start - record_bytes("/state/b", 0));
    const struct statefs_operation batch[] = {{"/state/b", big, room - RECORD_OVERHEAD},
                                              {"/state/c", big, 1}};
    put_and_sync("/state/a", "one");
    assert_int_equal(statefs_put(&fs, "/state/b", big, room), STATEFS_OK);
    memcpy(before, disk.image, sizeof(before));
    assert_int_equal(statefs_compact(&fs), STATEFS_OK);
    uint8_t *block = disk.image[fs.log.base + END / STATEFS_BLOCK];
    memcpy(stale, block, sizeof(stale));
    assert_true(load(stale, 4) == RECORD_MAGIC && stale[4] == RECORD_CHECKPOINT);
    memcpy(disk.image[0], before[0], STATEFS_BLOCK);
    memcpy(disk.image[DISK_BLOCKS - 1], before[DISK_BLOCKS - 1], STATEFS_BLOCK);
    reopen();
    assert_true(fs.damaged && fs.count == 1);
    assert_int_equal(statefs_commit(&fs, batch, 2), STATEFS_OK);
    assert_ptr_equal(block, disk.image[fs.log.base + END / STATEFS_BLOCK]);
    memcpy(block, stale, sizeof(stale)); /* its write is lost */
    reopen();
    assert_true(fs.damaged && fs.count == 1);
    expect("/state/a", "one", 3);
}

static void fsck_names_a_value_that_goes_bad_while_it_is_open(void **state)
{
    (void)state;
    put_and_sync("/state/a", "one");
    reopen();
    disk.image[fs.log.base][fs.entries[fs.order[0]].offset + RECORD_HEAD + 20] ^= 1;
    fs.cached = UINT64_MAX;
    fs.blocks[fs.filling][fs.entries[fs.order[0]].offset + RECORD_HEAD + 20] ^= 1;
    uint32_t length = 0;
    memset(got, 0x55, 3);
    assert_int_equal(statefs_get(&fs, "/state/a", got, sizeof(got), &length), STATEFS_CORRUPT);
    assert_memory_equal(got, "UUU", 3);
    expect_findings("value 1 /state/a; ");
}

static void fsck_names_what_a_cut_batch_held(void **state)
{
    (void)state;
    put_and_sync("/state/a", "one");
    uint64_t tail = fs.tail;
    assert_int_equal(statefs_put(&fs, "/state/b", "two", 3), STATEFS_OK);
    uint64_t end = fs.tail;
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    memset(disk.image[fs.log.base] + end, 0, STATEFS_BLOCK - end); /* its checkpoint is not there */
    reopen();
    assert_int_equal(fs.tail, tail);
    expect_findings("lost 3 /state/b; ");
    put_and_sync("/state/c", "three");
    reopen();
    expect_findings("");
}

static void fsck_names_a_bad_superblock(void **state)
{
    (void)state;
    put_and_sync("/state/a", "one");
    disk.image[0][9] ^= 1;
    reopen();
    assert_false(fs.damaged);
    expect_findings("super 0 ; ");
    put_and_sync("/state/a", "two");
    reopen();
    expect_findings("");
}

static void crc_is_that_of_the_kernel(void **state)
{
    (void)state;
    uint64_t words[64];
    for (uint32_t i = 0; i < 64; i++) {
        words[i] = (i + 1) * 0x9e3779b97f4a7c15u;
        for (uint32_t count = 0; count <= i; count++) {
            assert_int_equal((uint32_t)~crc32c_more(CRC32C_START, words, 8 * count),
                             crc32c_words(words, count));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_is_castagnoli),
        cmocka_unit_test_setup(synced_value_survives_reopen, fresh),
        cmocka_unit_test_setup(one_commit_is_one_write_and_one_flush, fresh),
        cmocka_unit_test_setup(keys_and_values_have_bounds, fresh),
        cmocka_unit_test_setup(full_disk_refuses_and_keeps_all, fresh),
        cmocka_unit_test_setup(foreign_disk_is_never_formatted, fresh),
        cmocka_unit_test_setup(v1_image_is_read_and_migrated_on_first_write, fresh),
        cmocka_unit_test_setup(failed_write_makes_it_read_only, fresh),
        cmocka_unit_test_setup(sync_after_a_failed_put_does_not_succeed, fresh),
        cmocka_unit_test(crc_is_that_of_the_kernel),
        cmocka_unit_test(trailing_slash_is_removed),
        cmocka_unit_test_setup(keys_are_utf8, fresh),
        cmocka_unit_test_setup(opening_reads_each_block_once, fresh),
        cmocka_unit_test_setup(fsck_names_the_damaged_record_and_the_lost_keys, fresh),
        cmocka_unit_test(record_out_of_bounds_is_none_whatever_its_checksum),
        cmocka_unit_test_setup(damage_in_a_compacted_log_costs_only_what_follows_it, fresh),
        cmocka_unit_test_setup(copy_behind_the_copies_is_no_record, fresh),
        cmocka_unit_test_setup(checkpoint_of_a_cut_compaction_ends_no_batch, fresh),
        cmocka_unit_test_setup(fsck_names_a_value_that_goes_bad_while_it_is_open, fresh),
        cmocka_unit_test_setup(fsck_names_what_a_cut_batch_held, fresh),
        cmocka_unit_test_setup(fsck_names_a_bad_superblock, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
