/* statefs at its bounds: as many keys, as long values, as large a disk as it has; full to the last block;
 * quotas. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "crc32c.h"
#include "parts.h"

#define CHUNKS 2048u

/* A disk that keeps what is not blank: as large as it is told to be. */
struct sparse {
    uint64_t blocks;
    uint32_t used;
    uint64_t highest;
    struct {
        uint64_t block;
        uint8_t bytes[STATEFS_BLOCK];
    } chunks[CHUNKS];
};

static struct sparse disk;
static struct statefs fs;
static uint8_t big[STATEFS_VALUE_MAX];
static uint8_t got[STATEFS_VALUE_MAX];

static uint8_t *chunk_of(uint64_t block)
{
    for (uint32_t i = 0; i < disk.used; i++) {
        if (disk.chunks[i].block == block) {
            return disk.chunks[i].bytes;
        }
    }
    return NULL;
}

static int sparse_read(void *context, uint64_t block, void *bytes)
{
    (void)context;
    const uint8_t *chunk = chunk_of(block);
    assert_true(block < disk.blocks);
    memset(bytes, 0, STATEFS_BLOCK);
    if (chunk) {
        memcpy(bytes, chunk, STATEFS_BLOCK);
    }
    return 0;
}

static int sparse_write(void *context, uint64_t block, const void *bytes)
{
    (void)context;
    uint8_t *chunk = chunk_of(block);
    assert_true(block < disk.blocks);
    if (!chunk) {
        assert_true(disk.used < CHUNKS);
        disk.chunks[disk.used].block = block;
        chunk = disk.chunks[disk.used++].bytes;
    }
    disk.highest = block > disk.highest && block < disk.blocks - 1 ? block : disk.highest;
    memcpy(chunk, bytes, STATEFS_BLOCK);
    return 0;
}

static int sparse_flush(void *context)
{
    (void)context;
    return 0;
}

static enum statefs_status format(uint64_t blocks)
{
    struct statefs_disk on = {&disk, blocks, sparse_read, sparse_write, sparse_flush};

    memset(&disk, 0, sizeof(disk));
    disk.blocks = blocks;
    return statefs_mkfs(&fs, &on, false);
}

static enum statefs_status reopen(void)
{
    struct statefs_disk on = {&disk, disk.blocks, sparse_read, sparse_write, sparse_flush};

    return statefs_open(&fs, &on);
}

static const char *numbered(uint32_t number)
{
    static char key[32];

    snprintf(key, sizeof(key), "/state/%05u", number);
    return key;
}

static void expect(const char *key, uint8_t byte, uint32_t length)
{
    uint32_t size = 0;

    memset(big, byte, length);
    assert_int_equal(statefs_get(&fs, key, got, sizeof(got), &size), STATEFS_OK);
    assert_int_equal(size, length);
    assert_memory_equal(got, big, length);
}

static enum statefs_status put(const char *key, uint8_t byte, uint32_t length)
{
    memset(big, byte, length);
    return statefs_put(&fs, key, big, length);
}

static void there_are_4096_keys_and_not_one_more(void **state)
{
    (void)state;
    assert_int_equal(STATEFS_KEYS_MAX, 4096);
    assert_int_equal(format(512), STATEFS_OK);
    for (uint32_t i = 0; i < STATEFS_KEYS_MAX; i++) { /* the last ones first */
        assert_int_equal(put(numbered(STATEFS_KEYS_MAX - 1 - i), (uint8_t)i, 40), STATEFS_OK);
    }
    assert_int_equal(put("/state/more", 1, 1), STATEFS_NO_SPACE);
    assert_int_equal(put(numbered(7), 9, 41), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(reopen(), STATEFS_OK);
    assert_int_equal(fs.count, STATEFS_KEYS_MAX);
    for (uint32_t i = 0; i < STATEFS_KEYS_MAX; i++) {
        assert_string_equal(statefs_list(&fs, "/state/", i)->key, numbered(i));
    }
    expect(numbered(7), 9, 41);
    expect(numbered(0), 0xff, 40);
    assert_null(statefs_list(&fs, "/state/", STATEFS_KEYS_MAX));
    assert_int_equal(put("/state/more", 1, 1), STATEFS_NO_SPACE);
    assert_int_equal(statefs_delete(&fs, numbered(100)), STATEFS_OK);
    assert_int_equal(put("/state/more", 1, 1), STATEFS_OK);
    assert_int_equal(statefs_compact(&fs), STATEFS_OK);
    assert_int_equal(reopen(), STATEFS_OK);
    assert_int_equal(fs.count, STATEFS_KEYS_MAX);
    expect("/state/more", 1, 1);
}

static void longest_values_fit_the_smallest_disk(void **state)
{
    (void)state;
    assert_int_equal(format(STATEFS_BLOCKS_MIN - 1), STATEFS_FOREIGN);
    assert_int_equal(format(STATEFS_BLOCKS_MIN), STATEFS_OK);
    for (uint32_t i = 0; i < 5; i++) { /* with a compaction between */
        assert_int_equal(put("/state/a", (uint8_t)i, 100), STATEFS_OK);
        if (i > 0) {
            assert_int_equal(statefs_delete(&fs, "/state/long"), STATEFS_OK);
        }
        assert_int_equal(
            put("/state/long", (uint8_t)(i + 1), i < 4 ? 60000 : STATEFS_VALUE_MAX - 6000),
            STATEFS_OK);
        assert_int_equal(statefs_sync(&fs), STATEFS_OK);
        assert_int_equal(reopen(), STATEFS_OK);
        expect("/state/a", (uint8_t)i, 100);
    }
}

static void values_of_64_kib_are_kept(void **state)
{
    (void)state;
    assert_int_equal(format(256), STATEFS_OK);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(put(numbered(i % 4), (uint8_t)(i + 1), STATEFS_VALUE_MAX - i % 2),
                         STATEFS_OK);
    }
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(reopen(), STATEFS_OK);
    for (uint32_t i = 16; i < 20; i++) {
        expect(numbered(i % 4), (uint8_t)(i + 1), STATEFS_VALUE_MAX - i % 2);
    }
}

