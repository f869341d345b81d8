/* Runs after all others are dead and finds itself unharmed. */
#include "witness.nexus.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

static uint64_t pattern[512];

int main(void)
{
    for (uint64_t i = 0; i < 512; i++) {
        pattern[i] = i * i;
    }
    nexus_sleep_until(nexus_now() + NEXUS_MS(300));
    for (uint64_t i = 0; i < 512; i++) {
        if (pattern[i] != i * i) {
            (void)neuron_power(POWER_SLOT, 2);
        }
    }
    nexus_log_about("SELFTEST", "faults contained ok");
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
