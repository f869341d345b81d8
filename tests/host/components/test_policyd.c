/* policyd: who is allowed what, who may ask about whom, and that no decision goes unrecorded. */
#include "policyd.mock.h"

#include "cmocka_all.h"
#include "decide.h"

#include <neuron/status.h>
#include <nexus/host.h>
#include <nexus/policy_table.h>
#include <nexus/time.h>
#include <string.h>

enum task { INIT, DRIVER, PLAIN, NOTHING, TASKS };

static const char *const of_init[] = {"ipc.core", "policy.delegate"};
static const char *const of_driver[] = {"device.mmio.rng"};
static const char *const of_plain[] = {"rng.entropy", "net.connect:10.0.2.0/24"};

const struct policy_subject policy_subjects[] = {
    {.name = "init", .capabilities = of_init, .count = 2},
    {.name = "driver", .capabilities = of_driver, .count = 1},
    {.name = "plain", .capabilities = of_plain, .count = 2},
    {.name = "nothing"},
};
const uint32_t policy_subject_count = TASKS;

static struct nexus_client client_of(enum task task)
{
    /* Badges have nothing to do with tasks. */
    return (struct nexus_client){
        .id = TASKS - task, .name = policy_subjects[task].name, .task = task};
}

/* The last record that logd was asked to keep. */
static struct {
    unsigned calls;
    uint64_t deadline;
    uint32_t subject;
    char action[33], target[65];
    enum Decision decision;
    enum Reason reason;
} kept;

static unsigned lines;
static char last_line[200];

void line_show(const char *text, size_t length);
void line_show(const char *text, size_t length)
{
    lines++;
    assert_true(length < sizeof(last_line));
    memcpy(last_line, text, length);
    last_line[length] = '\0';
}

enum { UNANSWERED = 77 };
static int answered; /* the decision, as the asker would see it */

static int keep(uint64_t deadline, uint32_t subject, const char *action, const char *target,
                enum Decision decision, enum Reason reason, uint64_t *sequence)
{
    assert_int_equal(answered, UNANSWERED);
    kept.calls++;
    kept.deadline = deadline;
    kept.subject = subject;
    (void)strncpy(kept.action, action, sizeof(kept.action) - 1);
    (void)strncpy(kept.target, target, sizeof(kept.target) - 1);
    kept.decision = decision;
    kept.reason = reason;
    *sequence = 1000 + kept.calls;
    return 0;
}

static int failure; /* what a logd that fails answers */

static int fail_to_keep(uint64_t deadline, uint32_t subject, const char *action, const char *target,
                        enum Decision decision, enum Reason reason, uint64_t *sequence)
{
    (void)keep(deadline, subject, action, target, decision, reason, sequence);
    return failure;
}

static int keep_after_restart(uint64_t deadline, uint32_t subject, const char *action,
                              const char *target, enum Decision decision, enum Reason reason,
                              uint64_t *sequence)
{
    (void)keep(deadline, subject, action, target, decision, reason, sequence);
    return kept.calls == 1 ? NEURON_PEER_RESTARTED : 0;
}

static int fresh(void **state)
{
    (void)state;
    policyd_mock_reset();
    policyd_mock.audit_record_until = keep;
    memset(&kept, 0, sizeof(kept));
    lines = 0;
    host_clock_set(0);
    return 0;
}

static uint64_t sequence;

/* Asks; the decision. */
static int ask(enum task asker, uint32_t subject, const char *capability)
{
    enum Decision decision = (enum Decision)UNANSWERED;

    answered = UNANSWERED;
    sequence = UINT64_MAX;
    assert_int_equal(policy_check(client_of(asker), subject, capability, &decision, &sequence), 0);
    answered = (int)decision;
    return answered;
}

/* The record says this, and a decision is recorded once. */
static void assert_kept(uint32_t subject, const char *target, enum Decision decision,
                        enum Reason reason)
{
    assert_int_equal(kept.calls, 1);
    assert_int_equal(kept.subject, subject);
    assert_string_equal(kept.target, target);
    assert_int_equal(kept.decision, decision);
    assert_int_equal(kept.reason, reason);
    assert_int_equal(lines, 0);
    memset(&kept, 0, sizeof(kept));
}

static void who_holds_a_capability_is_allowed_it(void **state)
{
    (void)state;
    assert_int_equal(ask(PLAIN, PLAIN, "rng.entropy"), DECISION_ALLOW);
    assert_int_equal(sequence, 1001);
    assert_string_equal(kept.action, "policy.check");
    assert_kept(PLAIN, "rng.entropy", DECISION_ALLOW, REASON_POLICY);
    assert_int_equal(ask(PLAIN, PLAIN, "net.connect:10.0.2.0/24"), DECISION_ALLOW);
    assert_kept(PLAIN, "net.connect:10.0.2.0/24", DECISION_ALLOW, REASON_POLICY);
    assert_int_equal(ask(DRIVER, DRIVER, "device.mmio.rng"), DECISION_ALLOW);
}

