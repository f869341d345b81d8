/* Values, transactions, and the deaths of statefsd. */
#include "selftest.h"

#include <neuron/abi.h>
#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>

enum { OPERATIONS_MAX = 64 };

static bool is_absent(const char *path)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    return state_get(path, value, &length) == STATE_NOT_FOUND;
}

static void test_transactions(void)
{
    uint32_t staged = 0;
    int status = 0;

    CHECK(state_put("/state/t/old", "old", 3) == 0);
    CHECK(state_commit() == STATE_NO_TRANSACTION && state_cancel() == STATE_NO_TRANSACTION);
    CHECK(state_begin() == 0);
    CHECK(state_begin() == STATE_IN_TRANSACTION);
    CHECK(state_put("/state/t/new", "new", 3) == 0 && state_remove("/state/t/old") == 0);
    CHECK(is_absent("/state/t/new") && holds("/state/t/old", "old"));
    CHECK(state_cancel() == 0);
    CHECK(is_absent("/state/t/new") && holds("/state/t/old", "old"));
    CHECK(state_begin() == 0);
    CHECK(state_put("/state/t/new", "new", 3) == 0 && state_remove("/state/t/old") == 0);
    CHECK(state_commit() == 0);
    CHECK(holds("/state/t/new", "new") && is_absent("/state/t/old"));
    CHECK(state_begin() == 0);
    while (status == 0) {
        status = state_put("/state/t/many", "x", 1);
        staged += status == 0 ? 1 : 0;
    }
    CHECK(status == STATE_TRANSACTION_FULL && staged < OPERATIONS_MAX);
    CHECK(state_commit() == 0 && holds("/state/t/many", "x"));
    /* One of its puts cannot be: nothing of it is done. */
    CHECK(state_begin() == 0 && state_put("/state/t/good", "x", 1) == 0);
    CHECK(state_put("/state/narrow/z", "0123456789012345678901234567890123456789", 40) == 0);
    CHECK(state_put("/state/narrow/y", "0123456789012345678901234567890123456789", 40) == 0);
    CHECK(state_commit() == STATE_OVER_QUOTA);
    CHECK(is_absent("/state/t/good") && state_commit() == STATE_NO_TRANSACTION);
    promise_kept("statefs transactions");
}

/* A death of statefsd ends a transaction and what was not durable, or does it whole. */
static void test_death(void)
{
    int status = 0;

    CHECK(state_put("/state/d/synced", "synced", 6) == 0 && state_sync() == 0);
    CHECK(state_begin() == 0 && state_put("/state/d/staged", "x", 1) == 0);
    CHECK(stab_stab() == 0);
    do {
        status = state_sync();
        CHECK(status == 0 || status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
    } while (status != NEURON_PEER_RESTARTED);
    CHECK(state_commit() == STATE_NO_TRANSACTION);
    CHECK(is_absent("/state/d/staged") && holds("/state/d/synced", "synced"));
    promise_kept("statefs death ends a transaction");
}

int main(void)
{
    test_values();
    test_paths();
    test_long_values();
    test_list();
    test_quota();
    test_transactions();
    CHECK(keeper_done() == 0 && thief_done() == 0 && mayfly_done() == 0);
    test_death();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
