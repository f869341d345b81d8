/* What the parts of the self-test share. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "selftest.nexus.h"

#include <nexus/selftest.h>
#include <nexus/selftest_audit.h>
#include <stdint.h>

/*
 * The first record behind `since` about this component with this target, or whose target begins so; sequence 0
 * if there is none.
 */
struct seen_audit find_audit(uint64_t since, const char *action, const char *target);

/* Every refusal that a component can meet; the RTC is mapped at the first page of the arena. */
void test_refusals(void);

/* Once a boot; `now` is the time of the clock. */
void test_state(uint64_t now);

/* Once a boot. */
void test_keys(void);

#endif
