/* The visitor: it visits as often as its attribute says, and stops at an error. */
#include "visitor.mock.h"

#include "cmocka_all.h"
#include "component_main.h"

#include <nexus/host.h>
#include <nexus/time.h>
#include <string.h>

static unsigned calls;

static int answer(const char *name, char *text)
{
    assert_string_equal(name, "visitor");
    memcpy(text, "Hello!", sizeof("Hello!"));
    calls++;
    return 0;
}

static int refuse(const char *name, char *text)
{
    (void)name;
    (void)text;
    calls++;
    return GREETING_NOBODY;
}

static int reset(void **state)
{
    (void)state;
    calls = 0;
    host_clock_set(0);
    visitor_mock_reset();
    return 0;
}

static void visits_as_often_as_told(void **state)
{
    (void)state;
    visitor_mock.greeting_greet = answer;
    visitor_mock_visits = 5;
    assert_int_equal(component_main(), 0);
    assert_int_equal(calls, 5);
}

static void rests_one_period_after_each_visit(void **state)
{
    (void)state;
    visitor_mock.greeting_greet = answer;
    assert_int_equal(component_main(), 0);
    assert_int_equal(nexus_now(), visitor_mock_visits * NEXUS_MS(visitor_mock_period_ms));
}

static void stops_at_an_error(void **state)
{
    (void)state;
    visitor_mock.greeting_greet = refuse;
    assert_int_equal(component_main(), 1);
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(visits_as_often_as_told, reset),
        cmocka_unit_test_setup(rests_one_period_after_each_visit, reset),
        cmocka_unit_test_setup(stops_at_an_error, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