static void disk_of_1_tib_is_used_to_its_end(void **state)
{
    (void)state;
    assert_int_equal((uint64_t)STATEFS_BLOCKS_MAX * STATEFS_BLOCK, 1ull << 40);
    assert_int_equal(format((uint64_t)STATEFS_BLOCKS_MAX + 1), STATEFS_FOREIGN);
    assert_int_equal(format(STATEFS_BLOCKS_MAX), STATEFS_OK);
    for (uint32_t i = 0; i < 4; i++) { /* in both regions */
        assert_int_equal(put(numbered(i), (uint8_t)i, 5000), STATEFS_OK);
        assert_int_equal(statefs_sync(&fs), STATEFS_OK);
        assert_int_equal(statefs_compact(&fs), STATEFS_OK);
        assert_int_equal(reopen(), STATEFS_OK);
        assert_false(fs.damaged);
    }
    assert_true(disk.highest > STATEFS_BLOCKS_MAX / 2);
    for (uint32_t i = 0; i < 4; i++) {
        expect(numbered(i), (uint8_t)i, 5000);
    }
}

/* A record far behind in a log of half of a TiB is where it was appended. */
static void check_record_at(uint64_t offset, uint8_t byte)
{
    struct record record = {
        .op = RECORD_PUT, .key_length = 8, .value_length = 5000, .key = "/state/a"};

    memset(big, byte, record.value_length);
    memset(unfinished(&fs), 0, STATEFS_BLOCK);
    fs.tail = offset;
    assert_int_equal(log_append(&fs, &record, big), STATEFS_OK);
    assert_int_equal(log_write_tail(&fs), STATEFS_OK);
    assert_int_equal(fs.tail, offset + record_bytes("/state/a", 5000));
    fs.tail = 0;
    assert_int_equal(log_read(&fs, &fs.log, offset, &record, got), STATEFS_OK);
    assert_string_equal(record.key, "/state/a");
    assert_memory_equal(got, big, 5000);
}

static void log_of_half_a_tib_has_room_for_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(format(STATEFS_BLOCKS_MAX), STATEFS_OK);
    for (uint32_t region = 0; region < 2; region++) {
        assert_int_equal(fs.log.bytes, (1ull << 39) - STATEFS_BLOCK);
        check_record_at((1ull << 32) - 100, 1);
        check_record_at(fs.log.bytes - record_bytes("/state/a", 5000), 2);
        assert_non_null(chunk_of(fs.log.base + fs.log.bytes / STATEFS_BLOCK - 1));
        assert_int_equal(fs.log.base + fs.log.bytes / STATEFS_BLOCK,
                         fs.super.region == 0 ? STATEFS_BLOCKS_MAX / 2 : STATEFS_BLOCKS_MAX - 1);
        assert_int_equal(format(STATEFS_BLOCKS_MAX), STATEFS_OK);
        assert_int_equal(statefs_compact(&fs), STATEFS_OK);
    }
}

/* There is room for more on the disk, but opening it again takes no longer than so many records do. */
static void log_of_100000_records_is_compacted(void **state)
{
    (void)state;
    uint64_t most = 0;
    assert_int_equal(format(1u << 16), STATEFS_OK);
    for (uint32_t i = 0; i < RECORDS_MAX + 1000; i++) {
        assert_int_equal(put(numbered(i % 3), (uint8_t)i, 1), STATEFS_OK);
        most = fs.records > most ? fs.records : most;
    }
    assert_true(most > RECORDS_MAX - 10 && most <= RECORDS_MAX && fs.records < 2000);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(reopen(), STATEFS_OK);
    assert_int_equal(fs.count, 3);
    for (uint32_t i = RECORDS_MAX + 997; i < RECORDS_MAX + 1000; i++) {
        expect(numbered(i % 3), (uint8_t)i, 1);
    }
}

