/* What the parts of the self-test share. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "selftest.nexus.h"

#include <stdbool.h>
#include <stdint.h>

/* Ends the machine with status 2 and says what was not true. */
#define CHECK(truth) check((truth), #truth, __LINE__)
void check(bool truth, const char *text, int line);

/* Prints `SELFTEST: <promise> ok`; called after the checks that make it true. */
void promise_kept(const char *promise);

/* Every refusal that a component can meet; the RTC is mapped at the first page of the arena. */
void test_refusals(void);

#endif
