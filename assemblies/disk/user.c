/* Writes, flushes and reads, and says what came of it. */
#include "user.nexus.h"

#include <neuron/status.h>
#include <nexus/block.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 64, ROUNDS = 3, SECTORS_PER_FLUSH = 5, RESULTS = NEXUS_BLOCK_LOST + 1 };

static struct nexus_block_client blocks;
static uint32_t results[NEXUS_BLOCK_BARRIER + 1][RESULTS]; /* how often, by operation */
static uint32_t wrong;        /* sectors that are not what was written */
static bool written[SECTORS]; /* the last write of it was done */

static int open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = false;
    int status = disk_open(&sectors, &read_only);

    while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED) {
        status = disk_open(&sectors, &read_only);
    }
    if (status == 0) {
        nexus_block_begin(&blocks, disk_ring());
    }
    return status;
}

/* Has it done, alone. One that virtioblkd died over counts as lost. */
static uint32_t ask(uint32_t operation, uint32_t sector)
{
    const struct nexus_block_request request = {sector, 1, 0, operation, 0};
    struct nexus_block_answer answer = {0, NEXUS_BLOCK_LOST};

    if (nexus_block_ask(&blocks, &request) &&
        disk_go(blocks.asked, blocks.seen, &blocks.answered) == 0) {
        (void)nexus_block_take(&blocks, &answer);
    } else if (open_session() != 0) {
        LOG_ERROR("virtioblkd is gone");
        exit(EXIT_FAILURE);
    }
    if (answer.result < RESULTS) {
        results[operation][answer.result]++;
    }
    return answer.result;
}

static uint8_t content(uint32_t round, uint32_t sector)
{
    return (uint8_t)(1 + round * SECTORS + sector);
}

static void write_all(uint32_t round)
{
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        memset(disk_buffers(), content(round, sector), NEXUS_BLOCK_SECTOR);
        written[sector] = ask(NEXUS_BLOCK_WRITE, sector) == NEXUS_BLOCK_DONE;
        if (sector % SECTORS_PER_FLUSH == 0) {
            (void)ask(NEXUS_BLOCK_FLUSH, 0);
        }
    }
}

static void read_all(uint32_t round)
{
    uint8_t expected[NEXUS_BLOCK_SECTOR];

    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        memset(expected, content(round, sector), sizeof(expected));
        if (ask(NEXUS_BLOCK_READ, sector) == NEXUS_BLOCK_DONE && written[sector] &&
            memcmp(disk_buffers(), expected, sizeof(expected)) != 0) {
            wrong++;
        }
    }
}

static void report(const char *name, uint32_t operation)
{
    const uint32_t *counts = results[operation];

    printf("%s: %u done, %u errors, %u read-only, %u lost\n", name,
           (unsigned)counts[NEXUS_BLOCK_DONE], (unsigned)counts[NEXUS_BLOCK_IO_ERROR],
           (unsigned)counts[NEXUS_BLOCK_READ_ONLY], (unsigned)counts[NEXUS_BLOCK_LOST]);
}

int main(void)
{
    const int status = open_session();

    if (status != 0) {
        printf("no disk: %s\n", nexus_strerror(status));
        return 0;
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        write_all(round);
        read_all(round);
    }
    report("writes", NEXUS_BLOCK_WRITE);
    report("flushes", NEXUS_BLOCK_FLUSH);
    report("reads", NEXUS_BLOCK_READ);
    printf("%u sectors are wrong\n", (unsigned)wrong);
    printf("done\n");
    return 0;
}
