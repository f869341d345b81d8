/* logd: what it stamps, what it drops, whom it slows down, and that audit records are apart from logs. */
#include "logd.mock.h"

#include "cmocka_all.h"
#include "logd_ask.h"

#include <neuron/limits.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

static void record_comes_back_with_sender_and_time(void **state)
{
    (void)state;
    struct seen seen;
    const uint8_t fields[] = {0, 1, 255};

    assert_int_equal(look(0, &seen), LOG_QUERY_NO_RECORD);
    assert_int_equal(log_append(talker, LOG_LEVEL_WARN, "net", "link down", fields, sizeof(fields)),
                     0);
    const uint64_t at = clock_ticks;
    pass(5);
    assert_int_equal(append(quiet, "second"), 0);

    assert_int_equal(look(0, &seen), 0);
    assert_int_equal(seen.sequence, 1);
    assert_int_equal(seen.time, at);
    assert_int_equal(seen.sender, talker.task);
    assert_int_equal(seen.level, LOG_LEVEL_WARN);
    assert_string_equal(seen.scope, "net");
    assert_string_equal(seen.message, "link down");
    assert_int_equal(seen.fields_len, sizeof(fields));
    assert_memory_equal(seen.fields, fields, sizeof(fields));

    assert_int_equal(look(1, &seen), 0);
    assert_int_equal(seen.sequence, 2);
    assert_int_equal(seen.time, at + 5);
    assert_int_equal(seen.sender, quiet.task);
    assert_string_equal(seen.message, "second");
    assert_int_equal(seen.fields_len, 0);
    assert_int_equal(look(2, &seen), LOG_QUERY_NO_RECORD);
    assert_int_equal(look(UINT64_MAX, &seen), LOG_QUERY_NO_RECORD);
}

static void longest_record_is_kept_whole(void **state)
{
    (void)state;
    char scope[65], message[257];
    uint8_t fields[512];
    struct seen seen;

    memset(scope, 's', sizeof(scope));
    memset(message, 'm', sizeof(message));
    memset(fields, 'f', sizeof(fields));
    scope[64] = '\0';
    message[256] = '\0';
    assert_int_equal(log_append(talker, LOG_LEVEL_INFO, scope, message, fields, 512), 0);
    assert_int_equal(look(0, &seen), 0);
    assert_string_equal(seen.scope, scope);
    assert_string_equal(seen.message, message);
    assert_int_equal(seen.fields_len, 512);
    assert_memory_equal(seen.fields, fields, 512);
}

static void full_ring_drops_the_oldest_and_counts_it(void **state)
{
    (void)state;
    struct seen seen;
    char message[32];

    logd_mock_burst = JOURNAL_RECORDS + 10;
    for (int i = 1; i <= JOURNAL_RECORDS; i++) {
        (void)snprintf(message, sizeof(message), "number %d", i);
        assert_int_equal(append(talker, message), 0);
    }
    assert_int_equal(stats().dropped, 0);
    assert_int_equal(look(0, &seen), 0);
    assert_int_equal(seen.sequence, 1);

    for (int i = 1; i <= 3; i++) {
        assert_int_equal(append(talker, "more"), 0);
    }
    assert_int_equal(stats().appended, JOURNAL_RECORDS + 3);
    assert_int_equal(stats().dropped, 3);
    assert_int_equal(look(0, &seen), 0);
    assert_int_equal(seen.sequence, 4); /* the gap tells the reader */
    assert_string_equal(seen.message, "number 4");
    assert_int_equal(look(JOURNAL_RECORDS + 2, &seen), 0);
    assert_string_equal(seen.message, "more");
    assert_int_equal(look(JOURNAL_RECORDS + 3, &seen), LOG_QUERY_NO_RECORD);
}

static void reused_place_keeps_nothing_of_the_older_record(void **state)
{
    (void)state;
    struct seen seen;

    logd_mock_burst = JOURNAL_RECORDS + 10;
    assert_int_equal(log_append(talker, LOG_LEVEL_INFO, "scope", "a long message", "x", 1), 0);
    for (int i = 0; i < JOURNAL_RECORDS; i++) {
        assert_int_equal(log_append(talker, LOG_LEVEL_INFO, "", "b", NULL, 0), 0);
    }
    assert_int_equal(look(JOURNAL_RECORDS, &seen), 0);
    assert_string_equal(seen.scope, "");
    assert_string_equal(seen.message, "b");
    assert_int_equal(seen.fields_len, 0);
}

static void sender_is_slowed_down_and_others_are_not(void **state)
{
    (void)state;
    const uint64_t limited = stats().limited;
    struct nexus_client again = talker;
    again.id = 8; /* another connection of the same sender has no tokens of its own */

    for (uint32_t i = 0; i < logd_mock_burst; i++) {
        assert_int_equal(append(talker, "burst"), 0);
    }
    assert_int_equal(append(talker, "too many"), LOG_RATE_LIMITED);
    assert_int_equal(append(again, "too many"), LOG_RATE_LIMITED);
    assert_int_equal(stats().limited, limited + 2);
    assert_int_equal(stats().appended, logd_mock_burst);
    assert_int_equal(append(quiet, "not concerned"), 0);
}

