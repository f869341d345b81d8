/*
 * Every bit of an image that is wrong: what is then served was acknowledged once, all of it at the same
 * time, or is what compaction copied before the wrong bit; and what is not the newest is reported. A bit that
 * changes while the disk is open changes no value that is given out.
 *
 * host-statefs_flips [STRIDE]: of how many bits one is flipped; 1 flips all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"

#define KEYS 6u
#define STEPS 20u

static struct disk disk;
static struct statefs fs;
static struct statefs held;
static uint32_t history[STEPS + 1][KEYS]; /* versions; 0: no value */
static uint32_t steps;
static uint32_t compacted; /* the step before compaction */
static uint8_t value[STATEFS_VALUE_MAX];
static uint8_t wanted[STATEFS_VALUE_MAX];
static uint64_t reported;
static uint64_t violations;

static void check(bool holds, const char *promise, uint64_t bit)
{
    if (!holds) {
        violations++;
        if (violations < 5) {
            printf("broken: %s (bit %llu of block %llu)\n", promise,
                   (unsigned long long)(bit % (8 * STATEFS_BLOCK)),
                   (unsigned long long)(bit / (8 * STATEFS_BLOCK)));
        }
    }
}

static const char *key_of(uint32_t key)
{
    static const char *const keys[KEYS] = {"/state/a",   "/state/boot/b", "/state/c",
                                           "/state/d/e", "/state/f",      "/state/\xc3\xa4"};
    return keys[key];
}

static uint32_t fill(uint8_t *bytes, uint32_t version)
{
    uint32_t length = version * 677 % 1500;

    for (uint32_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)(i * version + i / 256);
    }
    return length;
}

static bool holds_version(struct statefs *on, uint32_t key, uint32_t version)
{
    uint32_t length = 0;
    enum statefs_status status = statefs_get(on, key_of(key), value, sizeof(value), &length);

    if (version == 0) {
        return status == STATEFS_NOT_FOUND;
    }
    uint32_t size = fill(wanted, version);
    return status == STATEFS_OK && length == size && memcmp(value, wanted, size) == 0;
}

static bool is_state(const uint32_t versions[KEYS])
{
    for (uint32_t key = 0; key < KEYS; key++) {
        if (!holds_version(&fs, key, versions[key])) {
            return false;
        }
    }
    return true;
}

static bool was_state(void)
{
    for (uint32_t i = 0; i <= steps; i++) {
        if (is_state(history[i])) {
            return true;
        }
    }
    return false;
}

/* The first values of those that compaction copied: damage among them costs the others. */
static bool is_copied(void)
{
    uint32_t versions[KEYS];

    memcpy(versions, history[compacted], sizeof(versions));
    for (uint32_t key = KEYS; key-- > 0;) {
        versions[key] = 0;
        if (is_state(versions)) {
            return true;
        }
    }
    return false;
}

static void ignore(void *context, const struct statefs_finding *finding)
{
    (void)context;
    (void)finding;
}

/* Values and deletes, synced one by one, on a disk whose other region has an older log. */
static void make_image(void)
{
    struct statefs_disk on = disk_of(&disk);

    disk_reset(&disk);
    check(statefs_mkfs(&fs, &on, false) == STATEFS_OK, "mkfs", 0);
    for (uint32_t i = 0; i < STEPS; i++) {
        uint32_t key = (i % 5 == 4 ? i - 1 : i) % KEYS;
        memcpy(history[steps + 1], history[steps], sizeof(history[0]));
        steps++;
        if (i % 5 == 4) {
            check(statefs_delete(&fs, key_of(key)) == STATEFS_OK, "delete", 0);
            history[steps][key] = 0;
        } else {
            history[steps][key] = i + 1;
            check(statefs_put(&fs, key_of(key), value, fill(value, i + 1)) == STATEFS_OK, "put", 0);
        }
        check(statefs_sync(&fs) == STATEFS_OK, "sync", 0);
        if (i == STEPS / 2) {
            compacted = steps;
            check(statefs_compact(&fs) == STATEFS_OK, "compact", 0);
        }
    }
    check(statefs_open(&held, &on) == STATEFS_OK, "the image opens", 0);
}

static void flip(uint64_t bit)
{
    uint8_t *byte = &disk.image[0][0] + bit / 8;
    struct statefs_disk on = disk_of(&disk);
    uint32_t length;

    *byte ^= (uint8_t)(1u << (bit % 8));
    check(statefs_open(&fs, &on) == STATEFS_OK, "one wrong bit does not keep it shut", bit);
    bool same = is_state(history[steps]);
    check(same || was_state() || is_copied(), "what is served was acknowledged", bit);
    bool found = statefs_fsck(&fs, ignore, NULL) == STATEFS_CORRUPT;
    check(same || found, "what is not the newest is reported", bit);
    reported += found;
    held.cached = UINT64_MAX;
    for (uint32_t key = 0; key < KEYS; key++) {
        check(holds_version(&held, key, history[steps][key]) ||
                  statefs_get(&held, key_of(key), value, sizeof(value), &length) == STATEFS_CORRUPT,
              "a wrong bit is not given out", bit);
    }
    *byte ^= (uint8_t)(1u << (bit % 8));
}

int main(int argc, char **argv)
{
    uint64_t stride = argc > 1 ? strtoull(argv[1], NULL, 10) : 101;
    uint64_t flips = 0;

    make_image();
    for (uint64_t bit = 0; bit < 8 * sizeof(disk.image) && violations == 0; bit += stride) {
        flip(bit);
        flips++;
    }
    check(reported > 0, "damage is reported", 0);
    printf("bit flips: %llu, reported: %llu, the others harmless\n", (unsigned long long)flips,
           (unsigned long long)reported);
    return violations != 0;
}
