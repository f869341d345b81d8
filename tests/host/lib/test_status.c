/* Texts of the status values, and their labels on the wire. */
#include "cmocka_all.h"

#include <nexus/status.h>

static void every_status_has_a_text(void **state)
{
    (void)state;
    assert_string_equal(nexus_strerror(NEURON_OK), "ok");
    assert_string_equal(nexus_strerror(NEURON_TIMEOUT), "the deadline passed");
    assert_string_equal(nexus_strerror(NEXUS_DENIED), "the policy does not allow this call");
}

static void unknown_status_is_an_error(void **state)
{
    (void)state;
    assert_string_equal(nexus_strerror(-127), "an unknown error");
    assert_string_equal(nexus_strerror(INT32_MIN), "an unknown error");
    assert_string_equal(nexus_strerror(7), "an error that the interface declares");
}

static void label_and_status_are_inverse(void **state)
{
    (void)state;
    assert_int_equal(NEXUS_LABEL_OF(NEXUS_MALFORMED), 32768);
    assert_int_equal(NEXUS_LABEL_OF(NEXUS_UNDECIDED), 32775);
    for (int status = NEXUS_STATUS_LAST; status <= NEXUS_MALFORMED; status++) {
        assert_int_equal(NEXUS_STATUS_OF(NEXUS_LABEL_OF(status)), status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_text),
        cmocka_unit_test(unknown_status_is_an_error),
        cmocka_unit_test(label_and_status_are_inverse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
