/*
 * Reads much, so many requests at a time, and prints how long it took: `stretch NAME TICKS COUNT`. A counter of
 * instructions sees where a stretch begins and ends by the function mark().
 */
#include "reader.nexus.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <nexus/block.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>

enum { REPEATS = 5, WARM_UP = 64, ENTROPY_CALLS = 200, DISK_SECTORS = 65536 };
enum { SMALL_SECTORS = 8, LARGE_SECTORS = 128, SMALL_REQUESTS = 4096, LARGE_REQUESTS = 1024 };

struct disk {
    const char *name;
    int (*go)(uint32_t asked, uint32_t seen, uint32_t *answered);
    struct nexus_block_client blocks;
};

void mark(void);

__attribute__((noinline)) void mark(void)
{
    __asm__ volatile("" ::: "memory");
}

static void ask(struct disk *disk, uint32_t number, uint32_t sectors)
{
    const struct nexus_block_request request = {
        .sector = (uint64_t)number * sectors % DISK_SECTORS,
        .sectors = sectors,
        .offset = number % NEXUS_BLOCK_DEPTH * sectors * NEXUS_BLOCK_SECTOR,
        .operation = NEXUS_BLOCK_READ,
    };

    CHECK(nexus_block_ask(&disk->blocks, &request));
}

/* Reads `requests` times, and has `depth` of them under way. */
static void read_blocks(struct disk *disk, uint32_t sectors, uint32_t depth, uint32_t requests)
{
    struct nexus_block_client *blocks = &disk->blocks;
    struct nexus_block_answer answer;
    uint32_t asked = 0;
    uint32_t done = 0;

    while (done < requests) {
        for (; asked < requests && asked - done < depth; asked++) {
            ask(disk, asked, sectors);
        }
        CHECK(disk->go(blocks->asked, blocks->seen, &blocks->answered) == 0);
        while (nexus_block_take(blocks, &answer)) {
            CHECK(answer.result == NEXUS_BLOCK_DONE);
            done++;
        }
    }
}

static void measure_blocks(struct disk *disk, const char *size, uint32_t sectors, uint32_t depth,
                           uint32_t requests)
{
    read_blocks(disk, sectors, depth, WARM_UP);
    for (int i = 0; i < REPEATS; i++) {
        mark();
        const uint64_t start = nexus_now();
        read_blocks(disk, sectors, depth, requests);
        const uint64_t ticks = nexus_now() - start;
        mark();
        printf("stretch blk.%s.%s.%" PRIu32 " %" PRIu64 " %" PRIu32 "\n", disk->name, size, depth,
               ticks, requests);
    }
}

static void measure_disk(struct disk *disk)
{
    measure_blocks(disk, "4k", SMALL_SECTORS, 1, SMALL_REQUESTS);
    measure_blocks(disk, "4k", SMALL_SECTORS, NEXUS_BLOCK_DEPTH, SMALL_REQUESTS);
    measure_blocks(disk, "64k", LARGE_SECTORS, 1, LARGE_REQUESTS);
    measure_blocks(disk, "64k", LARGE_SECTORS, NEXUS_BLOCK_DEPTH, LARGE_REQUESTS);
}

static void measure_entropy(void)
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX];
    size_t bytes = 0;

    CHECK(entropy_get(sizeof(entropy), entropy, &bytes) == 0);
    for (int i = 0; i < REPEATS; i++) {
        mark();
        const uint64_t start = nexus_now();
        for (int n = 0; n < ENTROPY_CALLS; n++) {
            CHECK(entropy_get(sizeof(entropy), entropy, &bytes) == 0);
        }
        const uint64_t ticks = nexus_now() - start;
        mark();
        printf("stretch entropy.256b %" PRIu64 " %d\n", ticks, ENTROPY_CALLS);
    }
}

int main(void)
{
    static struct disk disks[] = {{.name = "guarded", .go = guarded_go},
                                  {.name = "trusted", .go = trusted_go}};
    uint64_t sectors = 0;
    bool read_only = false;

    CHECK(guarded_open(&sectors, &read_only) == 0 && sectors >= DISK_SECTORS);
    CHECK(trusted_open(&sectors, &read_only) == 0 && sectors >= DISK_SECTORS);
    nexus_block_begin(&disks[0].blocks, guarded_ring());
    nexus_block_begin(&disks[1].blocks, trusted_ring());
    measure_disk(&disks[0]);
    measure_disk(&disks[1]);
    measure_entropy();
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
