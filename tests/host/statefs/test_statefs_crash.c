/*
 * A power cut at every write of statefs: the last write torn at eight points, up to three of the writes since the
 * last flush lost, and a second cut in the session after it. What was acknowledged is there, the rest is all or
 * nothing, and the next session works.
 *
 * host-statefs_crash [STATES] [flushless]: how many distinct images to reach; with flushes that do nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"

#define KEYS 4u
#define STEPS 24u
#define SEEN_SLOTS (1u << 22)
#define PENDING_MAX 64u

struct snapshot {
    uint32_t version[KEYS]; /* 0: no value */
    uint32_t writes;        /* of the disk when the step ended */
    bool durable;
};

static struct disk disk;
static struct disk cut;
static struct disk again;
static struct statefs fs;
static struct snapshot steps[STEPS + 1];
static uint64_t seen[SEEN_SLOTS];
static uint64_t states;
static uint64_t violations;
static uint64_t target = 20000;
static uint64_t seed = 1;
static uint8_t value[STATEFS_VALUE_MAX];
static uint8_t wanted[STATEFS_VALUE_MAX];

static uint32_t random_next(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33);
}

static bool is_new(const struct disk *image)
{
    uint64_t hash = 14695981039346656037u;

    for (const uint8_t *at = image->image[0]; at < image->image[DISK_BLOCKS]; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 29;
    }
    hash += hash == 0;
    uint64_t slot = hash % SEEN_SLOTS;
    while (seen[slot] != 0 && seen[slot] != hash) {
        slot = (slot + 1) % SEEN_SLOTS;
    }
    bool fresh = seen[slot] == 0;
    seen[slot] = hash;
    states += fresh;
    return fresh;
}

static const char *key_of(uint32_t key)
{
    static const char *const keys[KEYS] = {"/state/a", "/state/boot/b", "/state/c", "/state/d"};
    return keys[key];
}

static uint32_t fill(uint8_t *bytes, uint32_t version)
{
    uint32_t length = 4 + version * 2221 % 6000;
    memset(bytes, (int)(version * 7), length);
    memcpy(bytes, &version, 4);
    return length;
}

static void check(bool holds, const char *promise)
{
    if (!holds) {
        violations++;
        if (violations < 5) {
            printf("broken: %s (state %llu)\n", promise, (unsigned long long)states);
        }
    }
}

static enum statefs_status do_step(uint32_t step, uint32_t version[KEYS], bool *durable)
{
    uint32_t key = random_next() % KEYS;
    uint32_t what = random_next() % 10;
    uint32_t number = step + 1 + 100 * (random_next() % 1000);

    *durable = what >= 6;
    if (what < 5 || (what == 5 && version[key] == 0)) {
        version[key] = number;
        return statefs_put(&fs, key_of(key), value, fill(value, number));
    }
    if (what == 5) {
        version[key] = 0;
        return statefs_delete(&fs, key_of(key));
    }
    if (what == 6) {
        return statefs_compact(&fs);
    }
    if (what < 9) {
        return statefs_sync(&fs);
    }
    uint32_t second = (key + 1) % KEYS;
    struct statefs_operation operations[] = {{key_of(key), value, fill(value, number)},
                                             {key_of(second), NULL, 0}};
    version[key] = number;
    version[second] = 0;
    return statefs_commit(&fs, operations, 2);
}

static void record_workload(bool without_flush)
{
    struct statefs_disk on = disk_of(&disk);

    disk_reset(&disk);
    check(statefs_mkfs(&fs, &on, false) == STATEFS_OK, "mkfs");
    disk.writes = 0;
    disk.flushes = 0;
    memcpy(again.image, disk.image, sizeof(disk.image)); /* the image before */
    disk.recording = true;
    disk.without_flush = without_flush;
    memset(steps, 0, sizeof(steps));
    steps[0].durable = true;
    for (uint32_t i = 0; i < STEPS; i++) {
        steps[i + 1] = steps[i];
        check(do_step(i, steps[i + 1].version, &steps[i + 1].durable) == STATEFS_OK, "step");
        steps[i + 1].writes = disk.writes;
    }
}

static bool holds_version(uint32_t key, uint32_t version)
{
    uint32_t length = 0;
    enum statefs_status status = statefs_get(&fs, key_of(key), value, sizeof(value), &length);

    if (version == 0) {
        return status == STATEFS_NOT_FOUND;
    }
    uint32_t size = fill(wanted, version);
    return status == STATEFS_OK && length == size && memcmp(value, wanted, size) == 0;
}

