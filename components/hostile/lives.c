/* What ends a life of an attacker, and what it finds in the next one; and what is only ever refused. */
#include "judge.h"

#include <inttypes.h>
#include <neuron/queue.h>
#include <neuron/registers.h>
#include <nexus/selftest_log.h>
#include <nexus/time.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { WITHIN_MS = 900, TEXT = 64 };

static const char *const refusals[] = {
    [REFUSAL_NUMBERS] = "all other registers",
    [REFUSAL_VALUES] = "values of registers",
    [REFUSAL_FEATURES] = "features",
    [REFUSAL_QUEUES] = "queues",
    [REFUSAL_STOPPED] = "post while stopped",
    [REFUSAL_SLOTS] = "slots that are no memory",
    [REFUSAL_BOUNDS] = "bounds of the region",
    [REFUSAL_CHAINS] = "chains and flags",
    [REFUSAL_AFTER_RESET] = "old queue after a reset",
};

void test_refusals(enum driver driver)
{
    for (uint32_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        uint32_t line = 0;
        int result = driver == RNG ? rng_refused((enum Refusal)i, &line)
                                   : blk_refused((enum Refusal)i, &line);
        CHECK(result == 0);
        if (line != 0) {
            printf("refusals.c:%" PRIu32 " is not true\n", line);
        }
        CHECK(line == 0);
        check_victim(false);
        kept("%s %s", driver_name(driver), refusals[i]);
    }
}

/* Whether init has recorded this fault of this instance. */
static bool is_recorded(const char *instance, const char *fault)
{
    struct seen seen = {0};

    while (look(seen.sequence, &seen) == 0) {
        if (strcmp(seen.scope, instance) == 0 && strncmp(seen.message, fault, strlen(fault)) == 0) {
            return true;
        }
    }
    return false;
}

static void check_fault(enum driver driver, enum Fault fault, const char *how, uint64_t address)
{
    char text[TEXT];
    uint64_t window = 0, queue = 0;
    const char *instance = driver == RNG ? "rngd" : "virtioblkd";

    (void)snprintf(text, sizeof(text), "%s fault at 0x%" PRIx64 " in attack_fault()", how, address);
    CHECK(!is_recorded(instance, text));
    CHECK((driver == RNG ? rng_fault(fault) : blk_fault(fault)) == NEURON_PEER_DIED);
    /* It is there again; and what init tells logd is there some time. */
    CHECK((driver == RNG ? rng_places(&window, &queue) : blk_places(&window, &queue)) ==
          NEURON_PEER_RESTARTED);
    CHECK((driver == RNG ? rng_places(&window, &queue) : blk_places(&window, &queue)) == 0);
    for (int ms = 0; ms < WITHIN_MS && !is_recorded(instance, text); ms++) {
        nexus_sleep_until(nexus_now() + NEXUS_MS(1));
    }
    CHECK(is_recorded(instance, text));
    check_victim(false);
}

void test_faults(enum driver driver)
{
    uint64_t window = 0, queue = 0;
    const char *name = driver_name(driver);

    CHECK((driver == RNG ? rng_places(&window, &queue) : blk_places(&window, &queue)) == 0);
    check_fault(driver, FAULT_WINDOW, "store", window + VIRTIO_MMIO_QUEUE_DESC_LOW);
    kept("%s store to the window", name);
    check_fault(driver, FAULT_DESCRIPTOR, "store", queue);
    kept("%s store to a posted descriptor", name);
    check_fault(driver, FAULT_AVAILABLE, "store",
                queue + offsetof(struct neuron_queue_page, available.index));
    kept("%s store to the available index", name);
    check_fault(driver, FAULT_STALE, "load", queue);
    kept("%s queue page after a reset", name);
}

/* The device lets entropy come slowly: it has more requests than it could serve when its driver dies. */
void test_old_request(void)
{
    bool zero = false;

    CHECK(rng_leave() == NEURON_PEER_DIED);
    CHECK(rng_untouched(WITHIN_MS, &zero) == NEURON_PEER_RESTARTED);
    CHECK(rng_untouched(WITHIN_MS, &zero) == 0);
    CHECK(zero);
    kept("rng old request after a restart");
}