static void who_does_not_hold_it_is_denied(void **state)
{
    (void)state;
    assert_int_equal(ask(PLAIN, PLAIN, "device.mmio.rng"), DECISION_DENY);
    assert_int_equal(sequence, 1001);
    assert_kept(PLAIN, "device.mmio.rng", DECISION_DENY, REASON_POLICY);
    assert_int_equal(ask(NOTHING, NOTHING, "rng.entropy"), DECISION_DENY);
    assert_kept(NOTHING, "rng.entropy", DECISION_DENY, REASON_POLICY);
}

static void unknown_capability_is_denied(void **state)
{
    (void)state;
    assert_int_equal(ask(PLAIN, PLAIN, "no.such.thing"), DECISION_DENY);
    assert_kept(PLAIN, "no.such.thing", DECISION_DENY, REASON_POLICY);
}

static void matching_is_exact(void **state)
{
    (void)state;
    const char *const near[] = {
        "rng",         "rng.entropy2",           "rng.entrop",
        "net.connect", "net.connect:10.0.2.0/2", "net.connect:10.0.2.0/244"};
    for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
        assert_int_equal(ask(PLAIN, PLAIN, near[i]), DECISION_DENY);
        assert_kept(PLAIN, near[i], DECISION_DENY, REASON_POLICY);
    }
}

static void delegate_asks_about_others_and_gets_their_answer(void **state)
{
    (void)state;
    assert_int_equal(ask(INIT, PLAIN, "rng.entropy"), DECISION_ALLOW);
    assert_string_equal(kept.action, "policy.check by 0");
    assert_kept(PLAIN, "rng.entropy", DECISION_ALLOW, REASON_POLICY);
    /* what the delegate holds itself does not count */
    assert_int_equal(ask(INIT, PLAIN, "ipc.core"), DECISION_DENY);
    assert_kept(PLAIN, "ipc.core", DECISION_DENY, REASON_POLICY);
}

static void who_is_no_delegate_may_not_ask_about_others(void **state)
{
    (void)state;
    assert_int_equal(ask(DRIVER, PLAIN, "rng.entropy"), DECISION_DENY);
    assert_kept(DRIVER, "rng.entropy", DECISION_DENY, REASON_IDENTITY);
    assert_int_equal(ask(NOTHING, INIT, "ipc.core"), DECISION_DENY);
    assert_kept(NOTHING, "ipc.core", DECISION_DENY, REASON_IDENTITY);
}

static void who_claims_to_be_a_delegate_is_denied(void **state)
{
    (void)state;
    assert_int_equal(ask(DRIVER, INIT, "policy.delegate"), DECISION_DENY);
    assert_kept(DRIVER, "policy.delegate", DECISION_DENY, REASON_IDENTITY);
}

static void badge_of_a_connection_is_not_a_subject(void **state)
{
    (void)state;
    const struct nexus_client client = {.id = PLAIN, .name = "plain", .task = NOTHING};
    enum Decision decision = DECISION_ALLOW;

    answered = UNANSWERED;
    assert_int_equal(policy_check(client, NOTHING, "rng.entropy", &decision, &sequence), 0);
    assert_int_equal(decision, DECISION_DENY);
    assert_kept(NOTHING, "rng.entropy", DECISION_DENY, REASON_POLICY);
}

static void unknown_subject_is_denied(void **state)
{
    (void)state;
    const uint32_t unknown[] = {TASKS, TASKS + 1, 63, 64, UINT32_MAX};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_int_equal(ask(INIT, unknown[i], "ipc.core"), DECISION_DENY);
        assert_kept(unknown[i], "ipc.core", DECISION_DENY, REASON_POLICY);
    }
}

static void malformed_capability_is_denied_and_its_text_is_not_recorded(void **state)
{
    (void)state;
    const char *const wrong[] = {"",
                                 ".",
                                 "a.",
                                 ".a",
                                 "a..b",
                                 "A",
                                 "rng entropy",
                                 "rng.*",
                                 "a\nb",
                                 "\xc3\xa9",
                                 "a-b",
                                 "rng.entropy:",
                                 ":x",
                                 "a:b c",
                                 "a:*",
                                 "a.:b",
                                 "rng.entropy\n",
                                 "a:b\n",
                                 "a/b"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(ask(PLAIN, PLAIN, wrong[i]), DECISION_DENY);
        assert_kept(PLAIN, "", DECISION_DENY, REASON_MALFORMED);
        assert_int_equal(ask(INIT, PLAIN, wrong[i]), DECISION_DENY);
        assert_kept(INIT, "", DECISION_DENY, REASON_MALFORMED);
    }
}

