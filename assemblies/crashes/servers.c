/* The deaths of logd and of policyd. */
#include "selftest.h"

#include <string.h>

/* Longer than a caller waits that does not want to see the end, shorter than policyd waits for its record. */
enum { SHORT_MS = 1, AWHILE_MS = 300 };

static uint64_t in_ms(uint64_t milliseconds)
{
    return nexus_now() + NEXUS_MS(milliseconds);
}

/* Our task, as logd learnt it with the first record. */
static uint32_t myself(void)
{
    struct seen seen = {0};
    uint64_t n = 0;

    while (look(n, &seen) == 0 && strcmp(seen.scope, "selftest") != 0) {
        n = seen.sequence;
    }
    CHECK(strcmp(seen.scope, "selftest") == 0);
    return seen.sender;
}

/* Asks whether we hold a capability. */
static int ask(uint64_t deadline, const char *capability, enum Decision *decision,
               uint64_t *sequence)
{
    *decision = DECISION_DENY;
    *sequence = 0;
    return policy_check_until(deadline, myself(), capability, decision, sequence);
}

void check_policyd_decides(void)
{
    const uint64_t recorded = counts().recorded;
    enum Decision decision;
    struct seen_audit seen;
    uint64_t sequence;

    CHECK(ask(NEURON_FOREVER, "rng.entropy", &decision, &sequence) == 0);
    CHECK(decision == DECISION_ALLOW && sequence == recorded + 1);
    CHECK(look_audit(recorded, &seen) == 0 && seen.sequence == sequence);
    CHECK(seen.decision == DECISION_ALLOW && strcmp(seen.target, "rng.entropy") == 0);
    CHECK(ask(NEURON_FOREVER, "device.mmio.net", &decision, &sequence) == 0);
    CHECK(decision == DECISION_DENY && sequence == recorded + 2);
}

/* Its records and numbers survive it, also when it dies in the middle of one. */
static void test_records(void)
{
    say("one");
    say("two");
    check_policyd_decides();
    remember_records();
    CHECK(logd_crash_die(0) == NEURON_PEER_DIED);
    meet_logd_again();
    check_records_kept();
    promise_kept("logd crash keeps records");
    check_policyd_decides();
    check_records_kept();
    promise_kept("logd crash sequence continues");

    remember_records();
    CHECK(logd_cut_record() == NEURON_PEER_DIED);
    meet_logd_again();
    say("whole");
    check_records_kept();
    remember_records();
    CHECK(logd_cut_audit() == NEURON_PEER_RESTARTED);
    CHECK(logd_cut_audit() == NEURON_PEER_DIED);
    meet_logd_again();
    check_policyd_decides();
    check_records_kept();
    promise_kept("logd crash in a record");
}

void test_logd(void)
{
    enum Decision decision;
    uint64_t sequence;

    test_records();
    /* It dies while policyd waits for its record: the decision stands, a console line replaces the record. */
    const uint32_t recorded = (uint32_t)counts().recorded;
    const uint32_t self = myself();
    CHECK(logd_crash_die(0) == NEURON_PEER_RESTARTED);
    CHECK(logd_crash_die_until(in_ms(SHORT_MS), AWHILE_MS) == NEURON_TIMEOUT);
    decision = DECISION_DENY;
    sequence = UINT64_MAX;
    CHECK(policy_check(self, "rng.entropy", &decision, &sequence) == 0);
    CHECK(decision == DECISION_ALLOW && sequence == 0);
    meet_logd_again();
    CHECK(counts().recorded == recorded);
    check_policyd_decides();
    promise_kept("decision stands while logd dies");
}

void test_policyd(void)
{
    const uint32_t self = myself();
    enum Decision decision;
    uint64_t sequence;

    remember_records();
    CHECK(policyd_crash_die(0) == NEURON_PEER_DIED);
    CHECK(ask(NEURON_FOREVER, "rng.entropy", &decision, &sequence) == NEURON_PEER_RESTARTED);
    CHECK(decision == DECISION_DENY);
    check_policyd_decides();
    check_records_kept();
    promise_kept("policyd crash and back");

    /* Away: whoever asks meanwhile is refused, by the deadline or by its death. */
    CHECK(policyd_crash_die(0) == NEURON_PEER_RESTARTED);
    CHECK(policyd_crash_die_until(in_ms(SHORT_MS), AWHILE_MS) == NEURON_TIMEOUT);
    decision = DECISION_DENY;
    CHECK(policy_check_until(in_ms(SHORT_MS), self, "rng.entropy", &decision, &sequence) ==
          NEURON_TIMEOUT);
    CHECK(decision == DECISION_DENY);
    CHECK(policy_check(self, "rng.entropy", &decision, &sequence) == NEURON_PEER_DIED);
    CHECK(decision == DECISION_DENY);
    CHECK(policy_check(self, "rng.entropy", &decision, &sequence) == NEURON_PEER_RESTARTED);
    CHECK(decision == DECISION_DENY);
    check_policyd_decides();
    check_records_kept();
    promise_kept("policyd away is a refusal");
}