static void sender_may_append_again_at_its_rate(void **state)
{
    (void)state;
    const uint64_t interval = NEURON_TIME_HZ / logd_mock_per_second;

    for (uint32_t i = 0; i < logd_mock_burst; i++) {
        assert_int_equal(append(talker, "burst"), 0);
    }
    pass(interval - 1);
    assert_int_equal(append(talker, "early"), LOG_RATE_LIMITED);
    pass(1);
    assert_int_equal(append(talker, "in time"), 0);
    assert_int_equal(append(talker, "early"), LOG_RATE_LIMITED);
    pass(interval * logd_mock_burst * 10); /* long silence earns one burst, not ten */
    for (uint32_t i = 0; i < logd_mock_burst; i++) {
        assert_int_equal(append(talker, "burst"), 0);
    }
    assert_int_equal(append(talker, "early"), LOG_RATE_LIMITED);
}

static void flood_costs_the_sender_only(void **state)
{
    (void)state;
    struct seen seen;

    assert_int_equal(append(quiet, "before"), 0);
    for (int i = 0; i < 100000; i++) {
        (void)append(talker, "flood");
    }
    assert_int_equal(stats().appended, 1 + logd_mock_burst);
    assert_int_equal(look(0, &seen), 0);
    assert_string_equal(seen.message, "before");
}

static void audit_record_comes_back_with_recorder_and_time(void **state)
{
    (void)state;
    struct seen_audit seen;
    uint64_t sequence = 0;

    assert_int_equal(look_audit(0, &seen), AUDIT_QUERY_NO_AUDIT);
    assert_int_equal(audit_record(judge, 7, "policy.check", "rng.entropy", DECISION_ALLOW,
                                  REASON_POLICY, &sequence),
                     0);
    assert_int_equal(sequence, 1);
    pass(3);
    assert_int_equal(
        audit_record(judge, 9, "policy.check", "", DECISION_DENY, REASON_MALFORMED, &sequence), 0);
    assert_int_equal(sequence, 2);

    assert_int_equal(look_audit(0, &seen), 0);
    assert_int_equal(seen.sequence, 1);
    assert_int_equal(seen.time, clock_ticks - 3);
    assert_int_equal(seen.sender, judge.task);
    assert_int_equal(seen.subject, 7);
    assert_string_equal(seen.action, "policy.check");
    assert_string_equal(seen.target, "rng.entropy");
    assert_int_equal(seen.decision, DECISION_ALLOW);
    assert_int_equal(seen.reason, REASON_POLICY);
    assert_int_equal(look_audit(1, &seen), 0);
    assert_int_equal(seen.subject, 9);
    assert_int_equal(seen.decision, DECISION_DENY);
    assert_int_equal(seen.reason, REASON_MALFORMED);
    assert_int_equal(look_audit(2, &seen), AUDIT_QUERY_NO_AUDIT);
}

static void logs_never_evict_audit_records(void **state)
{
    (void)state;
    struct seen_audit seen;

    assert_int_equal(record(7, "device.mmio.net"), 1);
    logd_mock_burst = UINT32_MAX;
    for (int i = 0; i < 20 * (JOURNAL_RECORDS + JOURNAL_AUDIT_RECORDS); i++) {
        assert_int_equal(append(talker, "flood"), 0);
    }
    assert_true(stats().dropped > 0);
    assert_int_equal(stats().recorded, 1);
    assert_int_equal(stats().audit_dropped, 0);
    assert_int_equal(look_audit(0, &seen), 0);
    assert_int_equal(seen.sequence, 1);
    assert_string_equal(seen.target, "device.mmio.net");
}

static void full_audit_ring_drops_the_oldest_and_counts_it(void **state)
{
    (void)state;
    struct seen_audit seen;

    for (uint32_t i = 1; i <= JOURNAL_AUDIT_RECORDS + 2; i++) {
        assert_int_equal(record(i, "x"), i);
    }
    assert_int_equal(stats().recorded, JOURNAL_AUDIT_RECORDS + 2);
    assert_int_equal(stats().audit_dropped, 2);
    assert_int_equal(stats().dropped, 0);
    assert_int_equal(look_audit(0, &seen), 0);
    assert_int_equal(seen.sequence, 3);
    assert_int_equal(seen.subject, 3);
}

static void audit_records_are_not_slowed_down(void **state)
{
    (void)state;
    logd_mock_burst = 0;
    assert_int_equal(append(judge, "nothing"), LOG_RATE_LIMITED);
    assert_int_equal(record(1, "x"), 1);
}

static void rate_of_zero_is_one(void **state)
{
    (void)state;
    logd_mock_burst = 1;
    logd_mock_per_second = 0;
    assert_int_equal(append(talker, "one"), 0);
    pass(NEXUS_S(1) - 1);
    assert_int_equal(append(talker, "two"), LOG_RATE_LIMITED);
    pass(1);
    assert_int_equal(append(talker, "two"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(record_comes_back_with_sender_and_time, fresh),
        cmocka_unit_test_setup(longest_record_is_kept_whole, fresh),
        cmocka_unit_test_setup(full_ring_drops_the_oldest_and_counts_it, fresh),
        cmocka_unit_test_setup(reused_place_keeps_nothing_of_the_older_record, fresh),
        cmocka_unit_test_setup(sender_is_slowed_down_and_others_are_not, fresh),
        cmocka_unit_test_setup(sender_may_append_again_at_its_rate, fresh),
        cmocka_unit_test_setup(flood_costs_the_sender_only, fresh),
        cmocka_unit_test_setup(audit_record_comes_back_with_recorder_and_time, fresh),
        cmocka_unit_test_setup(logs_never_evict_audit_records, fresh),
        cmocka_unit_test_setup(full_audit_ring_drops_the_oldest_and_counts_it, fresh),
        cmocka_unit_test_setup(audit_records_are_not_slowed_down, fresh),
        cmocka_unit_test_setup(rate_of_zero_is_one, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + logd_survival_tests();
}
