/*
 * Measuring: a row is the minimum, median and maximum of ROUNDS samples of retired instructions, less what
 * two readings of the counter one after the other show.
 *
 * The counter is instret, which also counts skipped idle time: what is measured may not sleep.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stdint.h>

enum { ROUNDS = 1000, BATCH = 50 };

struct series {
    uint32_t count;
    uint32_t samples[ROUNDS];
};

static inline uint64_t retired(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
    return count;
}

/* Measures the empty measurement; before anything else. */
void rows_begin(void);

/* Between batches: sleeps until the kernel has nothing left to print. The next tick is then a whole
 * quantum away, so that none falls into a batch. */
void rows_pause(void);

/* Takes one sample. */
void rows_sample(struct series *series, uint64_t instructions);

/* The series is complete: keeps its row under this name and empties it. */
void rows_end(struct series *series, const char *name);

/* Prints all rows. */
void rows_print(void);

/* Notes the status of what was measured; rows are printed only if all were OK. */
void rows_check(int64_t status);

/* The row of an operation of this task alone. The operation is inlined between the two readings. */
static inline __attribute__((always_inline)) void measure(const char *name,
                                                          int64_t (*operation)(void))
{
    static struct series series;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % BATCH == 0) {
            rows_pause();
        }
        uint64_t before = retired();
        int64_t status = operation();
        uint64_t after = retired();
        rows_check(status);
        rows_sample(&series, after - before);
    }
    rows_end(&series, name);
}

#endif
