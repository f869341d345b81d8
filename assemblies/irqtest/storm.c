/* An interrupt that comes again as soon as it is acknowledged takes time from its owner, and from nobody above
 * it. */
#include "alarm.h"
#include "irqtest.h"

#include <inttypes.h>
#include <neuron/status.h>
#include <nexus/device.h>
#include <stdio.h>

enum { ROUNDS = 20 };

/* Ten times what it takes from the timer to the sleeper to the ledger, and far less than a turn. */
#define LATEST NEXUS_US(20)

void test_storm(void)
{
    uint64_t storm = 0;
    uint64_t woken = 0;
    uint64_t early = 1;
    uint64_t disorder = 1;
    uint64_t latest = UINT64_MAX;

    arm(0);
    CHECK(came(nexus_now() + NEXUS_MS(20)));
    CHECK(ledger_begin() == 0);
    const uint64_t end = nexus_now() + ROUNDS * ROUND;
    while (nexus_now() < end) {
        CHECK(nexus_irq_ack(RTC_SLOT, NULL) == NEURON_OK);
        raise_again();
        CHECK(came(nexus_now() + NEXUS_MS(20)));
        storm++;
    }
    CHECK(ledger_end(&woken, &early, &disorder, &latest) == 0);
    clear();
    CHECK(nexus_irq_ack(RTC_SLOT, NULL) == NEURON_OK);
    CHECK(!came(nexus_now() + NEXUS_MS(5)));

    printf("storm of %" PRIu64 " interrupts: %" PRIu64 " woken, the latest after %" PRIu64 " us\n",
           storm, woken, latest / NEXUS_US(1));
    CHECK(storm > 10 * woken);
    promise_kept("irq storm");
    CHECK(woken >= ROUNDS * SLEEPERS - 1 && woken <= ROUNDS * SLEEPERS + 1);
    CHECK(early == 0);
    CHECK(disorder == 0);
    CHECK(latest <= LATEST);
    promise_kept("irq storm starves nobody above");
}
