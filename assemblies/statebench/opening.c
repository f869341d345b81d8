/*
 * statefsd is made to fault, and its next life opens the disk again before it answers. What the death and the new life
 * cost without a log is measured too, with a disk that has no keys.
 */
#include "opening.h"

#include "samples.h"
#include "writer.nexus.h"

#include <inttypes.h>
#include <neuron/status.h>
#include <nexus/selftest.h>
#include <stdio.h>
#include <string.h>

enum {
    REPEATS = 5,
    REPEATS_FULL = 2,
    NAME_BYTES = 32,
    WHAT_BYTES = 16,
    SHORT = 64,
    RECORD_BYTES = 64 /* of a record beside its value, at most */
};

struct store {
    const char *name;
    uint32_t region; /* bytes */
    int (*put)(const char *path, const void *value, size_t value_len);
    int (*get)(const char *path, void *value, size_t *value_len);
    int (*sync)(void);
    int (*stab)(void);
};

static const struct store stores[] = {
    {"1m", 1 << 20, small_put, small_get, small_sync, small_life_stab},
    {"16m", 16 << 20, middle_put, middle_get, middle_sync, middle_life_stab},
    {"64m", 64 << 20, large_put, large_get, large_sync, large_life_stab},
};
static const struct store *store;
static uint8_t value[STATE_PUT_VALUE_MAX];

static void put(uint32_t number, uint32_t length)
{
    char path[NAME_BYTES];

    (void)snprintf(path, sizeof(path), "/state/bench/%04" PRIu32, number);
    CHECK(store->put(path, value, length) == 0);
}

/* Until its next life answers. */
static void reopen(void)
{
    static uint8_t found[STATE_GET_VALUE_MAX];
    size_t length = 0;
    int status = 0;

    CHECK(store->stab() == 0);
    do {
        status = store->get("/state/bench/none", found, &length);
    } while (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
    CHECK(status == STATE_NOT_FOUND);
}

static void measure(const char *what, uint32_t repeats)
{
    char name[NAME_BYTES];

    (void)snprintf(name, sizeof(name), "open_%s.%s", store->name, what);
    for (uint32_t i = 0; i < repeats; i++) {
        sample(name, reopen);
        samples_print();
    }
}

/* The log as long as it can get, with the same keys as before. */
static void fill(uint32_t used)
{
    const uint32_t record = RECORD_BYTES + sizeof(value);

    for (uint32_t n = 0; n < (store->region - used) / record - 16; n++) {
        put(0, sizeof(value));
    }
    CHECK(store->sync() == 0);
}

static void measure_store(void)
{
    static const uint32_t counts[] = {10, 100, 1000, 4096};
    char what[WHAT_BYTES];
    uint32_t keys = 0;

    CHECK(store->sync() == 0);
    measure("0", REPEATS);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        while (keys < counts[i]) {
            put(keys++, SHORT);
        }
        CHECK(store->sync() == 0);
        (void)snprintf(what, sizeof(what), "%" PRIu32, keys);
        measure(what, REPEATS);
    }
    fill(keys * (RECORD_BYTES + SHORT));
    measure("4096.full", REPEATS_FULL);
}

void measure_openings(void)
{
    for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
        store = &stores[i];
        measure_store();
    }
}
