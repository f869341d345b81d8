/* What the parts of the self-test share. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "selftest.nexus.h"

#include <nexus/selftest.h>

/* Every refusal that a component can meet; the RTC is mapped at the first page of the arena. */
void test_refusals(void);

#endif
