/* Console lines: whole, named, split at the limit. */
#include "line.h"

#include "cmocka_all.h"

#include <neuron/limits.h>
#include <nexus/log.h>
#include <string.h>

const char nexus_name[] = "tester";

static char shown[8][NEURON_LINE_BYTES + 1];
static size_t count;

void line_show(const char *text, size_t length)
{
    assert_in_range(length, 1, NEURON_LINE_BYTES);
    assert_in_range(count, 0, 7);
    memcpy(shown[count], text, length);
    shown[count][length] = '\0';
    count++;
}

static int forget(void **state)
{
    (void)state;
    line_end();
    count = 0;
    nexus_log_set_level(NEXUS_LOG_INFO);
    return 0;
}

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        line_put(*text);
    }
}

static void line_appears_only_when_it_is_whole(void **state)
{
    (void)state;
    put("half");
    assert_int_equal(count, 0);
    put(" and half\n");
    assert_int_equal(count, 1);
    assert_string_equal(shown[0], "tester: half and half");
}

static void line_of_exactly_the_limit_is_not_split(void **state)
{
    (void)state;
    const size_t room = NEURON_LINE_BYTES - strlen("tester: ");
    for (size_t i = 0; i < room; i++) {
        line_put('x');
    }
    line_put('\n');
    assert_int_equal(count, 1);
    assert_int_equal(strlen(shown[0]), NEURON_LINE_BYTES);
}

static void line_over_the_limit_goes_on_in_a_named_line(void **state)
{
    (void)state;
    const size_t room = NEURON_LINE_BYTES - strlen("tester: ");
    for (size_t i = 0; i < room; i++) {
        line_put('x');
    }
    put("y\n");
    assert_int_equal(count, 2);
    assert_string_equal(shown[1], "tester: y");
}

static void empty_line_still_says_who(void **state)
{
    (void)state;
    put("\n");
    assert_string_equal(shown[0], "tester: ");
}

static void log_line_says_its_level(void **state)
{
    (void)state;
    nexus_log_set_level(NEXUS_LOG_DEBUG);
    LOG_ERROR("disk %d", 1);
    LOG_WARN("disk %d", 2);
    LOG_INFO("disk %d", 3);
    LOG_DEBUG("disk %d", 4);
    assert_string_equal(shown[0], "tester: error: disk 1");
    assert_string_equal(shown[1], "tester: warning: disk 2");
    assert_string_equal(shown[2], "tester: disk 3");
    assert_string_equal(shown[3], "tester: debug: disk 4");
}

static void log_line_above_the_level_is_left_out(void **state)
{
    (void)state;
    LOG_DEBUG("quiet");
    assert_int_equal(count, 0);
    nexus_log_set_level(NEXUS_LOG_ERROR);
    LOG_WARN("quiet");
    assert_int_equal(count, 0);
    LOG_ERROR("loud");
    assert_int_equal(count, 1);
}

static void log_line_does_not_mix_with_half_a_line(void **state)
{
    (void)state;
    put("half");
    LOG_INFO("whole");
    assert_int_equal(count, 2);
    assert_string_equal(shown[0], "tester: half");
    assert_string_equal(shown[1], "tester: whole");
}

static void line_about_another_carries_its_name(void **state)
{
    (void)state;
    nexus_log_about("driver", "store fault");
    put("mine\n");
    assert_string_equal(shown[0], "driver: store fault");
    assert_string_equal(shown[1], "tester: mine");
}

static void name_longer_than_a_line_is_cut(void **state)
{
    (void)state;
    char name[2 * NEURON_LINE_BYTES + 1];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    nexus_log_about(name, "text");
    assert_int_equal(count, 1);
    assert_int_equal(strlen(shown[0]), NEURON_LINE_BYTES / 2 + strlen(": text"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(line_appears_only_when_it_is_whole, forget),
        cmocka_unit_test_setup(line_of_exactly_the_limit_is_not_split, forget),
        cmocka_unit_test_setup(line_over_the_limit_goes_on_in_a_named_line, forget),
        cmocka_unit_test_setup(empty_line_still_says_who, forget),
        cmocka_unit_test_setup(log_line_says_its_level, forget),
        cmocka_unit_test_setup(log_line_above_the_level_is_left_out, forget),
        cmocka_unit_test_setup(log_line_does_not_mix_with_half_a_line, forget),
        cmocka_unit_test_setup(line_about_another_carries_its_name, forget),
        cmocka_unit_test_setup(name_longer_than_a_line_is_cut, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
