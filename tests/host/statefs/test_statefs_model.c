/*
 * Random operations on statefs and on a plain map: the same answers, also after the disk was opened again,
 * where what
 * was not made durable is gone as a whole.
 *
 * host-statefs_model [OPERATIONS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "parts.h"

#define KEYS 24u

struct map {
    uint32_t version[KEYS]; /* 0: no value */
    uint32_t length[KEYS];
};

static struct disk disk;
static struct statefs fs;
static struct map now;
static struct map durable; /* what is there after opening again */
static uint64_t seed = 1;
static uint64_t operation;
static uint64_t reopens;
static uint64_t full;
static uint64_t compactions;
static uint8_t value[STATEFS_VALUE_MAX];
static uint8_t wanted[STATEFS_VALUE_MAX];

static void check(bool holds, const char *promise)
{
    if (!holds) {
        printf("broken: %s (operation %llu)\n", promise, (unsigned long long)operation);
        exit(1);
    }
}

static uint32_t random_below(uint32_t bound)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % bound;
}

/* In sorted order by their numbers. */
static const char *key_of(uint32_t key)
{
    static char keys[KEYS][32];

    snprintf(keys[key], sizeof(keys[key]), "/state/%c/%02u", 'a' + (int)key / 8, key);
    return keys[key];
}

static void fill(uint8_t *bytes, uint32_t version, uint32_t length)
{
    memset(bytes, (int)(version * 31), length);
    if (length >= sizeof(version)) {
        memcpy(bytes, &version, sizeof(version));
    }
}

static void check_key(uint32_t key)
{
    uint32_t length = 0;
    enum statefs_status status = statefs_get(&fs, key_of(key), value, sizeof(value), &length);

    if (now.version[key] == 0) {
        check(status == STATEFS_NOT_FOUND, "what is not there is not found");
        return;
    }
    fill(wanted, now.version[key], now.length[key]);
    check(status == STATEFS_OK && length == now.length[key] && memcmp(value, wanted, length) == 0,
          "the value is the last one");
}

static void check_list(void)
{
    uint32_t index = 0;

    for (uint32_t key = 0; key < KEYS; key++) {
        if (now.version[key] != 0) {
            const struct statefs_entry *entry = statefs_list(&fs, "/state/", index++);
            check(entry && strcmp(entry->key, key_of(key)) == 0 && entry->length == now.length[key],
                  "the list is that of the map");
        }
        check_key(key);
    }
    check(statefs_list(&fs, "/state/", index) == NULL, "the list ends where the map does");
}

static void reopen(void)
{
    struct statefs_disk on = disk_of(&disk);

    check(statefs_open(&fs, &on) == STATEFS_OK, "it opens again");
    now = durable;
    reopens++;
    check_list();
}

/* Operations of one batch have different keys. */
static uint32_t make_batch(struct statefs_operation batch[3], struct map *after)
{
    static uint8_t values[3][STATEFS_VALUE_MAX];
    uint32_t count = 1 + (random_below(4) == 0 ? random_below(3) : 0);
    uint32_t first = random_below(KEYS);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = (first + 5 * i) % KEYS;
        batch[i] = (struct statefs_operation){key_of(key), NULL, 0};
        after->version[key] = 0;
        if (random_below(4) > 0) {
            uint32_t length = random_below(random_below(40) == 0 ? STATEFS_VALUE_MAX : 5000);
            after->version[key] = (uint32_t)operation + 1;
            after->length[key] = length;
            fill(values[i], after->version[key], length);
            batch[i] = (struct statefs_operation){key_of(key), values[i], length};
        }
    }
    return count;
}

/* What was done before a compaction is durable with it. */
static void see_compaction(uint64_t version_before, const struct map *before)
{
    if (fs.super.version != version_before) {
        durable = *before;
        compactions++;
    }
}

static void write_batch(void)
{
    struct statefs_operation batch[3] = {{NULL, NULL, 0}};
    struct map after = now;
    uint32_t count = make_batch(batch, &after);
    uint64_t version = fs.super.version;
    bool commits = count > 1 || random_below(2) == 0;
    bool was_there = statefs_list(&fs, batch[0].key, 0) != NULL;
    enum statefs_status status =
        commits          ? statefs_commit(&fs, batch, count)
        : batch[0].value ? statefs_put(&fs, batch[0].key, batch[0].value, batch[0].length)
                         : statefs_delete(&fs, batch[0].key);

    see_compaction(version, &now);
    if (status == STATEFS_NO_SPACE) {
        uint64_t bytes = 6 * STATEFS_BLOCK;
        for (uint32_t i = 0; i < count; i++) {
            bytes += batch[i].length;
        }
        check(fs.live + bytes > fs.log.bytes, "space is refused only when there is none");
        full++;
        return;
    }
    if (status == STATEFS_NOT_FOUND) {
        check(!commits && !batch[0].value && !was_there, "not found is what was not there");
        return;
    }
    check(status == STATEFS_OK, "a batch is written");
    now = after;
    if (commits) {
        durable = now;
    }
}

static void step(void)
{
    uint32_t what = random_below(1000);

    if (what < 550) {
        write_batch();
    } else if (what < 930) {
        check_key(random_below(KEYS));
    } else if (what < 970) {
        check(statefs_sync(&fs) == STATEFS_OK, "sync");
        durable = now;
    } else if (what < 975) {
        enum statefs_status status = statefs_compact(&fs);
        check(status == STATEFS_OK, "compact");
        durable = now;
    } else if (what < 980) {
        check_list();
    } else {
        reopen();
    }
}

int main(int argc, char **argv)
{
    uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    struct statefs_disk on = disk_of(&disk);

    disk_reset(&disk);
    check(statefs_mkfs(&fs, &on, false) == STATEFS_OK, "mkfs");
    for (operation = 0; operation < operations; operation++) {
        step();
    }
    check(reopens > 0 && full > 0 && compactions > 0, "all of it happened");
    printf("operations: %llu; opened again: %llu, compacted or begun: %llu, full: %llu\n",
           (unsigned long long)operations, (unsigned long long)reopens,
           (unsigned long long)compactions, (unsigned long long)full);
    return 0;
}
