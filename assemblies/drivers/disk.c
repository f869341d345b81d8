/* What virtioblkd promises to its clients. */
#include "selftest.h"

#include "pattern.h"

#include <neuron/status.h>
#include <nexus/block.h>
#include <stdio.h>
#include <string.h>

enum { SECTORS = 8, BYTES = SECTORS * NEXUS_BLOCK_SECTOR, PARTS = 4, OWNER = 3 };

static struct nexus_block_client blocks;

static int open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = false;
    const int status = disk_open(&sectors, &read_only);

    if (status == 0) {
        CHECK(sectors == 2048 - 2008 && !read_only);
        nexus_block_begin(&blocks, disk_ring());
    }
    return status;
}

static void ask(uint32_t operation, uint32_t part, uint32_t from)
{
    const struct nexus_block_request request = {.sector = (uint64_t)part * SECTORS,
                                                .sectors = SECTORS,
                                                .offset = (from + part) * BYTES,
                                                .operation = operation,
                                                .tag = part};

    CHECK(nexus_block_ask(&blocks, &request));
}

/* Waits until all is answered, each request once. */
static void await(uint32_t tags)
{
    struct nexus_block_answer answer;
    uint32_t came = 0;

    while (blocks.seen != blocks.asked) {
        CHECK(disk_go(blocks.asked, blocks.seen, &blocks.answered) == 0);
        while (nexus_block_take(&blocks, &answer)) {
            CHECK(answer.result == NEXUS_BLOCK_DONE && answer.tag < 32);
            CHECK((came >> answer.tag & 1) == 0);
            came |= UINT32_C(1) << answer.tag;
        }
    }
    CHECK(came == tags);
}

/* Writes, a barrier, and reads to another place, all at once; then a flush. */
void test_blocks(void)
{
    uint8_t *data = disk_buffers();

    CHECK(open_session() == 0);
    pattern_write(data, OWNER, 0, PARTS * SECTORS, 1 + random_below(UINT32_MAX - 1));
    for (uint32_t part = 0; part < PARTS; part++) {
        ask(NEXUS_BLOCK_WRITE, part, 0);
    }
    ask(NEXUS_BLOCK_BARRIER, PARTS, 0);
    await((1 << (PARTS + 1)) - 1);
    for (uint32_t part = 0; part < PARTS; part++) {
        ask(NEXUS_BLOCK_READ, part, PARTS);
    }
    ask(NEXUS_BLOCK_FLUSH, PARTS, 0);
    await((1 << (PARTS + 1)) - 1);
    CHECK(memcmp(data, data + PARTS * BYTES, PARTS * BYTES) == 0);
    promise_kept("blk reads what was written");
}

/* The intruder counts on a virtioblkd that lives; it dies itself meanwhile. */
static void await_intruder(void)
{
    int status = 0;

    do {
        status = attack_over();
    } while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
    CHECK(status == 0);
}

static struct {
    uint32_t answered, ended;
} left, right;

static uint32_t deaths_seen(void)
{
    CHECK(left_done(&left.answered, &left.ended) == 0);
    CHECK(right_done(&right.answered, &right.ended) == 0);
    return left.ended < right.ended ? left.ended : right.ended;
}

void test_deaths_of_virtioblkd(void)
{
    await_intruder();
    const uint32_t deaths = kill_under_load(blk_stab, open_session, deaths_seen);
    printf("%u deaths of virtioblkd: two clients had %u and %u requests done, %u and %u times they "
           "ended\n",
           (unsigned)deaths, (unsigned)left.answered, (unsigned)right.answered,
           (unsigned)left.ended, (unsigned)right.ended);
    CHECK(left.answered >= deaths && right.answered >= deaths);
    promise_kept("blk deaths under load");
}
