/* The parts of selftest. */
#ifndef DRIVERS_SELFTEST_H
#define DRIVERS_SELFTEST_H

#include "selftest.nexus.h"

#include <nexus/selftest.h>
#include <stdint.h>

enum { DEATHS = 200 };

/* Kills a driver at some moment or other, and sees that its next life answers: `ask` calls it. */
void kill_one(int (*stab)(void), int (*ask)(void));

/* A number from rngd, which answers. */
uint32_t random_below(uint32_t end);

void test_entropy(void);
void test_oversized(void);
void test_deaths_of_rngd(void);

void test_blocks(void);
void test_deaths_of_virtioblkd(void);

#endif
