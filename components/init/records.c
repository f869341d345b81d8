/* The queue of records. Record n lies at n modulo the room. */
#include "records.h"

#include <stddef.h>
#include <stdio.h>

static struct record records[RECORDS_ROOM];
static uint64_t put;
static uint64_t removed;
static uint64_t lost;

bool records_put(uint32_t level, const char *scope, const char *message)
{
    if (put - removed == RECORDS_ROOM) {
        lost++;
        return false;
    }
    struct record *record = &records[put++ % RECORDS_ROOM];
    record->level = level;
    (void)snprintf(record->scope, sizeof(record->scope), "%s", scope);
    (void)snprintf(record->message, sizeof(record->message), "%s", message);
    return true;
}

const struct record *records_first(void)
{
    return put != removed ? &records[removed % RECORDS_ROOM] : NULL;
}

void records_remove_first(void)
{
    if (put != removed) {
        removed++;
    }
}

uint64_t records_take_lost(void)
{
    uint64_t taken = lost;

    lost = 0;
    return taken;
}
