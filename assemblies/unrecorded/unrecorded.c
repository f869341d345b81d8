/* Decisions that logd does not record are the same, and say that there is no record to look for. */
#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/selftest_audit.h>
#include <nexus/syscall.h>
#include <stdio.h>

enum { SELF = 3, INIT_TASK = 0 };

static void check_decided(uint32_t subject, const char *capability, enum Decision decision)
{
    enum Decision answer = decision == DECISION_ALLOW ? DECISION_DENY : DECISION_ALLOW;
    uint64_t sequence = UINT64_MAX;

    CHECK(policy_check(subject, capability, &answer, &sequence) == 0);
    CHECK(answer == decision && sequence == 0);
}

int main(void)
{
    uint64_t appended = 0, dropped, limited, recorded = 1, audit_dropped;
    struct seen_audit seen;

    check_decided(SELF, "rng.entropy", DECISION_ALLOW);
    check_decided(SELF, "device.mmio.net", DECISION_DENY);
    check_decided(INIT_TASK, "ipc.core", DECISION_DENY);
    CHECK(log_append(LOG_LEVEL_INFO, "selftest", "logd is there", NULL, 0) == 0);
    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    CHECK(appended == 1 && recorded == 0);
    CHECK(look_audit(0, &seen) == AUDIT_QUERY_NO_AUDIT);
    nexus_log_about("SELFTEST", "policy without records ok");
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
