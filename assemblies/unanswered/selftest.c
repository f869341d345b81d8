/* Knocks while policyd is silent, talks nonsense, dies, and is back. */
#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

static uint32_t entered(void)
{
    uint32_t times = UINT32_MAX;
    CHECK(door_look(&times) == 0);
    return times;
}

/* Twice: that nobody decided is not kept, so each call waits anew. */
static void test_silent(void)
{
    for (int i = 0; i < 2; i++) {
        const uint64_t before = nexus_now();
        CHECK(door_silent() == NEXUS_UNDECIDED);
        CHECK(nexus_now() - before >= NEXUS_MS(500));
    }
    CHECK(entered() == 0);
    promise_kept("guarded call without an answer");
}

static void test_nonsense(void)
{
    CHECK(door_nonsense() == NEXUS_UNDECIDED && door_nonsense() == NEXUS_UNDECIDED);
    CHECK(entered() == 0);
    promise_kept("guarded call with a senseless answer");
}

/* The door learns of the restart at its next question, and asks once more. */
static void test_crash(void)
{
    CHECK(door_crash() == NEXUS_UNDECIDED);
    CHECK(entered() == 0);
    CHECK(door_open() == 0 && door_open() == 0);
    CHECK(entered() == 2);
    CHECK(door_crash() == NEXUS_UNDECIDED); /* dies again; what it decided before still counts */
    CHECK(door_open() == 0);
    CHECK(entered() == 3);
    promise_kept("guarded call around a restart of policyd");
}

int main(void)
{
    test_silent();
    test_nonsense();
    test_crash();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
