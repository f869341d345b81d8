/* What init tells logd: everything once and in order, later if it cannot be told now, and never by waiting
 * for a logd that waits for init. */
#include "init.mock.h"

#include "cmocka_all.h"
#include "peer.h"
#include "records.h"
#include "report.h"

#include <neuron/abi.h>
#include <nexus/host.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

enum { NOW = 5000, LINES = 64 };

static bool logd_runs;
static unsigned calls;     /* of logd */
static unsigned taken;     /* records that it took */
static int answers[LINES]; /* to each call */
static uint64_t called_until;
static struct record got[LINES];
static char lines[LINES][NEURON_LINE_BYTES + 1];
static unsigned line_count;

bool peer_runs(uint64_t slot)
{
    assert_int_equal(slot, LOG_SLOT);
    return logd_runs;
}

void line_show(const char *text, size_t length);
void line_show(const char *text, size_t length)
{
    assert_in_range(length, 1, NEURON_LINE_BYTES);
    assert_in_range(line_count, 0, LINES - 1);
    (void)snprintf(lines[line_count++], sizeof(lines[0]), "%.*s", (int)length, text);
}

static int append(uint64_t deadline, enum LogLevel level, const char *scope, const char *message,
                  const void *fields, size_t fields_len)
{
    assert_null(fields);
    assert_int_equal(fields_len, 0);
    assert_in_range(calls, 0, LINES - 1);
    called_until = deadline;
    int answer = answers[calls++];
    if (answer == 0) {
        got[taken].level = level;
        (void)snprintf(got[taken].scope, sizeof(got[0].scope), "%s", scope);
        (void)snprintf(got[taken].message, sizeof(got[0].message), "%s", message);
        taken++;
    }
    return answer;
}

static int set_up(void **state)
{
    (void)state;
    while (records_first() != NULL) {
        records_remove_first();
    }
    (void)records_take_lost();
    memset(answers, 0, sizeof(answers));
    init_mock_reset();
    init_mock.log_append_until = append;
    host_clock_set(NOW);
    logd_runs = true;
    calls = 0;
    taken = 0;
    line_count = 0;
    return 0;
}

static void got_is(unsigned number, enum LogLevel level, const char *scope, const char *message)
{
    assert_in_range(number, 0, taken - 1);
    assert_int_equal(got[number].level, level);
    assert_string_equal(got[number].scope, scope);
    assert_string_equal(got[number].message, message);
}

static void report_is_a_line_and_a_record(void **state)
{
    (void)state;
    report_about("rngd", "store fault at 0x0 (null pointer)");
    report(LOG_LEVEL_WARN, "rngd", "restarting %s (%d of 3)", "rngd", 1);
    assert_int_equal(calls, 0); /* not before it is told to */
    assert_int_equal(line_count, 2);
    assert_string_equal(lines[0], "rngd: store fault at 0x0 (null pointer)");
    assert_string_equal(lines[1], "init: restarting rngd (1 of 3)");
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(taken, 2);
    got_is(0, LOG_LEVEL_ERROR, "rngd", "store fault at 0x0 (null pointer)");
    got_is(1, LOG_LEVEL_WARN, "rngd", "restarting rngd (1 of 3)");
    assert_int_equal(called_until, NOW + PATIENCE);
}

static void record_is_sent_once(void **state)
{
    (void)state;
    report_about("rngd", "gone");
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(calls, 1);
}

static void logd_that_is_down_is_not_called(void **state)
{
    (void)state;
    logd_runs = false;
    report_about("logd", "store fault at 0x0 (null pointer)");
    report(LOG_LEVEL_WARN, "logd", "restarting logd (1 of 3)");
    assert_int_equal(report_send(), NEURON_FOREVER); /* its restart is what helps */
    assert_int_equal(calls, 0);
    logd_runs = true;
    answers[0] = NEURON_PEER_RESTARTED; /* undelivered, once */
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(calls, 3);
    assert_int_equal(taken, 2);
    got_is(0, LOG_LEVEL_ERROR, "logd", "store fault at 0x0 (null pointer)");
    got_is(1, LOG_LEVEL_WARN, "logd", "restarting logd (1 of 3)");
}

