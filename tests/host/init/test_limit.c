/* The restart limit: no stretch of one period ever holds more restarts than were declared. */
#include "limit.h"

#include "cmocka_all.h"

enum { MOST = 3, PERIOD = 100 };

static uint64_t times[MOST];
static struct limit limit;

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++) {
        times[i] = 0;
    }
    limit = (struct limit){.times = times, .most = MOST, .period = PERIOD};
    return 0;
}

static void one_restart_too_many_is_refused(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MOST; i++) {
        assert_int_equal(limit_used(&limit, 1000), i);
        assert_true(limit_take(&limit, 1000));
    }
    assert_false(limit_take(&limit, 1000));
    assert_int_equal(limit_used(&limit, 1000), MOST);
}

static void first_restart_counts_for_exactly_one_period(void **state)
{
    (void)state;
    assert_true(limit_take(&limit, 1000));
    assert_true(limit_take(&limit, 1001));
    assert_true(limit_take(&limit, 1002));
    assert_false(limit_take(&limit, 1000 + PERIOD));
    assert_true(limit_take(&limit, 1000 + PERIOD + 1));
    assert_false(limit_take(&limit, 1000 + PERIOD + 1));
    assert_true(limit_take(&limit, 1001 + PERIOD + 1));
}

/* What a period that begins with the first restart would let through: many late in it, many early in the next. */
static void period_slides(void **state)
{
    (void)state;
    assert_true(limit_take(&limit, 1000));
    assert_true(limit_take(&limit, 1000 + PERIOD - 1));
    assert_true(limit_take(&limit, 1000 + PERIOD));
    assert_true(limit_take(&limit, 1000 + PERIOD + 1));
    assert_false(limit_take(&limit, 1000 + PERIOD + 2));
    assert_int_equal(limit_used(&limit, 1000 + PERIOD + 2), MOST);
}

static void refusal_counts_nothing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MOST; i++) {
        assert_true(limit_take(&limit, 1000));
    }
    for (uint64_t now = 1000; now <= 1000 + PERIOD; now++) {
        assert_false(limit_take(&limit, now));
    }
    assert_true(limit_take(&limit, 1000 + PERIOD + 1));
}

static void restart_in_the_first_tick_is_one(void **state)
{
    (void)state;
    assert_int_equal(limit_used(&limit, 0), 0);
    assert_true(limit_take(&limit, 0));
    assert_int_equal(limit_used(&limit, 0), 1);
    assert_int_equal(limit_used(&limit, PERIOD + 1), 0);
}

static void limit_of_none_allows_none(void **state)
{
    (void)state;
    limit = (struct limit){.times = NULL, .most = 0, .period = PERIOD};
    assert_false(limit_take(&limit, 1000));
    assert_int_equal(limit_used(&limit, 1000), 0);
}

/* Below `end`; the same numbers on every run. */
static uint64_t random_below(uint64_t end)
{
    static uint64_t seed = 1;

    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (seed >> 33) % end;
}

/* Against the definition: all that were allowed, any period that ends with one. */
static void no_period_ever_holds_more(void **state)
{
    enum { TRIES = 20000 };
    static uint64_t allowed[TRIES];
    uint32_t count = 0;
    uint64_t now = 0;
    (void)state;

    for (int i = 0; i < TRIES; i++) {
        now += random_below(random_below(8) == 0 ? 2 * PERIOD : 20);
        uint32_t within = 0;
        while (within < count && now - allowed[count - 1 - within] <= PERIOD) {
            within++;
        }
        assert_int_equal(limit_used(&limit, now), within);
        if (limit_take(&limit, now)) {
            allowed[count++] = now;
            within++;
        } else {
            assert_int_equal(within, MOST); /* and not refused without need */
        }
        assert_in_range(within, 1, MOST);
    }
    assert_in_range(count, TRIES / 20, TRIES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_restart_too_many_is_refused, set_up),
        cmocka_unit_test_setup(first_restart_counts_for_exactly_one_period, set_up),
        cmocka_unit_test_setup(period_slides, set_up),
        cmocka_unit_test_setup(refusal_counts_nothing, set_up),
        cmocka_unit_test_setup(restart_in_the_first_tick_is_one, set_up),
        cmocka_unit_test_setup(limit_of_none_allows_none, set_up),
        cmocka_unit_test_setup(no_period_ever_holds_more, set_up),
    };
    return cmocka_run_group_tests_name("init: restart limit", tests, NULL, NULL);
}
