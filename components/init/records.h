/* What init has to tell logd and has not told it yet: a queue of a few records, the oldest first. */
#ifndef INIT_RECORDS_H
#define INIT_RECORDS_H

#include <neuron/limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { RECORDS_ROOM = 16, RECORD_SCOPE_BYTES = 64 };

struct record {
    uint32_t level; /* enum LogLevel */
    char scope[RECORD_SCOPE_BYTES + 1];
    char message[NEURON_LINE_BYTES + 1];
};

/*
 * Keeps a record; what is longer than a field is cut. Without room it is lost and counted: what happened
 * first tells more than what followed from it. False if it is lost.
 */
bool records_put(uint32_t level, const char *scope, const char *message);

/* The oldest record; NULL if there is none. It stays until it is removed. */
const struct record *records_first(void);
void records_remove_first(void);

/* How many were lost since this was last asked. */
uint64_t records_take_lost(void);

#endif