static void longest_capability_is_no_oversized_one(void **state)
{
    (void)state;
    char longest[65];

    memset(longest, 'a', 64);
    longest[64] = '\0';
    assert_int_equal(ask(PLAIN, PLAIN, longest), DECISION_DENY);
    assert_kept(PLAIN, longest, DECISION_DENY, REASON_POLICY);
}

static void what_the_glue_refuses_is_recorded_as_malformed(void **state)
{
    (void)state;
    answered = UNANSWERED;
    policy_client_refused(client_of(PLAIN), NEXUS_MALFORMED);
    assert_string_equal(kept.action, "policy.check");
    assert_kept(PLAIN, "", DECISION_DENY, REASON_MALFORMED);
    policy_client_refused(client_of(INIT), NEXUS_UNKNOWN_METHOD);
    assert_kept(INIT, "", DECISION_DENY, REASON_MALFORMED);
}

static void without_logd_a_console_line_replaces_the_record(void **state)
{
    (void)state;
    const int failures[] = {NEURON_TIMEOUT, NEURON_PEER_DIED, NEURON_PEER_GONE,
                            NEURON_PEER_RESTARTED, NEXUS_BAD_REPLY};
    policyd_mock.audit_record_until = fail_to_keep;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        failure = failures[i];
        lines = 0;
        assert_int_equal(ask(PLAIN, PLAIN, "rng.entropy"), DECISION_ALLOW);
        assert_int_equal(sequence, 0); /* nobody is sent to look for a record */
        assert_int_equal(lines, 1);
        assert_non_null(strstr(last_line, "subject 2 policy.check rng.entropy ALLOW reason 0"));
        assert_int_equal(ask(PLAIN, PLAIN, "device.mmio.rng"), DECISION_DENY);
        assert_int_equal(sequence, 0);
        assert_int_equal(lines, 2);
        assert_non_null(strstr(last_line, "subject 2 policy.check device.mmio.rng DENY reason 0"));
        assert_int_equal(ask(DRIVER, PLAIN, "rng.entropy"), DECISION_DENY);
        assert_non_null(strstr(last_line, "subject 1 policy.check rng.entropy DENY reason 1"));
    }
}

static void record_is_made_again_after_a_restart_of_logd(void **state)
{
    (void)state;
    policyd_mock.audit_record_until = keep_after_restart;
    assert_int_equal(ask(PLAIN, PLAIN, "rng.entropy"), DECISION_ALLOW);
    assert_int_equal(kept.calls, 2);
    assert_int_equal(sequence, 1002);
    assert_int_equal(lines, 0);
}

static void decision_waits_for_its_record_only_so_long(void **state)
{
    (void)state;
    host_clock_set(NEXUS_S(7));
    assert_int_equal(ask(PLAIN, PLAIN, "rng.entropy"), DECISION_ALLOW);
    assert_int_equal(kept.deadline, NEXUS_S(7) + NEXUS_MS(policyd_mock_audit_within_ms));
}

static void flood_changes_no_decision_and_misses_no_record(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 30000; i++) {
        assert_int_equal(ask(PLAIN, PLAIN, i % 2 != 0 ? "rng.entropy" : "rng.entropyy"),
                         i % 2 != 0 ? DECISION_ALLOW : DECISION_DENY);
        assert_int_equal(kept.calls, i);
    }
    assert_int_equal(lines, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_holds_a_capability_is_allowed_it, fresh),
        cmocka_unit_test_setup(who_does_not_hold_it_is_denied, fresh),
        cmocka_unit_test_setup(unknown_capability_is_denied, fresh),
        cmocka_unit_test_setup(matching_is_exact, fresh),
        cmocka_unit_test_setup(delegate_asks_about_others_and_gets_their_answer, fresh),
        cmocka_unit_test_setup(who_is_no_delegate_may_not_ask_about_others, fresh),
        cmocka_unit_test_setup(who_claims_to_be_a_delegate_is_denied, fresh),
        cmocka_unit_test_setup(badge_of_a_connection_is_not_a_subject, fresh),
        cmocka_unit_test_setup(unknown_subject_is_denied, fresh),
        cmocka_unit_test_setup(malformed_capability_is_denied_and_its_text_is_not_recorded, fresh),
        cmocka_unit_test_setup(longest_capability_is_no_oversized_one, fresh),
        cmocka_unit_test_setup(what_the_glue_refuses_is_recorded_as_malformed, fresh),
        cmocka_unit_test_setup(without_logd_a_console_line_replaces_the_record, fresh),
        cmocka_unit_test_setup(record_is_made_again_after_a_restart_of_logd, fresh),
        cmocka_unit_test_setup(decision_waits_for_its_record_only_so_long, fresh),
        cmocka_unit_test_setup(flood_changes_no_decision_and_misses_no_record, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
