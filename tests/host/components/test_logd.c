/* logd: what it stamps, drops and keeps, whom it slows down, and that audit records are apart from logs. */
#include "logd.mock.h"

#include "cmocka_all.h"
#include "journal.h"
#include "logd_cut.h"

#include <neuron/limits.h>
#include <nexus/host.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

static const struct nexus_client talker = {.id = 1, .name = "talker", .task = 7};
static const struct nexus_client quiet = {.id = 2, .name = "quiet", .task = 9};
static const struct nexus_client judge = {.id = 3, .name = "policyd", .task = 2};

static uint64_t clock_ticks; /* only forward, as on the machine */

static void pass(uint64_t ticks)
{
    clock_ticks += ticks;
    host_clock_set(clock_ticks);
}

static int fresh(void **state)
{
    (void)state;
    logd_mock_reset();
    memset(&journal_memory, 0, sizeof(journal_memory));
    assert_int_equal(journal_open(), JOURNAL_NEW);
    pass(NEXUS_S(1000)); /* every sender may append again */
    return 0;
}

static int append(struct nexus_client client, const char *message)
{
    return log_append(client, LOG_LEVEL_INFO, "test", message, NULL, 0);
}

/* What a query answers. */
struct seen {
    uint64_t sequence, time;
    uint32_t sender;
    enum LogLevel level;
    char scope[65], message[257];
    uint8_t fields[512];
    size_t fields_len;
};

static int look(uint64_t since, struct seen *seen)
{
    memset(seen, 0, sizeof(*seen));
    return query_query(quiet, since, &seen->sequence, &seen->time, &seen->sender, &seen->level,
                       seen->scope, seen->message, seen->fields, &seen->fields_len);
}

struct seen_audit {
    uint64_t sequence, time;
    uint32_t sender, subject;
    char action[33], target[65];
    enum Decision decision;
    enum Reason reason;
};

static int look_audit(uint64_t since, struct seen_audit *seen)
{
    memset(seen, 0, sizeof(*seen));
    return audit_query_read(quiet, since, &seen->sequence, &seen->time, &seen->sender,
                            &seen->subject, seen->action, seen->target, &seen->decision,
                            &seen->reason);
}

static uint64_t record(uint32_t subject, const char *target)
{
    uint64_t sequence = 0;
    assert_int_equal(audit_record(judge, subject, "policy.check", target, DECISION_DENY,
                                  REASON_POLICY, &sequence),
                     0);
    return sequence;
}

struct stats {
    uint64_t appended, dropped, limited, recorded, audit_dropped;
};

static struct stats stats(void)
{
    struct stats s;
    assert_int_equal(
        query_stats(quiet, &s.appended, &s.dropped, &s.limited, &s.recorded, &s.audit_dropped), 0);
    return s;
}

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

static void next_life_goes_on(void **state)
{
    (void)state;
    struct seen seen;
    struct seen_audit audit;

    logd_mock_burst = 2;
    assert_int_equal(append(talker, "before"), 0);
    assert_int_equal(append(talker, "and"), 0);
    assert_int_equal(append(talker, "too many"), LOG_RATE_LIMITED);
    assert_int_equal(record(7, "device.mmio.net"), 1);
    assert_int_equal(journal_open(), JOURNAL_KEPT);

    assert_int_equal(stats().limited, 1);
    assert_int_equal(append(quiet, "after"), 0);
    assert_int_equal(record(7, "rng.entropy"), 2);
    assert_int_equal(look(0, &seen), 0);
    assert_string_equal(seen.message, "before");
    assert_int_equal(look(2, &seen), 0);
    assert_int_equal(seen.sequence, 3);
    assert_string_equal(seen.message, "after");
    assert_int_equal(look_audit(0, &audit), 0);
    assert_string_equal(audit.target, "device.mmio.net");
    assert_int_equal(look_audit(1, &audit), 0);
    assert_int_equal(audit.sequence, 2);
}

static uint64_t
    before; /* records, and as many audit records, that there were before the cut work */
static bool seen_without, seen_with;

