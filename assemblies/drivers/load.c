/* Asks for entropy all the time, and goes on when rngd died. */
#include "load.nexus.h"

#include <neuron/status.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <string.h>

static uint32_t answered, ended;

int load_done(struct nexus_client client, uint32_t *n_answered, uint32_t *n_ended)
{
    (void)client;
    *n_answered = answered;
    *n_ended = ended;
    return 0;
}

int main(void)
{
    uint8_t entropy[2][ENTROPY_GET_ENTROPY_MAX];
    size_t bytes = 0;

    for (;;) {
        const uint32_t wanted = 16 + answered % (ENTROPY_GET_ENTROPY_MAX - 16 + 1);
        const int status = entropy_get(wanted, entropy[answered % 2], &bytes);
        if (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED) {
            ended++;
            continue;
        }
        CHECK(status == 0 && bytes == wanted);
        CHECK(answered == 0 || memcmp(entropy[0], entropy[1], 16) != 0);
        answered++;
        nexus_serve_until(nexus_now() + NEXUS_US(100));
    }
}
