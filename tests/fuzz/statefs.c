/*
 * Any log on a disk: opening it ends, and reads nothing that is not there; what it lists is sorted and can
 * be got, fsck
 * ends; and the next session keeps all of it, adds a value if there is room, and leaves a log without damage.
 *
 * An input: what of SEALED, OLD and WIDE holds, the session of the superblock, and the log.
 */
#include "cmocka_all.h"

#include "crc32c.h"
#include "disk.h"
#include "parts.h"

#include <string.h>

enum {
    SEALED = 1, /* magic, lengths and checksums are made right */
    OLD = 2,    /* v1 */
    WIDE = 4,   /* sealed lengths are anything that the log has room for */
    HEADER = 2,
    LOG_BYTES = (DISK_BLOCKS - 2) / 2 * STATEFS_BLOCK
};

static struct disk disk;
static struct statefs fs, after;
static uint8_t value[STATEFS_VALUE_MAX], other[STATEFS_VALUE_MAX];

static void seal(uint8_t *log, size_t size, uint32_t start, bool wide)
{
    const size_t keys = wide ? UINT16_MAX : STATEFS_KEY_MAX;

    for (size_t from = 0; from + RECORD_HEAD + RECORD_CRC <= size;) {
        uint8_t *at = log + from;
        const size_t room = (wide ? LOG_BYTES : size) - from - RECORD_HEAD - RECORD_CRC;
        size_t key = load(at + 5, 2) % (keys + 1);
        key = key < room ? key : room;
        const size_t length = load(at + 7, 4) % (room - key + 1);
        const size_t end = RECORD_HEAD + key + length;
        store(at, RECORD_MAGIC, 4);
        store(at + 5, key, 2);
        store(at + 7, length, 4);
        store(at + end, (uint32_t)~crc32c_more(start, at, end), RECORD_CRC);
        from += end + RECORD_CRC;
    }
}

static void make_disk(const uint8_t *data, size_t size)
{
    struct statefs_disk on = disk_of(&disk);

    memset(disk.image, 0, sizeof(disk.image));
    disk.fails_after = -1;
    if ((data[0] & OLD) == 0) {
        assert_int_equal(statefs_mkfs(&fs, &on, false), STATEFS_OK);
        struct statefs_super super = fs.super;
        super.version++;
        super.session = data[1];
        assert_int_equal(super_write(&fs, &super), STATEFS_OK);
    } else {
        fs.log = (struct statefs_log){.base = 0, .start = CRC32C_START};
    }
    uint8_t *log = disk.image[fs.log.base];
    memset(log, 0, STATEFS_BLOCK);
    memcpy(log, data + HEADER, size - HEADER);
    if ((data[0] & SEALED) != 0) {
        seal(log, size - HEADER, fs.log.start, (data[0] & WIDE) != 0);
    }
}

static void ignore(void *context, const struct statefs_finding *finding)
{
    (void)context;
    assert_true(strlen(finding->key) <= STATEFS_KEY_MAX);
}

static void check_values(void)
{
    const struct statefs_entry *entry;
    const char *last = "";

    for (uint32_t i = 0; (entry = statefs_list(&fs, "/state/", i)) != NULL; i++) {
        uint32_t length = 0;
        uint32_t length_after = 0;
        assert_true(strcmp(last, entry->key) < 0);
        last = entry->key;
        assert_int_equal(key_check(entry->key), STATEFS_OK);
        assert_int_equal(statefs_get(&fs, entry->key, value, sizeof(value), &length), STATEFS_OK);
        assert_int_equal(length, entry->length);
        if (strcmp(entry->key, "/state/next") != 0) {
            assert_int_equal(statefs_get(&after, entry->key, other, sizeof(other), &length_after),
                             STATEFS_OK);
            assert_int_equal(length_after, length);
            assert_memory_equal(other, value, length);
        }
    }
}

static void next_session(void)
{
    struct statefs_disk on = disk_of(&disk);
    const struct statefs_operation operation = {"/state/next", "next", 4};
    uint32_t length = 0;

    assert_int_equal(statefs_open(&after, &on), STATEFS_OK);
    const enum statefs_status status = statefs_commit(&after, &operation, 1);
    if (status == STATEFS_NO_SPACE) {
        assert_true(after.live + (uint64_t)4 * STATEFS_BLOCK > after.log.bytes);
        return;
    }
    assert_int_equal(status, STATEFS_OK);
    assert_int_equal(statefs_open(&after, &on), STATEFS_OK);
    assert_false(after.damaged);
    assert_int_equal(statefs_get(&after, "/state/next", value, 4, &length), STATEFS_OK);
    assert_int_equal(length, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct disk before;
    struct statefs_disk on = disk_of(&disk);
    struct statefs_disk on_before = disk_of(&before);

    if (size < HEADER || size - HEADER > 4 * STATEFS_BLOCK) {
        return 0;
    }
    make_disk(data, size);
    memcpy(before.image, disk.image, sizeof(before.image));
    if (statefs_open(&fs, &on) != STATEFS_OK) {
        assert_true((data[0] & OLD) != 0); /* not even one record */
        return 0;
    }
    assert_int_equal(memcmp(before.image, disk.image, sizeof(before.image)), 0);
    next_session();
    assert_int_equal(statefs_open(&fs, &on_before), STATEFS_OK);
    check_values();
    const enum statefs_status status = statefs_fsck(&fs, ignore, NULL);
    assert_true(status == (fs.damaged || fs.repair != UINT64_MAX ? STATEFS_CORRUPT : STATEFS_OK));
    return 0;
}
