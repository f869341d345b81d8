/* A client that the policy gives no entropy, and the assembly no part of the disk. */
#include "outsider.nexus.h"

#include <nexus/selftest.h>
#include <nexus/status.h>

int main(void)
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX] = {0};
    size_t bytes = 0;
    uint64_t sectors = 0;
    bool read_only = false;
    uint32_t answered = 0;

    CHECK(entropy_get(16, entropy, &bytes) == NEXUS_DENIED);
    CHECK(entropy_get(257, entropy, &bytes) == NEXUS_DENIED);
    for (size_t i = 0; i < sizeof(entropy); i++) {
        CHECK(entropy[i] == 0);
    }
    promise_kept("rng entropy denied");
    CHECK(disk_open(&sectors, &read_only) == BLOCK_NO_EXTENT);
    CHECK(disk_go(1, 0, &answered) == BLOCK_NO_EXTENT);
    promise_kept("blk no extent");
    return 0;
}