static void check_full(uint32_t keys, uint32_t length)
{
    assert_int_equal(fs.count, keys);
    assert_false(fs.damaged);
    for (uint32_t i = 0; i < keys; i++) {
        expect(numbered(i), (uint8_t)i, length);
    }
}

/* Filled with synced values of any length: nothing is lost, all can be deleted, and then there is room
 * again. */
static void disk_filled_to_the_last_block_keeps_all_and_can_be_emptied(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 100, 4000, 4096, 9999, 30000};
    for (uint32_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
        uint32_t keys = 0;
        assert_int_equal(format(STATEFS_BLOCKS_MIN), STATEFS_OK);
        while (put(numbered(keys), (uint8_t)keys, lengths[l]) == STATEFS_OK) {
            keys++;
            assert_int_equal(statefs_sync(&fs), STATEFS_OK);
        }
        assert_true(keys > 0 && keys < STATEFS_KEYS_MAX);
        assert_int_equal(put(numbered(keys), 1, lengths[l]), STATEFS_NO_SPACE);
        check_full(keys, lengths[l]);
        assert_int_equal(reopen(), STATEFS_OK);
        check_full(keys, lengths[l]);
        assert_int_equal(put(numbered(keys), 1, lengths[l]), STATEFS_NO_SPACE);
        assert_int_equal(reopen(), STATEFS_OK);
        check_full(keys, lengths[l]);
        for (uint32_t i = 0; i < keys; i++) {
            assert_int_equal(statefs_delete(&fs, numbered(i)), STATEFS_OK);
            assert_int_equal(statefs_sync(&fs), STATEFS_OK);
        }
        assert_int_equal(reopen(), STATEFS_OK);
        assert_int_equal(fs.count, 0);
        assert_int_equal(put(numbered(0), 1, lengths[l]), STATEFS_OK);
    }
}

static void batch_that_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    struct statefs_operation batch[] = {
        {"/state/a", NULL, 0}, {"/state/b", big, 60000}, {"/state/c", big, 30000}};
    assert_int_equal(format(STATEFS_BLOCKS_MIN), STATEFS_OK);
    assert_int_equal(put("/state/a", 1, 10), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(statefs_commit(&fs, batch, 3), STATEFS_NO_SPACE);
    assert_int_equal(fs.count, 1);
    expect("/state/a", 1, 10);
    assert_int_equal(reopen(), STATEFS_OK);
    expect("/state/a", 1, 10);
    assert_false(fs.damaged);
}

static uint8_t *write_v1(uint8_t *to, const char *key, uint8_t byte, uint32_t length)
{
    const size_t key_length = strlen(key);
    const size_t end = RECORD_HEAD + key_length + length;

    store(to, RECORD_MAGIC, 4);
    store(to + 4, RECORD_PUT, 1);
    store(to + 5, key_length, 2);
    store(to + 7, length, 4);
    for (size_t i = 0; i < key_length; i++) {
        to[RECORD_HEAD + i] = (uint8_t)key[i];
    }
    memset(to + RECORD_HEAD + key_length, byte, length);
    store(to + end, (uint32_t)~crc32c_more(CRC32C_START, to, end), RECORD_CRC);
    return to + end + RECORD_CRC;
}

/* A log of v1 may be longer than a region, and its records grow: nothing is written, all can be read. */
static void v1_image_without_room_for_its_copy_is_read_only(void **state)
{
    (void)state;
    static uint8_t image[(STATEFS_BLOCKS_MIN / 2) * STATEFS_BLOCK];
    const uint32_t bytes = (STATEFS_BLOCKS_MIN - 2) / 2 * STATEFS_BLOCK;
    const uint32_t rest = bytes - 60000 - 2 * RECORD_OVERHEAD - 2 * 8;
    for (uint32_t less = 0; less < 3 * STATEFS_BLOCK; less += 100) {
        const bool fits = less >= 2 * STATEFS_BLOCK;
        memset(&disk, 0, sizeof(disk));
        memset(image, 0, sizeof(image));
        disk.blocks = STATEFS_BLOCKS_MIN;
        (void)write_v1(write_v1(image, "/state/a", 1, 60000), "/state/b", 2, rest - less);
        for (uint32_t block = 0; block < STATEFS_BLOCKS_MIN / 2; block++) {
            assert_int_equal(sparse_write(NULL, block, image + block * STATEFS_BLOCK), 0);
        }
        const uint32_t used = disk.used;
        assert_int_equal(reopen(), STATEFS_OK);
        assert_int_equal(statefs_compact(&fs), fits ? STATEFS_OK : STATEFS_NO_SPACE);
        assert_true(fits || (fs.log.v1 && disk.used == used));
        expect("/state/a", 1, 60000);
        expect("/state/b", 2, rest - less);
    }
}

