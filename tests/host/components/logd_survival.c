/* logd's next life: what it finds of the one before, wherever that was cut off, and whatever became of it. */
#include "cmocka_all.h"
#include "logd_ask.h"
#include "logd_cut.h"

#include <string.h>

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

int logd_survival_tests(void)
{
    const struct CMUnitTest survival_tests[] = {
        cmocka_unit_test_setup(next_life_goes_on, fresh),
        cmocka_unit_test_setup(append_is_cut_anywhere, fresh),
        cmocka_unit_test_setup(damaged_memory_is_forgotten, fresh),
        cmocka_unit_test_setup(forgetting_is_cut_anywhere, fresh),
        cmocka_unit_test_setup(noise_does_no_harm, fresh),
    };
    return cmocka_run_group_tests(survival_tests, NULL, NULL);
}
