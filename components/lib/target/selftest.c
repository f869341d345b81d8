/* The verdicts and dice of components that test the system from inside. */
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <stdio.h>
#include <unistd.h>

enum { STATUS_FAILED = 2, LINE_BYTES = 96 };

static uint64_t dice = 88172645463325252U;

void selftest_failed(const char *text, const char *file, int line, uint64_t power_slot)
{
    printf("%s:%d: not true: %s\n", file, line, text);
    (void)neuron_power(power_slot,
                       STATUS_FAILED); /* returns only if the component has no `power` */
    _exit(STATUS_FAILED);
}

void promise_kept(const char *promise)
{
    char text[LINE_BYTES];

    (void)snprintf(text, sizeof(text), "%s ok", promise);
    nexus_log_about("SELFTEST", text);
}

/* Marsaglia, Xorshift RNGs, 2003: one of its 64-bit triples. */
uint32_t roll(uint32_t sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (uint32_t)(dice >> 32) % sides;
}

void roll_from(uint64_t seed)
{
    dice = seed;
}