/* The state is that after one of the steps which a cut after so many writes allows. */
static bool is_allowed(uint32_t writes)
{
    uint32_t low = 0;
    uint32_t high = 0;

    for (uint32_t i = 0; i <= STEPS; i++) {
        if (steps[i].durable && steps[i].writes < writes) {
            low = i;
        }
        if (high == 0 && steps[i].writes >= writes) {
            high = i;
        }
    }
    for (uint32_t i = low; i <= high; i++) {
        bool same = true;
        for (uint32_t key = 0; key < KEYS && same; key++) {
            same = holds_version(key, steps[i].version[key]);
        }
        if (same) {
            return true;
        }
    }
    return false;
}

static void open_and_check(struct disk *image, uint32_t writes)
{
    struct statefs_disk on = disk_of(image);

    check(statefs_open(&fs, &on) == STATEFS_OK, "the disk opens after a cut");
    check(is_allowed(writes), "acknowledged is kept, the rest is all or nothing");
}

/* The session after the cut, cut itself at each of its writes; then it works to its end. */
static void next_session(uint32_t writes)
{
    static struct disk before;
    struct statefs_disk on = disk_of(&cut);
    uint32_t length;

    memcpy(before.image, cut.image, sizeof(cut.image));
    cut.recording = true;
    cut.writes = 0;
    cut.flushes = 0;
    cut.fails_after = -1;
    check(statefs_put(&fs, "/state/next", "next", 4) == STATEFS_OK, "the next session puts");
    check(statefs_sync(&fs) == STATEFS_OK, "the next session syncs");
    for (uint32_t w = 0; w < cut.writes && states < target; w++) {
        const struct disk_write *write = &cut.log[w];
        uint32_t torn = 512 * (1 + random_next() % 7);
        memcpy(before.image[write->block], write->bytes, torn);
        if (is_new(&before)) {
            open_and_check(&before, writes);
        }
        memcpy(before.image[write->block], write->bytes, STATEFS_BLOCK);
    }
    check(statefs_open(&fs, &on) == STATEFS_OK, "the disk opens after the next session");
    check(statefs_get(&fs, "/state/next", value, 4, &length) == STATEFS_OK,
          "the next session's value");
    check(is_allowed(writes), "the next session keeps what it found");
}

/* The image after `writes` writes without those of `lost`, the last one torn to `bytes` at one end. */
static void cut_at(uint32_t writes, const uint32_t lost[3], uint32_t bytes, bool from_end)
{
    memcpy(cut.image, again.image, sizeof(cut.image));
    for (uint32_t w = 0; w < writes; w++) {
        const struct disk_write *write = &disk.log[w];
        uint32_t length = w == writes - 1 ? bytes : STATEFS_BLOCK;
        uint32_t at = from_end ? STATEFS_BLOCK - length : 0;
        if (w != lost[0] && w != lost[1] && w != lost[2]) {
            memcpy(cut.image[write->block] + at, write->bytes + at, length);
        }
    }
    if (is_new(&cut)) {
        open_and_check(&cut, writes);
        next_session(writes);
    }
}

static uint32_t first_pending(uint32_t writes)
{
    uint32_t first = writes - 1;

    while (first > 0 && disk.log[first - 1].flushes == disk.log[writes - 1].flushes) {
        first--;
    }
    return writes - first > PENDING_MAX ? writes - PENDING_MAX : first;
}

static void cut_everywhere(void)
{
    for (uint32_t writes = 1; writes <= disk.writes && states < target; writes++) {
        uint32_t none[3] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
        for (uint32_t torn = 1; torn <= 8; torn++) {
            cut_at(writes, none, 512 * torn, false);
            cut_at(writes, none, 512 * torn, true);
        }
        uint32_t first = first_pending(writes);
        for (uint32_t a = first; a < writes; a++) {
            for (uint32_t b = a; b < writes; b++) {
                for (uint32_t c = b; c < writes && states < target; c++) {
                    uint32_t lost[3] = {a, b, c};
                    cut_at(writes, lost, STATEFS_BLOCK, false);
                }
            }
        }
    }
}

int main(int argc, char **argv)
{
    bool without_flush = argc > 2 && strcmp(argv[2], "flushless") == 0;

    if (argc > 1) {
        target = strtoull(argv[1], NULL, 10);
    }
    while (states < target && violations == 0) {
        record_workload(without_flush);
        cut_everywhere();
    }
    printf("crash states: %llu\n", (unsigned long long)states);
    return violations != 0;
}
