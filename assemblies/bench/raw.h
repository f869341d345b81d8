/* What driver, boss and twin agree on beside the interfaces. */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stdint.h>

/* Labels of calls that boss takes by hand, before its generated loop serves. */
enum label {
    ECHO = 1,    /* reply with the same tag and words */
    ONE_WAY = 2, /* the same; each way is measured by the one who gets the message */
    SLEEP = 3,   /* reply, then sleep until w0 (ticks); measured from the last stamp on the board */
    SERVE = 4    /* reply, then serve by the generated loop */
};

/* A dataport: where one notes what another reads. */
struct board {
    volatile uint64_t stamp;   /* retired instructions when a measurement began */
    volatile uint64_t elapsed; /* since then, noted by whoever was reached */
    volatile uint64_t flag;    /* driver to twin: go on yielding; boss to twin: fault; see there */
};

#endif
