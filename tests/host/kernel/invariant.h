/* What holds between any two entries into the kernel. */
#ifndef TEST_INVARIANT_H
#define TEST_INVARIANT_H

#include "types.h"

/* The kernel was booted from this table, which stays as it is. */
void invariant_begin(const u64 *words);

/* Fails the test if the state of the kernel is not one that it may be in. */
void invariant_check(void);

/* The part of it that is about what devices may reach and about their interrupts. */
void invariant_check_guard(const u64 *words);

/* Fails the test and names the task, slot or window that it is about. */
#define HOLDS(condition, row)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fail_msg("%s:%d: row %u: %s", __FILE__, __LINE__, (unsigned)(row), #condition);        \
        }                                                                                          \
    } while (0)

#endif
