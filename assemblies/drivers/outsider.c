/* A client that the policy gives no entropy. */
#include "outsider.nexus.h"

#include <nexus/selftest.h>
#include <nexus/status.h>

int main(void)
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX] = {0};
    size_t bytes = 0;

    CHECK(entropy_get(16, entropy, &bytes) == NEXUS_DENIED);
    CHECK(entropy_get(257, entropy, &bytes) == NEXUS_DENIED);
    for (size_t i = 0; i < sizeof(entropy); i++) {
        CHECK(entropy[i] == 0);
    }
    promise_kept("rng entropy denied");
    return 0;
}
