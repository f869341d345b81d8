/*
 * For components that test the system from inside: checks that end the machine, the lines that tests wait
 * for, and dice. The component has `power;`. What uses none of this does not link it.
 */
#ifndef NEXUS_SELFTEST_H
#define NEXUS_SELFTEST_H

#include <stdint.h>

/* Ends the machine with status 2 and says what was not true; POWER_SLOT is the component's own. */
#define CHECK(truth) ((truth) ? (void)0 : selftest_failed(#truth, __FILE__, __LINE__, POWER_SLOT))
void selftest_failed(const char *text, const char *file, int line, uint64_t power_slot)
    __attribute__((noreturn));

/* Prints `SELFTEST: <promise> ok`; called after the checks that make it true. */
void promise_kept(const char *promise);

/* A number below `sides`: the next one of a sequence, which is the same each time, or another one for another
 * seed, not 0. */
uint32_t roll(uint32_t sides);
void roll_from(uint64_t seed);

#endif