static void record_stays_until_it_is_taken(void **state)
{
    const int refusals[] = {NEURON_TIMEOUT, LOG_RATE_LIMITED, NEURON_PEER_RESTARTED,
                            NEXUS_BAD_REPLY};
    (void)state;
    report_about("rngd", "first");
    report_about("rngd", "second");
    for (unsigned i = 0; i < 4; i++) {
        calls = 0;
        answers[0] = refusals[i];
        answers[1] = refusals[i];
        assert_int_equal(report_send(), NOW + NEXUS_S(1));
        assert_int_equal(calls,
                         refusals[i] == NEURON_PEER_RESTARTED ? 2 : 1); /* and the next waits */
        assert_int_equal(taken, 0);
    }
    answers[0] = 0;
    answers[1] = 0;
    calls = 0;
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(taken, 2);
    got_is(0, LOG_LEVEL_ERROR, "rngd", "first");
    got_is(1, LOG_LEVEL_ERROR, "rngd", "second");
}

static void death_of_logd_is_waited_for_not_polled(void **state)
{
    (void)state;
    report_about("rngd", "first");
    answers[0] = NEURON_PEER_DIED;
    assert_int_equal(report_send(), NEURON_FOREVER);
    answers[1] = NEURON_PEER_GONE;
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(report_send(), NEURON_FOREVER);
    got_is(0, LOG_LEVEL_ERROR, "rngd", "first");
}

static void what_finds_no_room_is_counted_and_said(void **state)
{
    char text[24];
    (void)state;
    logd_runs = false;
    for (int i = 0; i < RECORDS_ROOM + 2; i++) {
        (void)snprintf(text, sizeof(text), "number %d", i);
        report_about("rngd", text);
    }
    assert_int_equal(line_count, RECORDS_ROOM + 4); /* all on the console, and two are not kept */
    assert_string_equal(lines[RECORDS_ROOM], "rngd: number 16");
    assert_string_equal(lines[RECORDS_ROOM + 1], "init: no room to keep this as a record for logd");
    logd_runs = true;
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(taken, RECORDS_ROOM + 1);
    got_is(0, LOG_LEVEL_ERROR, "rngd", "number 0");
    got_is(RECORDS_ROOM - 1, LOG_LEVEL_ERROR, "rngd", "number 15");
    got_is(RECORDS_ROOM, LOG_LEVEL_WARN, "init", "2 records were lost");
    assert_string_equal(lines[line_count - 1], "init: 2 records were lost");
    /* Said once, and there is room again. */
    report_about("rngd", "later");
    assert_int_equal(report_send(), NEURON_FOREVER);
    assert_int_equal(taken, RECORDS_ROOM + 2);
    got_is(RECORDS_ROOM + 1, LOG_LEVEL_ERROR, "rngd", "later");
}

static void loss_that_cannot_be_told_is_told_later(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDS_ROOM + 1; i++) {
        report_about("rngd", "again");
    }
    answers[RECORDS_ROOM] = LOG_RATE_LIMITED;
    assert_int_equal(report_send(), NOW + NEXUS_S(1));
    assert_int_equal(report_send(), NEURON_FOREVER);
    got_is(RECORDS_ROOM, LOG_LEVEL_WARN, "init", "1 records were lost");
}

static void what_is_too_long_is_cut(void **state)
{
    char name[100];
    char text[300];
    (void)state;
    memset(name, 'n', sizeof(name));
    memset(text, 't', sizeof(text));
    name[sizeof(name) - 1] = '\0';
    text[sizeof(text) - 1] = '\0';
    assert_true(records_put(LOG_LEVEL_ERROR, name, text));
    assert_int_equal(strlen(records_first()->scope), LOG_APPEND_SCOPE_MAX);
    assert_int_equal(strlen(records_first()->message), NEURON_LINE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(report_is_a_line_and_a_record, set_up),
        cmocka_unit_test_setup(record_is_sent_once, set_up),
        cmocka_unit_test_setup(logd_that_is_down_is_not_called, set_up),
        cmocka_unit_test_setup(record_stays_until_it_is_taken, set_up),
        cmocka_unit_test_setup(death_of_logd_is_waited_for_not_polled, set_up),
        cmocka_unit_test_setup(what_finds_no_room_is_counted_and_said, set_up),
        cmocka_unit_test_setup(loss_that_cannot_be_told_is_told_later, set_up),
        cmocka_unit_test_setup(what_is_too_long_is_cut, set_up),
    };
    return cmocka_run_group_tests_name("init: records for logd", tests, NULL, NULL);
}