/* A value is damaged, so that it cannot be copied: what is put into the block at the end later is not taken for old. */
static void compaction_that_failed_leaves_the_log_as_it_was(void **state)
{
    (void)state;
    assert_int_equal(format(256), STATEFS_OK);
    assert_int_equal(put("/state/a", 1, 5), STATEFS_OK);
    assert_int_equal(put("/state/b", 2, 5000), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    uint8_t *damaged =
        chunk_of(fs.log.base) + statefs_list(&fs, "/state/a", 0)->offset + RECORD_HEAD;
    *damaged ^= 1;
    fs.cached = UINT64_MAX;
    assert_int_equal(statefs_compact(&fs), STATEFS_CORRUPT);
    assert_int_equal(put("/state/c", 3, 5000), STATEFS_OK);
    expect("/state/c", 3, 5000);
    expect("/state/b", 2, 5000);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    *damaged ^= 1;
    assert_int_equal(reopen(), STATEFS_OK);
    assert_false(fs.damaged);
    expect("/state/a", 1, 5);
    expect("/state/c", 3, 5000);
}

static void quotas_bound_each_prefix_to_the_byte(void **state)
{
    (void)state;
    uint64_t bytes = record_bytes("/state/q/a", 1000) + record_bytes("/state/q/b", 500);
    assert_int_equal(format(STATEFS_BLOCKS_MIN), STATEFS_OK);
    fs.quotas[0] = (struct statefs_quota){"/state/q/", bytes};
    fs.quotas[1] = (struct statefs_quota){"/state/r/", record_bytes("/state/r/a", 10)};
    fs.quota_count = 2;
    assert_int_equal(put("/state/q/a", 1, 1000), STATEFS_OK);
    assert_int_equal(put("/state/q/b", 1, 501), STATEFS_QUOTA);
    assert_int_equal(put("/state/q/b", 1, 500), STATEFS_OK);
    assert_int_equal(put("/state/q/c", 1, 0), STATEFS_QUOTA);
    assert_int_equal(put("/state/q/a", 1, 1001), STATEFS_QUOTA);
    assert_int_equal(put("/state/q/a", 2, 999), STATEFS_OK);
    assert_int_equal(put("/state/r/a", 1, 10), STATEFS_OK);
    assert_int_equal(put("/state/r/b", 1, 0), STATEFS_QUOTA);
    assert_int_equal(put("/state/s", 1, 9000), STATEFS_OK);
    struct statefs_operation batch[] = {{"/state/s", big, 1}, {"/state/r/b", big, 1}};
    assert_int_equal(statefs_commit(&fs, batch, 2), STATEFS_QUOTA);
    expect("/state/s", 1, 9000);
    assert_int_equal(statefs_delete(&fs, "/state/q/b"), STATEFS_OK);
    assert_int_equal(put("/state/q/c", 3, 500), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(reopen(), STATEFS_OK);
    expect("/state/q/a", 2, 999);
    expect("/state/q/c", 3, 500);
}

static void crc_of_pieces_is_that_of_all(void **state)
{
    uint8_t bytes[64];

    (void)state;
    for (uint32_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 0x9du + 0x3b);
    }
    for (uint32_t begin = 0; begin < 16; begin++) {
        uint32_t one_by_one = CRC32C_START;
        for (uint32_t end = begin; end < sizeof(bytes); end++) {
            assert_int_equal(crc32c_more(CRC32C_START, bytes + begin, end - begin), one_by_one);
            one_by_one = crc32c_more(one_by_one, bytes + end, 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_of_pieces_is_that_of_all),
        cmocka_unit_test(there_are_4096_keys_and_not_one_more),
        cmocka_unit_test(longest_values_fit_the_smallest_disk),
        cmocka_unit_test(values_of_64_kib_are_kept),
        cmocka_unit_test(disk_of_1_tib_is_used_to_its_end),
        cmocka_unit_test(log_of_half_a_tib_has_room_for_its_bytes),
        cmocka_unit_test(log_of_100000_records_is_compacted),
        cmocka_unit_test(disk_filled_to_the_last_block_keeps_all_and_can_be_emptied),
        cmocka_unit_test(batch_that_does_not_fit_changes_nothing),
        cmocka_unit_test(v1_image_without_room_for_its_copy_is_read_only),
        cmocka_unit_test(compaction_that_failed_leaves_the_log_as_it_was),
        cmocka_unit_test(quotas_bound_each_prefix_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
