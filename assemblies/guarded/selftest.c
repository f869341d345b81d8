/* Who may open the door; then reads back from logd what was decided about both, and how often. */
#include "selftest.nexus.h"

#include "tasks.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/selftest_audit.h>
#include <nexus/syscall.h>
#include <stdio.h>
#include <string.h>

enum { TRIES = 3 };

static void test_allowed(void)
{
    uint32_t entered = 1, last = 0;

    CHECK(door_look(&entered, &last) == 0 && entered == 0);
    for (uint32_t i = 1; i <= TRIES; i++) {
        CHECK(door_open(TASK_STRANGER, &entered) == 0 && entered == i);
    }
    CHECK(door_look(&entered, &last) == 0 && entered == TRIES && last == TASK_SELFTEST);
    promise_kept("guarded call allowed");
}

/* Counts the records of the door's questions about a task; each says what was decided and by whom. */
static unsigned recorded_about(uint32_t task, enum Decision wanted)
{
    struct seen_audit seen = {0};
    char asked_by_door[AUDIT_QUERY_READ_ACTION_MAX + 1];
    unsigned found = 0;

    (void)snprintf(asked_by_door, sizeof(asked_by_door), "policy.check by %d", TASK_DOOR);
    while (look_audit(seen.sequence, &seen) == 0) {
        if (strcmp(seen.action, asked_by_door) != 0 || seen.subject != task) {
            continue;
        }
        CHECK(seen.sender == TASK_POLICYD && strcmp(seen.target, "door.open") == 0);
        CHECK(seen.decision == wanted && seen.reason == REASON_POLICY);
        found++;
    }
    return found;
}

static void test_recorded(void)
{
    uint64_t appended, dropped, limited, recorded = 0, audit_dropped = 1;

    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    CHECK(recorded >= 2 && audit_dropped == 0);
    CHECK(recorded_about(TASK_STRANGER, DECISION_DENY) == 1);
    CHECK(recorded_about(TASK_SELFTEST, DECISION_ALLOW) == 1);
    CHECK(recorded_about(TASK_DOOR, DECISION_ALLOW) == 0);
    promise_kept("guarded calls recorded once");
}

int main(void)
{
    test_allowed();
    test_recorded();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
