/* What the host machine, its worlds and the invariant say when something is wrong: here it ends the exploration. */
#ifndef CMOCKA_ALL_H
#define CMOCKA_ALL_H

#include <stddef.h>
#include <stdint.h>

/* Prints what is violated and the entries that led there, and ends the program with status 1. */
_Noreturn void explore_violated(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define fail_msg(...) explore_violated(__VA_ARGS__)
#define fail() explore_violated("%s:%d", __FILE__, __LINE__)
#define assert_true(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            explore_violated("%s:%d: %s", __FILE__, __LINE__, #condition);                         \
        }                                                                                          \
    } while (0)
#define assert_int_equal(one, other) assert_true((one) == (other))

#endif
