/* Has the attacks made, one after the other, and judges them by what they left. */
#include "judge.h"

#include <nexus/log.h>
#include <nexus/syscall.h>
#include <stdarg.h>
#include <stdio.h>

enum { PLACE = 1024, PLACE_BYTES = 16, TEXT = 80 }; /* where the victim is struck: victim.c */

const char *driver_name(enum driver driver)
{
    return driver == RNG ? "rng" : "blk";
}

void kept(const char *format, ...)
{
    char what[TEXT], text[2 * TEXT];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    (void)snprintf(text, sizeof(text), "%s %s", trusted != 0 ? "trusted" : "hostile", what);
    promise_kept(text);
}

void check_victim(bool struck)
{
    uint32_t first = 0, end = 0;

    CHECK(victim_changed(&first, &end) == 0);
    if (!struck) {
        CHECK(first == 0 && end == 0);
    } else {
        CHECK(first >= PLACE && end > first && end <= PLACE + PLACE_BYTES);
    }
}

static void test_all(void)
{
    for (enum driver driver = RNG; driver < DRIVERS; driver++) {
        test_strikes(driver);
        test_end_of_block(driver);
    }
    test_leaks();
    test_kernel();
    for (enum driver driver = RNG; driver < DRIVERS && trusted == 0; driver++) {
        test_refusals(driver);
        test_faults(driver);
    }
    test_old_request();
}

int main(void)
{
    check_victim(false);
    if (test_directions()) {
        test_all();
    }
    check_victim(false);
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
