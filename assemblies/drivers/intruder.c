/*
 * A hostile client of virtioblkd: it asks for what is not its own, for what does not exist, and says other things than it
 * had said before. Each time it gets the error that is due, and neither its neighbours' blocks, which they check all the
 * time, nor its own change by it. It dies while the disk reads for it, and its second life sees nothing of that.
 */
#include "intruder.nexus.h"

#include "pattern.h"

#include <neuron/status.h>
#include <nexus/keep.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <string.h>

enum { OWN_SECTORS = 8, OWNER = 9, VERSION = 1, DEPTH = NEXUS_BLOCK_DEPTH };

static struct nexus_block_client blocks;
static uint32_t lives NEXUS_KEEP;

static void open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = true;

    CHECK(disk_open(&sectors, &read_only) == 0 && sectors == OWN_SECTORS && !read_only);
    nexus_block_begin(&blocks, disk_ring());
}

/* Has one request done. */
static uint32_t result_of(struct nexus_block_request request)
{
    struct nexus_block_answer answer = {0, UINT32_MAX};

    request.tag = blocks.asked + 77;
    CHECK(nexus_block_ask(&blocks, &request));
    CHECK(disk_go(blocks.asked, blocks.seen, &blocks.answered) == 0);
    CHECK(nexus_block_take(&blocks, &answer) && answer.tag == request.tag);
    CHECK(blocks.seen == blocks.asked);
    return answer.result;
}

static uint32_t read_sectors(uint64_t sector, uint32_t sectors, uint32_t offset)
{
    return result_of((struct nexus_block_request){sector, sectors, offset, NEXUS_BLOCK_READ, 0});
}

static uint32_t write_sectors(uint64_t sector, uint32_t sectors, uint32_t offset)
{
    return result_of((struct nexus_block_request){sector, sectors, offset, NEXUS_BLOCK_WRITE, 0});
}

static void fill_buffers(void)
{
    memset(disk_buffers(), 0x5a, DISK_BUFFERS_BYTES);
}

/* Nothing was read into the buffers. */
static void check_buffers(void)
{
    const uint8_t *bytes = disk_buffers();

    for (size_t i = 0; i < DISK_BUFFERS_BYTES; i++) {
        CHECK(bytes[i] == 0x5a);
    }
}

static void write_own(void)
{
    pattern_write(disk_buffers(), OWNER, 0, OWN_SECTORS, VERSION);
    CHECK(write_sectors(0, OWN_SECTORS, 0) == NEXUS_BLOCK_DONE);
}

static void check_own(void)
{
    memset(disk_buffers(), 0, (size_t)OWN_SECTORS * NEXUS_BLOCK_SECTOR);
    CHECK(read_sectors(0, OWN_SECTORS, 0) == NEXUS_BLOCK_DONE);
    CHECK(pattern_is(disk_buffers(), OWNER, 0, OWN_SECTORS, VERSION));
}

static void attack_extent(void)
{
    static const struct {
        uint64_t sector;
        uint32_t sectors;
    } beyond[] = {
        {OWN_SECTORS, 1},          {OWN_SECTORS - 1, 2},
        {0, OWN_SECTORS + 1},      {0, 0},
        {0, UINT32_MAX},           {1, UINT32_MAX},
        {UINT64_MAX, 1},           {UINT64_MAX, 2},
        {UINT64_MAX - 7, 8},       {UINT64_MAX - 2007, 8},
        {-UINT64_C(1000), 8},      {UINT64_C(1) << 55, 1},
        {UINT64_C(1) << 32, 1},    {UINT64_C(1) << 63, 1},
        {0, 0x80000000},           {0, 0x800000},
        {OWN_SECTORS, UINT32_MAX}, {OWN_SECTORS, 0},
    };

    fill_buffers();
    for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
        CHECK(read_sectors(beyond[i].sector, beyond[i].sectors, 0) == NEXUS_BLOCK_BAD_SECTORS);
        CHECK(write_sectors(beyond[i].sector, beyond[i].sectors, 0) == NEXUS_BLOCK_BAD_SECTORS);
    }
    check_buffers();
    promise_kept("blk hostile extent");
}

static void attack_buffers(void)
{
    static const uint32_t offsets[] = {DISK_BUFFERS_BYTES - NEXUS_BLOCK_SECTOR + 1,
                                       DISK_BUFFERS_BYTES,
                                       DISK_BUFFERS_BYTES + 1,
                                       0x80000000,
                                       UINT32_MAX - NEXUS_BLOCK_SECTOR + 1,
                                       UINT32_MAX};

    fill_buffers();
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        CHECK(read_sectors(0, 1, offsets[i]) == NEXUS_BLOCK_BAD_BUFFER);
        CHECK(write_sectors(0, 1, offsets[i]) == NEXUS_BLOCK_BAD_BUFFER);
    }
    check_buffers();
    promise_kept("blk hostile buffer");
}

