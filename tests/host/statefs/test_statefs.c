/* statefs keeps its promises: values, limits, damage, v1 images, and the same answers as a plain map. */
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "crc32c.h"
#include "disk.h"

#define MODEL_KEYS 12u
#define MODEL_OPERATIONS 20000u

static struct disk disk;
static struct statefs fs;
static struct statefs other;
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

static void quota_bounds_its_prefix_only(void **state)
{
    (void)state;
    fs.quotas[0] = (struct statefs_quota){"/state/q/", 2000};
    fs.quota_count = 1;
    assert_int_equal(statefs_put(&fs, "/state/q/a", big, 1500), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/q/a", big, 1600), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/q/b", big, 500), STATEFS_QUOTA);
    assert_int_equal(statefs_put(&fs, "/state/r", big, 5000), STATEFS_OK);
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

static void failed_write_makes_it_read_only(void **state)
{
    (void)state;
    assert_int_equal(statefs_put(&fs, "/state/a", "1", 1), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    disk.fails_after = 0;
    assert_int_equal(statefs_put(&fs, "/state/b", "2", 1), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_IO_ERROR);
    assert_int_equal(statefs_put(&fs, "/state/c", "3", 1), STATEFS_READ_ONLY);
    expect("/state/a", "1", 1);
}

/* No value is wrong, and a value that is missing was reported. */
static void every_bit_flip_is_detected_or_harmless(void **state)
{
    (void)state;
    assert_int_equal(statefs_put(&fs, "/state/a", "one", 3), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    assert_int_equal(statefs_put(&fs, "/state/b", "twofold", 7), STATEFS_OK);
    assert_int_equal(statefs_sync(&fs), STATEFS_OK);
    struct statefs_disk on = disk_of(&disk);
    uint64_t blocks[] = {0, fs.log.base, DISK_BLOCKS - 1};
    for (uint32_t b = 0; b < 3; b++) {
        for (uint32_t bit = 0; bit < 8 * 512; bit++) {
            uint8_t *byte = &disk.image[blocks[b]][bit / 8];
            *byte ^= (uint8_t)(1u << (bit % 8));
            if (statefs_open(&other, &on) == STATEFS_OK) {
                uint32_t bad;
                uint32_t size = 0;
                bool found = statefs_get(&other, "/state/b", got, sizeof(got), &size) == STATEFS_OK;
                assert_true(!found || (size == 7 && memcmp(got, "twofold", 7) == 0));
                assert_true(found || statefs_fsck(&other, &bad) == STATEFS_CORRUPT);
            }
            *byte ^= (uint8_t)(1u << (bit % 8));
        }
    }
}

static uint32_t random_next(void)
{
    static uint64_t seed = 88172645463325252u;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

static void answers_are_those_of_a_map(void **state)
{
    (void)state;
    static struct {
        uint32_t length;
        bool there;
        uint8_t fill;
    } model[MODEL_KEYS];
    char key[32];
    for (uint32_t i = 0; i < MODEL_OPERATIONS; i++) {
        uint32_t k = random_next() % MODEL_KEYS;
        snprintf(key, sizeof(key), "/state/m/%u", k);
        uint32_t what = random_next() % 100;
        if (what < 50) {
            model[k].there = true;
            model[k].length = random_next() % 3000;
            model[k].fill = (uint8_t)random_next();
            memset(big, model[k].fill, model[k].length);
            assert_int_equal(statefs_put(&fs, key, big, model[k].length), STATEFS_OK);
        } else if (what < 65) {
            assert_int_equal(statefs_delete(&fs, key),
                             model[k].there ? STATEFS_OK : STATEFS_NOT_FOUND);
            model[k].there = false;
        } else if (what < 97) {
            uint32_t size;
            if (model[k].there) {
                memset(big, model[k].fill, model[k].length);
                expect(key, big, model[k].length);
            } else {
                assert_int_equal(statefs_get(&fs, key, got, sizeof(got), &size), STATEFS_NOT_FOUND);
            }
        } else {
            assert_int_equal(statefs_sync(&fs), STATEFS_OK);
            reopen();
            assert_false(fs.damaged);
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
        cmocka_unit_test_setup(quota_bounds_its_prefix_only, fresh),
        cmocka_unit_test_setup(foreign_disk_is_never_formatted, fresh),
        cmocka_unit_test_setup(v1_image_is_read_and_migrated_on_first_write, fresh),
        cmocka_unit_test_setup(failed_write_makes_it_read_only, fresh),
        cmocka_unit_test_setup(every_bit_flip_is_detected_or_harmless, fresh),
        cmocka_unit_test_setup(answers_are_those_of_a_map, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
