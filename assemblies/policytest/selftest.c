/* Asks and logs on the machine, and believes only what it reads back from logd. */
#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/selftest_audit.h>
#include <nexus/selftest_log.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

extern uint8_t __nexus_out[]; /* the page that a call's message leaves from */

/* Our task, as logd learnt it. */
static uint32_t test_log_query(void)
{
    static const unsigned char fields[] = {0, 7, 255};
    struct seen first = {0};
    struct seen second = {0};
    uint64_t appended = 0, dropped = 1, limited = 1, recorded = 0, audit_dropped = 1;

    const uint64_t before = nexus_now();
    CHECK(log_append(LOG_LEVEL_WARN, "selftest", "first", fields, sizeof(fields)) == 0);
    CHECK(log_append(LOG_LEVEL_INFO, "selftest", "second", NULL, 0) == 0);
    const uint64_t after = nexus_now();
    CHECK(look(0, &first) == 0 && look(first.sequence, &second) == 0);
    CHECK(strcmp(first.scope, "selftest") == 0 && strcmp(first.message, "first") == 0);
    CHECK(first.level == LOG_LEVEL_WARN && second.level == LOG_LEVEL_INFO);
    CHECK(first.fields_len == sizeof(fields) && memcmp(first.fields, fields, sizeof(fields)) == 0);
    CHECK(strcmp(second.message, "second") == 0 && second.fields_len == 0);
    CHECK(second.sequence == first.sequence + 1 && second.sender == first.sender);
    CHECK(before <= first.time && first.time <= second.time && second.time <= after);
    CHECK(look(second.sequence, &first) == LOG_QUERY_NO_RECORD);
    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    CHECK(appended == 2 && dropped == 0 && limited == 0 && audit_dropped == 0);
    promise_kept("log query");
    return second.sender;
}

static uint64_t audit_recorded(void)
{
    uint64_t appended, dropped, limited, recorded = 0, audit_dropped;
    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    return recorded;
}

static uint32_t self; /* our task, as logd was told by the kernel */

/* Asks, and the newest record, made meanwhile, says so and is about us. */
static void check_decided(uint32_t subject, const char *capability, enum Decision decision,
                          enum Reason reason, const char *target)
{
    struct seen_audit seen = {0};
    enum Decision answer = decision == DECISION_ALLOW ? DECISION_DENY : DECISION_ALLOW;
    uint64_t sequence = 0;

    const uint64_t recorded = audit_recorded();
    const uint64_t before = nexus_now();
    CHECK(policy_check(subject, capability, &answer, &sequence) == 0);
    const uint64_t after = nexus_now();
    CHECK(answer == decision);
    CHECK(sequence == recorded + 1 && audit_recorded() == sequence);
    CHECK(look_audit(sequence - 1, &seen) == 0 && seen.sequence == sequence);
    CHECK(seen.subject == self && strcmp(seen.action, "policy.check") == 0);
    CHECK(strcmp(seen.target, target) == 0);
    CHECK(seen.decision == decision && seen.reason == reason);
    CHECK(seen.sender != self && before <= seen.time && seen.time <= after);
}

/* Sends this as method `label` with so many bytes; it is refused, and recorded as malformed. */
static void check_refused(uint64_t label, const void *message, size_t bytes, int status)
{
    struct seen_audit seen = {0};
    struct neuron_call_out out;

    const uint64_t recorded = audit_recorded();
    memcpy(__nexus_out, message, bytes);
    CHECK(neuron_call(POLICY_SLOT, NEURON_TAG(label, 0, bytes), 0, 0, 0, 0, NEURON_FOREVER, &out) ==
          NEURON_OK);
    CHECK(out.tag == NEURON_TAG(NEXUS_LABEL_OF(status), 0, 0));
    CHECK(audit_recorded() == recorded + 1);
    CHECK(look_audit(recorded, &seen) == 0 && seen.sequence == recorded + 1);
    CHECK(seen.subject == self && seen.target[0] == '\0');
    CHECK(seen.decision == DECISION_DENY && seen.reason == REASON_MALFORMED);
}

