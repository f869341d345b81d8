/*
 * The disk of the engine: blocks by virtioblkd. A request has a number, its place in the dataport. A write's bytes stay in
 * the engine's memory until it is answered: virtioblkd's memory is as new when it was restarted, and what it had not
 * answered is asked for again.
 */
#include "disk.h"

#include "statefsd.nexus.h"

#include <neuron/status.h>
#include <nexus/block.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <string.h>

enum {
    SECTORS = STATEFS_BLOCK / NEXUS_BLOCK_SECTOR,
    WRITES = STATEFS_WRITES, /* numbers 0 to WRITES - 1, in turn */
    READ = WRITES,
    FLUSH,
    NUMBERS,
    LOST_MAX = 8 /* times that a request is repeated because the device was reset */
};

static struct {
    bool open; /* not answered */
    uint32_t lost;
    uint32_t operation;
    uint64_t block;
    const void *bytes; /* of a write */
} requests[NUMBERS];
_Static_assert((uint32_t)NUMBERS <= NEXUS_BLOCK_DEPTH, "each number has its place in the ring");
static uint32_t next_write; /* its number */

static struct nexus_block_client ring;
static uint64_t disk_sectors;
static bool disk_read_only;
static bool repeated;    /* something was asked for again */
static bool read_failed; /* the last read */
static bool failed;      /* a write, a flush or all of virtioblkd */

static uint8_t *place(uint32_t number)
{
    return (uint8_t *)blocks_buffers() + (size_t)number * STATEFS_BLOCK;
}

static void fail(const char *what, const char *why)
{
    if (!failed) {
        LOG_ERROR("the disk failed: %s (%s): read-only from now on", what, why);
    }
    failed = true;
}

static void ask(uint32_t number)
{
    const struct nexus_block_request request = {
        .sector = requests[number].block * SECTORS,
        .sectors = SECTORS,
        .offset = number * STATEFS_BLOCK,
        .operation = requests[number].operation,
        .tag = number,
    };

    if (request.operation == NEXUS_BLOCK_WRITE) {
        memcpy(place(number), requests[number].bytes, STATEFS_BLOCK);
    }
    (void)nexus_block_ask(&ring, &request); /* there are as many places in the ring as numbers */
}

static void begin(uint32_t number, uint32_t operation, uint64_t block, const void *bytes)
{
    requests[number].open = true;
    requests[number].lost = 0;
    requests[number].operation = operation;
    requests[number].block = block;
    requests[number].bytes = bytes;
    ask(number);
}

static int open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = false;
    int status = 0;

    do {
        status = blocks_open(&sectors, &read_only);
    } while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
    if (status == 0) {
        nexus_block_begin(&ring, blocks_ring());
        disk_sectors = sectors;
        disk_read_only = read_only;
    }
    return status;
}

/* All that is not answered again, in a new session. False: there is none. */
static bool repeat_all(void)
{
    const uint64_t sectors = disk_sectors;
    const bool read_only = disk_read_only;
    const int status = open_session();

    if (status != 0 || sectors != disk_sectors || read_only != disk_read_only) {
        fail("opening it again", status < 0 ? nexus_strerror(status) : "it is another one");
        return false;
    }
    for (uint32_t number = 0; number < NUMBERS; number++) {
        if (requests[number].open) {
            ask(number);
        }
    }
    repeated = true;
    return true;
}

static void take(const struct nexus_block_answer *answer)
{
    static const char *const names[] = {
        [NEXUS_BLOCK_READ] = "read", [NEXUS_BLOCK_WRITE] = "write", [NEXUS_BLOCK_FLUSH] = "flush"};

    if (answer->tag >= NUMBERS || !requests[answer->tag].open) {
        fail("an answer", "nobody asked for it");
        return;
    }
    const uint32_t number = answer->tag;
    if (answer->result == NEXUS_BLOCK_LOST && requests[number].lost < LOST_MAX) {
        requests[number].lost++;
        repeated = true;
        ask(number);
        return;
    }
    requests[number].open = false;
    if (answer->result == NEXUS_BLOCK_DONE) {
        return;
    }
    if (number == READ) {
        LOG_ERROR("the disk failed: error %u of a read of block %llu", (unsigned)answer->result,
                  (unsigned long long)requests[number].block);
        read_failed = true;
    } else {
        fail(names[requests[number].operation],
             answer->result == NEXUS_BLOCK_READ_ONLY ? "it is read-only" : "it says so");
    }
}

/* Waits for an answer, or more. False: none will come. */
static bool await(void)
{
    struct nexus_block_answer answer;
    const int status = blocks_go(ring.asked, ring.seen, &ring.answered);

    if (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED) {
        return repeat_all();
    }
    if (status != 0 || ring.answered - ring.seen > ring.asked - ring.seen ||
        ring.answered == ring.seen) {
        fail("virtioblkd", status < 0 ? nexus_strerror(status) : "its answer makes no sense");
        return false;
    }
    while (nexus_block_take(&ring, &answer)) {
        take(&answer);
    }
    return true;
}

static bool await_all(void)
{
    for (uint32_t number = 0; number < NUMBERS; number++) {
        while (requests[number].open) {
            if (!await()) {
                return false;
            }
        }
    }
    return true;
}

/* The write of a block that is under way; NUMBERS: none is. */
static uint32_t write_of(uint64_t block)
{
    for (uint32_t number = 0; number < WRITES; number++) {
        if (requests[number].open && requests[number].block == block) {
            return number;
        }
    }
    return NUMBERS;
}

static int read_block(void *context, uint64_t block, void *bytes)
{
    const uint32_t number = write_of(block);

    (void)context;
    if (number != NUMBERS) {
        memcpy(bytes, requests[number].bytes, STATEFS_BLOCK);
        return 0;
    }
    read_failed = false;
    begin(READ, NEXUS_BLOCK_READ, block, NULL);
    while (requests[READ].open) {
        if (!await()) {
            requests[READ].open = false;
            return -1;
        }
    }
    memcpy(bytes, place(READ), STATEFS_BLOCK);
    return read_failed ? -1 : 0;
}

/* The engine may change what was written WRITES - 1 writes ago: that is answered before this one returns. */
static int write_block(void *context, uint64_t block, const void *bytes)
{
    const uint32_t number = next_write;

    (void)context;
    next_write = (number + 1) % WRITES;
    while (!failed && write_of(block) != NUMBERS) {
        (void)await(); /* two writes of a block have no order */
    }
    if (!failed) {
        begin(number, NEXUS_BLOCK_WRITE, block, bytes);
    }
    while (!failed && requests[next_write].open) {
        (void)await();
    }
    return failed ? -1 : 0;
}

static int flush(void *context)
{
    (void)context;
    do {
        repeated = false; /* else: after the flush, perhaps */
        if (!failed) {
            begin(FLUSH, NEXUS_BLOCK_FLUSH, 0, NULL);
        }
    } while (await_all() && repeated && !failed);
    return failed ? -1 : 0;
}

int disk_begin(struct statefs_disk *disk, bool *read_only)
{
    const int status = open_session();

    if (status == 0) {
        *read_only = disk_read_only;
        *disk = (struct statefs_disk){.blocks = disk_sectors / SECTORS,
                                      .read = read_block,
                                      .write = write_block,
                                      .flush = flush};
    }
    return status;
}
