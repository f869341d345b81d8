/* What one client may find of its values. */
#include "history.h"

#include <nexus/selftest.h>
#include <string.h>

enum { CHANGES_MAX = 256 };

static struct {
    uint32_t key, version, change;
} changes[CHANGES_MAX]; /* since the last acknowledgement */
static uint32_t count;
static uint32_t durable[KEYS];

void history_change(uint32_t key, uint32_t version, uint32_t change)
{
    changes[count].key = key;
    changes[count].version = version;
    changes[count].change = change;
    count++;
}

uint32_t history_now(uint32_t key)
{
    uint32_t version = durable[key];

    for (uint32_t i = 0; i < count; i++) {
        version = changes[i].key == key ? changes[i].version : version;
    }
    return version;
}

void history_durable(void)
{
    for (uint32_t i = 0; i < count; i++) {
        durable[changes[i].key] = changes[i].version;
    }
    count = 0;
}

bool history_found(const uint32_t versions[KEYS])
{
    uint32_t state[KEYS];
    uint32_t done = 0;

    memcpy(state, durable, sizeof(state));
    while (memcmp(state, versions, sizeof(state)) != 0) {
        if (done == count) {
            return false;
        }
        /* One change, which is all of a transaction. */
        const uint32_t change = changes[done].change;
        for (; done < count && changes[done].change == change; done++) {
            state[changes[done].key] = changes[done].version;
        }
    }
    memcpy(durable, versions, sizeof(durable));
    count = 0;
    return true;
}