static void test_malformed(void)
{
    static const char *const wrong[] = {"", "rng.*", "rng entropy", "RNG.entropy", "rng.entropy\n"};
    enum { CHECK_METHOD = 1, LONGEST = 64 };
    struct {
        uint32_t subject;
        uint32_t length;
        char capability[LONGEST + 1];
    } message = {self, LONGEST + 1, ""};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        check_decided(self, wrong[i], DECISION_DENY, REASON_MALFORMED, "");
    }
    memset(message.capability, 'a', sizeof(message.capability));
    check_refused(CHECK_METHOD, &message, 8 + LONGEST + 1, NEXUS_MALFORMED); /* oversized */
    message.length = LONGEST;
    check_refused(CHECK_METHOD, &message, 8 + LONGEST + 1, NEXUS_MALFORMED); /* a byte too many */
    check_refused(CHECK_METHOD, &message, 8 + LONGEST - 1, NEXUS_MALFORMED); /* cut off */
    check_refused(CHECK_METHOD, &message, 0, NEXUS_MALFORMED);
    check_refused(CHECK_METHOD + 1, &message, 8 + LONGEST, NEXUS_UNKNOWN_METHOD);
    promise_kept("policy malformed");
}

/* Floods of lines and of questions: they cost their sender, and records in order of age. */
static void test_flood(void)
{
    enum { LINES = 1000, QUESTIONS = 1100, AUDIT_RING = 512 };
    struct seen_audit first = {0};
    struct seen_audit again = {0};
    uint64_t appended, dropped, limited = 0, recorded = 0, audit_dropped = 1;
    unsigned refused = 0;

    CHECK(look_audit(0, &first) == 0 && first.sequence == 1);
    for (int i = 0; i < LINES; i++) {
        const int result = log_append(LOG_LEVEL_DEBUG, "selftest", "flood", NULL, 0);
        CHECK(result == 0 || result == LOG_RATE_LIMITED);
        refused += result == LOG_RATE_LIMITED;
    }
    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    CHECK(refused > 0 && limited == refused && audit_dropped == 0);
    CHECK(look_audit(0, &again) == 0 && again.sequence == 1 && again.time == first.time);
    for (int i = 0; i < QUESTIONS; i++) {
        const bool may = i % 2 == 0;
        check_decided(self, may ? "rng.entropy" : "rng.entropyy",
                      may ? DECISION_ALLOW : DECISION_DENY, REASON_POLICY,
                      may ? "rng.entropy" : "rng.entropyy");
    }
    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    CHECK(recorded > AUDIT_RING && audit_dropped == recorded - AUDIT_RING);
    CHECK(look_audit(0, &first) == 0 && first.sequence == audit_dropped + 1);
    promise_kept("policy flood");
}

static void test_policy(void)
{
    enum { INIT_TASK = 0 };
    struct seen_audit seen = {0};

    check_decided(self, "rng.entropy", DECISION_ALLOW, REASON_POLICY, "rng.entropy");
    promise_kept("policy allow");
    check_decided(self, "device.mmio.net", DECISION_DENY, REASON_POLICY, "device.mmio.net");
    check_decided(self, "no.such.thing", DECISION_DENY, REASON_POLICY, "no.such.thing");
    promise_kept("policy deny");
    CHECK(self != INIT_TASK);
    check_decided(INIT_TASK, "policy.delegate", DECISION_DENY, REASON_IDENTITY, "policy.delegate");
    check_decided(self + 1, "rng.entropy", DECISION_DENY, REASON_IDENTITY, "rng.entropy");
    promise_kept("policyd requester spoof denied");
    test_malformed();

    /* The records are still there, the oldest first, as they were made. */
    CHECK(look_audit(0, &seen) == 0 && seen.sequence == 1 && seen.decision == DECISION_ALLOW);
    CHECK(seen.subject == self && strcmp(seen.target, "rng.entropy") == 0);
    promise_kept("policy allow audit");
    CHECK(look_audit(1, &seen) == 0 && seen.sequence == 2 && seen.decision == DECISION_DENY);
    CHECK(seen.subject == self && strcmp(seen.target, "device.mmio.net") == 0);
    CHECK(seen.reason == REASON_POLICY);
    promise_kept("policy deny audit");
}

int main(void)
{
    self = test_log_query();
    test_policy();
    test_flood();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