static void attack_operations(void)
{
    for (uint32_t operation = 0; operation < 40; operation++) {
        if (operation < NEXUS_BLOCK_READ || operation > NEXUS_BLOCK_BARRIER) {
            CHECK(result_of((struct nexus_block_request){0, 1, 0, operation, 0}) ==
                  NEXUS_BLOCK_BAD_OPERATION);
        }
    }
    CHECK(result_of((struct nexus_block_request){0, 1, 0, UINT32_MAX, 0}) ==
          NEXUS_BLOCK_BAD_OPERATION);
    promise_kept("blk hostile operation");
}

/* Numbers of requests and answers that cannot be change nothing. */
static void attack_counts(void)
{
    const uint32_t now = blocks.asked;
    uint32_t count = 0;

    CHECK(disk_go(now + DEPTH + 1, now, &count) == BLOCK_BAD_COUNT);
    CHECK(disk_go(now + UINT32_MAX / 2, now, &count) == BLOCK_BAD_COUNT);
    CHECK(disk_go(now - 1, now - 1, &count) == BLOCK_BAD_COUNT);
    CHECK(disk_go(now - 1, now, &count) == BLOCK_BAD_COUNT);
    CHECK(disk_go(now, now + 1, &count) == BLOCK_BAD_COUNT);
    CHECK(disk_go(now + 1, now + 1, &count) == BLOCK_BAD_COUNT);
    CHECK(disk_go(now, now - DEPTH - 1, &count) == BLOCK_BAD_COUNT);
    check_own();
    promise_kept("blk hostile counts");
}

/* Says something else once it was asked: whatever is taken, was checked as it was taken. */
static void attack_again(void)
{
    struct nexus_block_ring *ring = disk_ring();
    struct nexus_block_answer answer;
    uint32_t moved = 0;

    for (uint32_t round = 0; round < 50; round++) {
        const struct nexus_block_request good = {0, 1, round * NEXUS_BLOCK_SECTOR, NEXUS_BLOCK_READ,
                                                 0};
        const struct nexus_block_request flush = {.operation = NEXUS_BLOCK_FLUSH};
        for (uint32_t n = 0; n < DEPTH; n++) {
            CHECK(nexus_block_ask(&blocks, n % 4 == 1 ? &flush : &good));
        }
        while (blocks.seen != blocks.asked) {
            CHECK(disk_go(blocks.asked, blocks.seen, &blocks.answered) == 0);
            while (nexus_block_take(&blocks, &answer)) {
                CHECK(answer.result == NEXUS_BLOCK_DONE ||
                      answer.result == NEXUS_BLOCK_BAD_SECTORS ||
                      answer.result == NEXUS_BLOCK_BAD_BUFFER);
                moved += answer.result != NEXUS_BLOCK_DONE ? 1 : 0;
            }
            for (uint32_t n = 0; n < DEPTH; n++) {
                ring->requests[n].operation = NEXUS_BLOCK_WRITE;
                ring->requests[n].sector = n % 2 == 0 ? -UINT64_C(2008) : 0;
                ring->requests[n].offset = n % 2 == 0 ? 0 : UINT32_MAX;
            }
        }
    }
    CHECK(moved > 0);
    check_own();
    promise_kept("blk hostile ring");
}

/* Calls though there is nothing to do: each call is answered at once, and keeps nobody from the disk. */
static void attack_often(void)
{
    for (uint32_t n = 0; n < 1000; n++) {
        CHECK(disk_go(blocks.asked, blocks.seen, &blocks.answered) == 0);
        CHECK(blocks.answered == blocks.seen);
    }
    check_own();
    promise_kept("blk hostile calls");
}

/* Has as much read as can be under way, and waits for one answer. Returns how many are still to come. */
static uint32_t leave_under_way(void)
{
    for (uint32_t n = 0; n < DEPTH; n++) {
        const struct nexus_block_request request = {
            0, OWN_SECTORS, n * OWN_SECTORS * NEXUS_BLOCK_SECTOR, NEXUS_BLOCK_READ, n};
        CHECK(nexus_block_ask(&blocks, &request));
    }
    CHECK(disk_go(blocks.asked, blocks.seen, &blocks.answered) == 0);
    return blocks.asked - blocks.answered;
}

/* A session begins with nothing under way: what an earlier one asked for arrives before that, or never. */
static void begin_with_nothing_under_way(void)
{
    open_session();
    fill_buffers();
    nexus_sleep_until(nexus_now() + NEXUS_MS(20));
    CHECK(disk_go(0, 0, &blocks.answered) == 0 && blocks.answered == 0);
    check_buffers();
    check_own();
}

static void attack_open(void)
{
    uint32_t left = 0;

    for (int round = 0; round < 10; round++) {
        left += leave_under_way();
        begin_with_nothing_under_way();
    }
    CHECK(left > 0);
    promise_kept("blk hostile open");
}

