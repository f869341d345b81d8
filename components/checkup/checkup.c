/* Sees at the start whether the drivers deliver, and says so, to updated too. The others do not wait for it. */
#include "checkup.nexus.h"

#include <nexus/block.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdio.h>

enum { ENTROPY_BYTES = 32 };

static bool check_entropy(uint64_t deadline)
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX];
    size_t bytes = 0;
    const int status = entropy_get_until(deadline, ENTROPY_BYTES, entropy, &bytes);

    if (status != 0) {
        LOG_WARN("no entropy: %s", nexus_strerror(status));
        return false;
    }
    printf("entropy ok\n");
    return true;
}

/* Has the disk do one request; its result is negative if virtioblkd cannot be asked. */
static int ask_disk(struct nexus_block_client *blocks, uint64_t deadline, uint32_t operation)
{
    const struct nexus_block_request request = {.sectors = 1, .operation = operation};
    struct nexus_block_answer answer = {0};

    (void)nexus_block_ask(blocks, &request); /* the ring is empty */
    const int status = disk_go_until(deadline, blocks->asked, blocks->seen, &blocks->answered);
    if (status != 0) {
        return status;
    }
    return nexus_block_take(blocks, &answer) ? (int)answer.result : NEXUS_BAD_REPLY;
}

static bool check_disk(uint64_t deadline)
{
    struct nexus_block_client blocks;
    uint64_t sectors = 0;
    bool read_only = false;
    int status = disk_open_until(deadline, &sectors, &read_only);

    if (status == 0) {
        nexus_block_begin(&blocks, disk_ring());
        status = ask_disk(&blocks, deadline, NEXUS_BLOCK_READ);
    }
    if (status == 0) {
        status = ask_disk(&blocks, deadline, NEXUS_BLOCK_FLUSH);
    }
    if (status > 0) {
        LOG_WARN("no disk: it answers with error %d", status);
    } else if (status < 0) {
        LOG_WARN("no disk: %s", nexus_strerror(status));
    } else {
        printf("disk ok%s\n", read_only ? ", read-only" : "");
    }
    return status == 0;
}

/* Nobody has to take this boot back. */
static void tell_health(uint64_t deadline)
{
    const int status = boot_health_ok_until(deadline);

    if (status != 0) {
        LOG_WARN("health not told: %s",
                 status > 0 ? "updated cannot keep it" : nexus_strerror(status));
        return;
    }
    printf("health told\n");
}

int main(void)
{
    const bool has_entropy = check_entropy(nexus_now() + NEXUS_MS(patience_ms));
    const bool has_disk = check_disk(nexus_now() + NEXUS_MS(patience_ms));

    if (has_entropy && has_disk) {
        tell_health(nexus_now() + NEXUS_MS(patience_ms));
    }
    printf("done\n");
    return 0;
}
