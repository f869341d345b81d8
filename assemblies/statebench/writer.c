/* Measures what a value in /state costs, and a block of the disk below it. */
#include "writer.nexus.h"

#include "opening.h"
#include "samples.h"

#include <neuron/abi.h>
#include <nexus/block.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <stdio.h>
#include <string.h>

enum {
    SAMPLES = 1000,
    LONG_RUN = 5000,
    BLOCK_SECTORS = 8,
    RAW_SECTORS = 2048,
    WARM_UP = 16,
    OF_A_COMMIT = 4,
    LIVE = 512, /* values of 1 KiB in a region of 1 MiB, so that it is half full after compaction */
    PATH_BYTES = 32
};

static uint8_t value[STATE_PUT_VALUE_MAX];
static uint32_t value_length;
static struct nexus_block_client blocks;

/* --- the disk itself ------------------------------------------------------------------------------ */

static void await_raw(void)
{
    struct nexus_block_answer answer;

    while (blocks.seen != blocks.asked) {
        CHECK(raw_go(blocks.asked, blocks.seen, &blocks.answered) == 0);
        while (nexus_block_take(&blocks, &answer)) {
            CHECK(answer.result == NEXUS_BLOCK_DONE);
        }
    }
}

/* The next block, and a flush behind it, as statefsd asks for them: both at once. */
static void write_and_flush(void)
{
    static uint32_t number;
    const struct nexus_block_request write = {.sector =
                                                  (uint64_t)number * BLOCK_SECTORS % RAW_SECTORS,
                                              .sectors = BLOCK_SECTORS,
                                              .operation = NEXUS_BLOCK_WRITE};
    const struct nexus_block_request flush = {.operation = NEXUS_BLOCK_FLUSH};

    number++;
    CHECK(nexus_block_ask(&blocks, &write) && nexus_block_ask(&blocks, &flush));
    await_raw();
}

static void open_raw(void)
{
    uint64_t sectors = 0;
    bool read_only = false;

    CHECK(raw_open(&sectors, &read_only) == 0 && sectors == RAW_SECTORS && !read_only);
    nexus_block_begin(&blocks, raw_ring());
}

/* --- values --------------------------------------------------------------------------------------- */

/* A path of always the same length. */
static const char *path_of(uint32_t number)
{
    static char path[PATH_BYTES];

    (void)snprintf(path, sizeof(path), "/state/bench/%04u", (unsigned)number);
    return path;
}

static void put_and_sync(void)
{
    value[0]++;
    CHECK(plain_put(path_of(0), value, value_length) == 0);
    CHECK(plain_sync() == 0);
}

static void commit(void)
{
    value[0]++;
    CHECK(plain_begin() == 0);
    for (uint32_t i = 0; i < OF_A_COMMIT; i++) {
        CHECK(plain_put(path_of(i), value, value_length) == 0);
    }
    CHECK(plain_commit() == 0);
}

static void get(void)
{
    static uint8_t found[STATE_GET_VALUE_MAX];
    size_t length = 0;

    CHECK(plain_get(path_of(0), found, &length) == 0 && length == value_length);
}

/* One value after the other of those that are in the tight one. */
static void put_and_sync_next(void)
{
    static uint32_t number;

    number = (number + 1) % LIVE;
    value[0]++;
    CHECK(tight_put(path_of(number), value, value_length) == 0);
    CHECK(tight_sync() == 0);
}

static uint32_t bytes_of_a_put(void)
{
    return (uint32_t)strlen(path_of(0)) + value_length;
}

/* --- what is measured ----------------------------------------------------------------------------- */

static void measure(const char *kind, const char *size, void (*operation)(void))
{
    char name[PATH_BYTES];

    (void)snprintf(name, sizeof(name), "%s.%s", kind, size);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        sample(name, operation);
    }
    samples_print();
}

/* One after the other, so that both see the same disk at the same time. */
static void measure_pairs(const char *size)
{
    char raw[PATH_BYTES];
    char state[PATH_BYTES];

    (void)snprintf(raw, sizeof(raw), "pair_raw.%s", size);
    (void)snprintf(state, sizeof(state), "pair_put_sync.%s", size);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        sample(raw, write_and_flush);
        sample(state, put_and_sync);
    }
    samples_print();
}

static void measure_values(const char *size, uint32_t length)
{
    char name[PATH_BYTES];

    value_length = length;
    for (uint32_t i = 0; i < WARM_UP; i++) {
        write_and_flush();
        put_and_sync();
    }
    measure_pairs(size);
    stage_ended("warm_up", 0, 0);
    measure("put_sync", size, put_and_sync);
    (void)snprintf(name, sizeof(name), "put_sync.%s", size);
    stage_ended(name, SAMPLES, SAMPLES * bytes_of_a_put());
    measure("commit4", size, commit);
    (void)snprintf(name, sizeof(name), "commit4.%s", size);
    stage_ended(name, SAMPLES, SAMPLES * OF_A_COMMIT * bytes_of_a_put());
    measure("get", size, get);
    (void)snprintf(name, sizeof(name), "get.%s", size);
    stage_ended(name, 0, 0);
}

/* Of a region that is half full of values that are wanted. */
static void measure_compaction(void)
{
    value_length = sizeof(value);
    for (uint32_t i = 0; i < LIVE; i++) {
        put_and_sync_next();
    }
    for (uint32_t i = 0; i < SAMPLES; i++) {
        sample("compacting.1k", put_and_sync_next);
    }
    samples_print();
}

static void measure_long_run(const char *name, uint32_t length)
{
    stage_ended("warm_up", 0, 0);
    value_length = length;
    for (uint32_t i = 0; i < LONG_RUN; i++) {
        put_and_sync_next();
    }
    stage_ended(name, LONG_RUN, LONG_RUN * bytes_of_a_put());
}

int main(void)
{
    open_raw();
    CHECK(plain_sync() == 0 && tight_sync() == 0);
    measure_values("64", 64);
    measure_values("1k", 1024);
    measure_compaction();
    measure_long_run("long_run.1k", 1024);
    measure_long_run("long_run.64", 64);
    printf("stages done\n");
    measure_openings();
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
