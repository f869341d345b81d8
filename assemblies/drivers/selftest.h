/* The parts of selftest. */
#ifndef DRIVERS_SELFTEST_H
#define DRIVERS_SELFTEST_H

#include "selftest.nexus.h"

#include <nexus/selftest.h>
#include <stdint.h>

/* Kills a driver at least DEATHS times, at some moments or other, and until each of its other clients saw that many of
 * its deaths. Sees that each life answers: `ask` calls it. `seen` is what the client that saw fewest saw. The number of
 * deaths. */
uint32_t kill_under_load(int (*stab)(void), int (*ask)(void), uint32_t (*seen)(void));

/* A number from rngd, which answers. */
uint32_t random_below(uint32_t end);

void test_entropy(void);
void test_oversized(void);
void test_deaths_of_rngd(void);

void test_blocks(void);
void test_deaths_of_virtioblkd(void);

#endif