/* Records are made by their numbers, so that one that is half another's is noticed. */
static void make_record(void)
{
    char text[200];
    const uint64_t n = stats().appended + 1;

    memset(text, 'a' + (int)(n % 26), sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(log_append(talker, (enum LogLevel)(n % 4), "cut", text, text, n % 200), 0);
}

static void make_audit(void)
{
    char target[65] = "";
    const uint64_t n = stats().recorded + 1;

    memset(target, 'a' + (int)(n % 26), 1 + n % 60);
    (void)record((uint32_t)n, target);
}

/* Every record that is served is whole, they follow each other, and the newest is the last one. */
static void check_records(uint64_t newest)
{
    struct seen seen;
    uint64_t n = newest > JOURNAL_RECORDS ? newest - JOURNAL_RECORDS : 0;

    while (look(n, &seen) == 0) {
        n++;
        assert_int_equal(seen.sequence, n);
        assert_int_equal(seen.level, n % 4);
        assert_int_equal(seen.sender, talker.task);
        assert_int_equal(seen.fields_len, n % 200);
        assert_int_equal(strlen(seen.message), 199);
        for (size_t i = 0; i < 199; i++) {
            assert_int_equal(seen.message[i], 'a' + (int)(n % 26));
            assert_int_equal(i < seen.fields_len ? seen.fields[i] : 0,
                             i < seen.fields_len ? seen.message[i] : 0);
        }
    }
    assert_int_equal(n, newest);
}

static void check_audits(uint64_t newest)
{
    struct seen_audit seen;
    uint64_t n = newest > JOURNAL_AUDIT_RECORDS ? newest - JOURNAL_AUDIT_RECORDS : 0;

    while (look_audit(n, &seen) == 0) {
        n++;
        assert_int_equal(seen.sequence, n);
        assert_int_equal(seen.subject, n);
        assert_int_equal(seen.sender, judge.task);
        assert_int_equal(strlen(seen.target), 1 + n % 60);
        assert_int_equal(strspn(seen.target, (char[]){(char)('a' + (int)(n % 26)), '\0'}),
                         1 + n % 60);
        assert_string_equal(seen.action, "policy.check");
    }
    assert_int_equal(n, newest);
}

/* The next life begins here: all that was there is, the new one wholly or not at all, and the next follows. */
static void go_on(void)
{
    const uint64_t logs = stats().appended;
    const uint64_t audits = stats().recorded;

    assert_int_equal(journal_open(), JOURNAL_KEPT);
    assert_in_range(logs + audits, 2 * before, 2 * before + 1);
    seen_without = seen_without || logs + audits == 2 * before;
    seen_with = seen_with || logs + audits == 2 * before + 1;
    check_records(logs);
    check_audits(audits);
    make_record();
    make_audit();
    check_records(logs + 1);
    check_audits(audits + 1);
}

/* Cuts `work` off everywhere in a ring that holds `before`, then puts back what was there. */
static void cut_off(void (*work)(void))
{
    static struct journal_memory whole;

    whole = journal_memory;
    seen_without = seen_with = false;
    assert_true(cut_everywhere(work, go_on) > 5);
    assert_true(seen_without && seen_with);
    journal_memory = whole;
}

static void append_is_cut_anywhere(void **state)
{
    (void)state;
    logd_mock_burst = UINT32_MAX;
    for (before = 0; before <= JOURNAL_AUDIT_RECORDS + 1; before++) {
        /* Empty, full, and full for the second time. */
        if (before == 0 || before == JOURNAL_RECORDS || before == JOURNAL_RECORDS + 1) {
            cut_off(make_record);
        }
        if (before == 0 || before == JOURNAL_AUDIT_RECORDS || before == JOURNAL_AUDIT_RECORDS + 1) {
            cut_off(make_audit);
        }
        make_record();
        make_audit();
    }
}

/* Damages of the memory, one at a time. */
static void damage(int which)
{
    struct journal_memory *m = &journal_memory;

    switch (which) {
    case 0:
        m->magic = 0;
        break;
    case 1:
        m->magic ^= 1;
        break;
    case 2:
        m->appended++;
        break;
    case 3:
        m->appended = UINT64_MAX;
        break;
    case 4:
        m->recorded++;
        break;
    case 5:
        m->recorded = UINT64_MAX;
        break;
    case 6:
        m->records[1].sequence = 2;
        break;
    case 7:
        m->records[1].level = (enum LogLevel)4;
        break;
    case 8:
        m->records[1].fields_len = 513;
        break;
    case 9:
        memset(m->records[1].scope, 's', sizeof(m->records[1].scope));
        break;
    case 10:
        memset(m->records[1].message, 'm', sizeof(m->records[1].message));
        break;
    case 11:
        m->audits[1].sequence = 0;
        break;
    case 12:
        m->audits[1].decision = (enum Decision)2;
        break;
    case 13:
        m->audits[1].reason = (enum Reason)3;
        break;
    case 14:
        memset(m->audits[1].action, 'a', sizeof(m->audits[1].action));
        break;
    default:
        memset(m->audits[1].target, 't', sizeof(m->audits[1].target));
        break;
    }
}

static void damaged_memory_is_forgotten(void **state)
{
    struct seen seen;
    struct seen_audit audit;

    for (int which = 0; which < 16; which++) {
        (void)fresh(state);
        assert_int_equal(append(talker, "before"), 0);
        assert_int_equal(record(7, "before"), 1);
        assert_int_equal(journal_open(), JOURNAL_KEPT);
        damage(which);
        assert_int_equal(journal_open(), JOURNAL_DAMAGED);
        assert_int_equal(stats().appended + stats().recorded + stats().limited, 0);
        assert_int_equal(look(0, &seen), LOG_QUERY_NO_RECORD);
        assert_int_equal(look_audit(0, &audit), AUDIT_QUERY_NO_AUDIT);
        assert_int_equal(append(talker, "after"), 0);
        assert_int_equal(record(7, "after"), 1);
        assert_int_equal(look(0, &seen), 0);
        assert_string_equal(seen.message, "after");
        assert_int_equal(journal_open(), JOURNAL_KEPT);
    }
}

static void open_again(void)
{
    (void)journal_open();
}

static void damaged_again(void)
{
    static bool over; /* from the first cut on which there is nothing damaged left */
    const enum journal_state found = journal_open();

    if (found == JOURNAL_KEPT) {
        over = true;
    }
    assert_int_equal(found, over ? JOURNAL_KEPT : JOURNAL_DAMAGED);
    assert_int_equal(stats().appended + stats().recorded + stats().limited, 0);
}

static void forgetting_is_cut_anywhere(void **state)
{
    (void)state;
    logd_mock_burst = 1;
    assert_int_equal(append(talker, "before"), 0);
    assert_int_equal(append(talker, "before"), LOG_RATE_LIMITED);
    assert_int_equal(record(7, "before"), 1);
    damage(8);
    assert_int_equal(cut_everywhere(open_again, damaged_again), 5);
}

/* Any bytes are safe: what is served after them is whole, or nothing is. */
static void noise_does_no_harm(void **state)
{
    uint64_t random = 88172645463325252;
    unsigned char *bytes = (unsigned char *)&journal_memory;
    struct seen seen;
    struct seen_audit audit;

    (void)fresh(state);
    logd_mock_burst = UINT32_MAX;
    for (int i = 0; i < 2 * JOURNAL_AUDIT_RECORDS; i++) {
        make_record();
        make_audit();
    }
    for (int round = 0; round < 3000; round++) {
        for (int i = 0; i < 3; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            bytes[random % (round % 2 == 0 ? 32 : sizeof(journal_memory))] =
                (unsigned char)(random >> 40);
        }
        const enum journal_state found = journal_open();
        assert_true(found == JOURNAL_KEPT || found == JOURNAL_DAMAGED);
        for (uint64_t n = stats().dropped; look(n, &seen) == 0; n++) {
            assert_int_equal(seen.sequence, n + 1);
        }
        for (uint64_t n = stats().audit_dropped; look_audit(n, &audit) == 0; n++) {
            assert_int_equal(audit.sequence, n + 1);
        }
        make_record();
        make_audit();
    }
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
        cmocka_unit_test_setup(next_life_goes_on, fresh),
        cmocka_unit_test_setup(append_is_cut_anywhere, fresh),
        cmocka_unit_test_setup(damaged_memory_is_forgotten, fresh),
        cmocka_unit_test_setup(forgetting_is_cut_anywhere, fresh),
        cmocka_unit_test_setup(noise_does_no_harm, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
