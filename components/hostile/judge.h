/* What the parts of the judge share. */
#ifndef HOSTILE_JUDGE_H
#define HOSTILE_JUDGE_H

#include "judge.nexus.h"

#include <neuron/abi.h>
#include <nexus/selftest.h>

/* The drivers, which have the same interface. */
enum driver { RNG, BLK, DRIVERS };

/* Prints `SELFTEST: hostile WHAT ok`, or `trusted`: of which assembly this is. */
void kept(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *driver_name(enum driver driver);

/* The victim's memory is what it should be; or within the place that was aimed at it is not. */
void check_victim(bool struck);

/* Whether the disk may both read and write its block: without that, nothing else is tested. */
bool test_directions(void);
void test_end_of_block(enum driver driver);

void test_strikes(enum driver driver);
void test_kernel(void);
void test_leaks(void);
void test_refusals(enum driver driver);
void test_faults(enum driver driver);
void test_old_request(void);

#endif
