/* The parts of selftest. */
#ifndef STATE_SELFTEST_H
#define STATE_SELFTEST_H

#include "selftest.nexus.h"

#include <nexus/selftest.h>

/* What one client sees of its values. */
void test_values(void);
void test_paths(void);
void test_long_values(void);
void test_list(void);
void test_quota(void);

/* Whether the value at the path is this text. */
bool holds(const char *path, const char *text);

#endif
