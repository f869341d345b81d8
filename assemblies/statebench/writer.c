/* Measures what a value in /state costs, and a block of the disk below it. */
#include "writer.nexus.h"

#include "samples.h"

#include <neuron/abi.h>
#include <nexus/block.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <string.h>

enum { PAIRS = 1000, BLOCK_SECTORS = 8, RAW_SECTORS = 2048, WARM_UP = 16 };

static const char path[] = "/state/bench/value";
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

/* --- values --------------------------------------------------------------------------------------- */

static void put_and_sync(void)
{
    value[0]++;
    CHECK(state_put(path, value, value_length) == 0);
    CHECK(state_sync() == 0);
}

/* --- what is measured ----------------------------------------------------------------------------- */

/* One after the other, so that both see the same disk at the same time. */
static void measure_pairs(const char *raw, const char *state, uint32_t length)
{
    value_length = length;
    for (uint32_t i = 0; i < WARM_UP; i++) {
        write_and_flush();
        put_and_sync();
    }
    for (uint32_t i = 0; i < PAIRS; i++) {
        sample(raw, write_and_flush);
        sample(state, put_and_sync);
    }
    samples_print();
}

int main(void)
{
    uint64_t sectors = 0;
    bool read_only = false;

    CHECK(raw_open(&sectors, &read_only) == 0 && sectors == RAW_SECTORS && !read_only);
    nexus_block_begin(&blocks, raw_ring());
    measure_pairs("pair.raw.64", "pair.put_sync.64", 64);
    measure_pairs("pair.raw.1k", "pair.put_sync.1k", 1024);
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