/* What the server's glue says of a message. */
static int refusal(uint64_t slot, uint64_t label, uint64_t words, uint64_t bytes)
{
    struct neuron_call_out out = {0};
    int64_t status = NEURON_PEER_DIED;

    /* rngd is killed meanwhile. */
    while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED) {
        status = neuron_call(slot, NEURON_TAG(label, words, bytes), UINT64_MAX, UINT64_MAX, 0, 0,
                             NEURON_FOREVER, &out);
    }
    CHECK(status == NEURON_OK);
    return NEXUS_STATUS_OF(NEURON_TAG_LABEL(out.tag));
}

static void attack_messages(void)
{
    static const struct {
        uint64_t slot, label, words, bytes;
        int refusal;
    } messages[] = {
        {DISK_SLOT, 0, 0, 0, NEXUS_UNKNOWN_METHOD},
        {DISK_SLOT, 3, 2, 0, NEXUS_UNKNOWN_METHOD},
        {DISK_SLOT, 1, 1, 0, NEXUS_MALFORMED},
        {DISK_SLOT, 1, 0, 8, NEXUS_MALFORMED},
        {DISK_SLOT, 2, 1, 0, NEXUS_MALFORMED},
        {DISK_SLOT, 2, 3, 0, NEXUS_MALFORMED},
        {DISK_SLOT, 2, 2, 4096, NEXUS_MALFORMED},
        {DISK_SLOT, 2, 2, 0, NEXUS_MALFORMED},
        {ENTROPY_SLOT, 0, 1, 0, NEXUS_UNKNOWN_METHOD},
        {ENTROPY_SLOT, 2, 1, 0, NEXUS_UNKNOWN_METHOD},
        {ENTROPY_SLOT, 1, 0, 0, NEXUS_MALFORMED},
        {ENTROPY_SLOT, 1, 2, 0, NEXUS_MALFORMED},
        {ENTROPY_SLOT, 1, 1, 4096, NEXUS_MALFORMED},
        {ENTROPY_SLOT, 1, 1, 0, NEXUS_MALFORMED},
    };

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        CHECK(refusal(messages[i].slot, messages[i].label, messages[i].words, messages[i].bytes) ==
              messages[i].refusal);
    }
    check_own();
    promise_kept("drivers hostile messages");
}

/* A connection to a driver is not its device. */
static void attack_devices(void)
{
    static const uint64_t connections[] = {DISK_SLOT, ENTROPY_SLOT};

    for (size_t i = 0; i < sizeof(connections) / sizeof(connections[0]); i++) {
        const uint64_t slot = connections[i];
        CHECK(neuron_dev_write(slot, 0, 0) == NEURON_WRONG_KIND);
        CHECK(neuron_dev_queue(slot, 0, 1, 0) == NEURON_WRONG_KIND);
        CHECK(neuron_dev_post(slot, 0, 0, 1, 1) == NEURON_WRONG_KIND);
        CHECK(neuron_cap_drop(slot) == NEURON_WRONG_KIND);
    }
    CHECK(neuron_dev_post(UINT64_MAX, 0, 0, 1, 1) == NEURON_BAD_SLOT);
    check_own();
    promise_kept("drivers hostile slots");
}

/* Asks for entropy that cannot be, and does not wait for what it asked for. */
static void attack_entropy(void)
{
    static const uint32_t sizes[] = {0, ENTROPY_GET_ENTROPY_MAX + 1, 0x80000000, UINT32_MAX};
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX] = {0};
    size_t bytes = 0;
    uint32_t given_up = 0;

    for (uint32_t n = 0; n < 200; n++) {
        int status =
            entropy_get_until(nexus_now() + NEXUS_US(20), sizeof(entropy), entropy, &bytes);
        given_up += status == NEURON_TIMEOUT ? 1 : 0;
        do {
            status = entropy_get(sizes[n % 4], entropy, &bytes);
        } while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
        CHECK(status == ENTROPY_BAD_SIZE);
        do {
            status = entropy_get(n + 1, entropy, &bytes);
        } while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
        CHECK(status == 0 && bytes == n + 1);
    }
    CHECK(given_up > 0);
    promise_kept("rng hostile calls");
}

/* The last one: its neighbours' buffers, where virtioblkd has them. */
static void attack_memory(void)
{
    volatile uint8_t *other = (volatile uint8_t *)disk_buffers() - NEURON_USER_SPAN;

    *other = 1;
}

int attack_over(struct nexus_client client)
{
    (void)client;
    return 0;
}

int main(void)
{
    uint32_t count = 0;

    CHECK(disk_go(0, 0, &count) == BLOCK_NOT_OPEN);
    if (lives++ > 0) {
        begin_with_nothing_under_way();
        promise_kept("blk hostile death");
        nexus_serve();
    }
    open_session();
    write_own();
    attack_extent();
    attack_buffers();
    attack_operations();
    attack_counts();
    attack_again();
    attack_often();
    attack_open();
    attack_messages();
    attack_devices();
    attack_entropy();
    (void)leave_under_way();
    attack_memory();
    return 1;
}
