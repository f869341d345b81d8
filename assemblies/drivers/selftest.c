/* What drivers promise to their clients, and a life after each of their deaths. */
#include "selftest.h"

#include <neuron/abi.h>
#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

enum { DEATHS = 200, LATEST_US = 2000 };

static void kill_one(int (*stab)(void), int (*ask)(void))
{
    uint32_t told = 0;

    nexus_sleep_until(nexus_now() + NEXUS_US(random_below(LATEST_US)));
    CHECK(stab() == 0);
    for (;;) {
        const int status = ask();
        if (status == 0) {
            break;
        }
        CHECK(status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
        told += status == NEURON_PEER_RESTARTED ? 1 : 0;
    }
    CHECK(told == 1);
}

uint32_t kill_under_load(int (*stab)(void), int (*ask)(void), uint32_t (*seen)(void))
{
    uint32_t deaths = 0;

    while (deaths < DEATHS || seen() < DEATHS) {
        kill_one(stab, ask);
        deaths++;
    }
    return deaths;
}

int main(void)
{
    test_entropy();
    test_oversized();
    test_blocks();
    test_deaths_of_rngd();
    test_deaths_of_virtioblkd();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
