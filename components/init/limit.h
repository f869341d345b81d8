/* The restart limit: never more than so many restarts in any stretch of time that is one period long. */
#ifndef INIT_LIMIT_H
#define INIT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* The restarts of one task. */
struct limit {
    uint64_t *times; /* of the last `most` restarts, in ticks: restart n lies at n modulo `most` */
    uint32_t most;   /* restarts in one period; 0: none at all */
    uint64_t period; /* ticks */
    uint64_t taken;  /* restarts since boot */
};

/* Counts a restart at `now`, which is not before the last one; false if that would be one too many. */
bool limit_take(struct limit *limit, uint64_t now);

/* How many restarts lie in the period that ends at `now`. */
uint32_t limit_used(const struct limit *limit, uint64_t now);

#endif
