/* Units of time and periodic work. */
#include "cmocka_all.h"

#include <nexus/host.h>
#include <nexus/time.h>

static void units_are_ticks_of_the_counter(void **state)
{
    (void)state;
    assert_int_equal(NEXUS_S(2), 2 * (uint64_t)NEURON_TIME_HZ);
    assert_int_equal(NEXUS_MS(1), NEURON_TIME_HZ / 1000);
    assert_int_equal(NEXUS_US(1), NEURON_TIME_HZ / 1000000);
}

static void sleep_until_the_past_returns_at_once(void **state)
{
    (void)state;
    host_clock_set(100);
    nexus_sleep_until(99);
    assert_int_equal(nexus_now(), 100);
}

static void periodic_does_not_drift(void **state)
{
    (void)state;
    host_clock_set(1000);
    struct nexus_period period = nexus_period_start(10);
    assert_int_equal(nexus_periodic(&period), 0);
    assert_int_equal(nexus_now(), 1010);
    host_clock_set(1017);
    assert_int_equal(nexus_periodic(&period), 0);
    assert_int_equal(nexus_now(), 1020);
}

static void periodic_counts_what_it_missed(void **state)
{
    (void)state;
    host_clock_set(0);
    struct nexus_period period = nexus_period_start(10);
    host_clock_set(35);
    assert_int_equal(nexus_periodic(&period), 2);
    assert_int_equal(nexus_periodic(&period), 0);
    assert_int_equal(nexus_now(), 40);
}

static void period_of_zero_is_one_tick(void **state)
{
    (void)state;
    host_clock_set(5);
    struct nexus_period period = nexus_period_start(0);
    assert_int_equal(nexus_periodic(&period), 0);
    assert_int_equal(nexus_now(), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_ticks_of_the_counter),
        cmocka_unit_test(sleep_until_the_past_returns_at_once),
        cmocka_unit_test(periodic_does_not_drift),
        cmocka_unit_test(periodic_counts_what_it_missed),
        cmocka_unit_test(period_of_zero_is_one_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
