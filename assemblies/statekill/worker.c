/*
 * Puts, removes, syncs and commits all the time. When statefsd died it reads all its values: what was acknowledged is there,
 * and what was not is all or nothing.
 */
#include "worker.nexus.h"

#include "history.h"

#include <neuron/status.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 64, STEPS_MAX = 12, VALUE_MAX = 900 };

static uint32_t last; /* version, and number of a change */
static uint32_t deaths, acknowledged;

int work_done(struct nexus_client client, uint32_t *n_deaths, uint32_t *n_acknowledged)
{
    (void)client;
    *n_deaths = deaths;
    *n_acknowledged = acknowledged;
    return 0;
}

static void path_of(uint32_t key, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/%u", folder, (unsigned)key);
}

/* A value tells its version in every byte and in its length. */
static size_t value_of(uint32_t version, uint8_t value[VALUE_MAX])
{
    const size_t length = 8 + version % (VALUE_MAX - 8);

    for (size_t i = 0; i < length; i++) {
        value[i] = (uint8_t)(version >> (8 * (i % 4)));
    }
    return length;
}

/* False: statefsd died. Any other failure ends the machine. */
static bool lives(int status)
{
    CHECK(status == 0 || status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
    return status == 0;
}

static bool change(uint32_t key, uint32_t number)
{
    char path[PATH_BYTES];
    uint8_t value[VALUE_MAX];

    path_of(key, path);
    if (roll(4) == 0 && history_now(key) != ABSENT) {
        history_change(key, ABSENT, number);
        return lives(state_remove(path));
    }
    history_change(key, ++last, number);
    return lives(state_put(path, value, value_of(last, value)));
}

static bool put_some_and_sync(void)
{
    const uint32_t steps = 1 + roll(STEPS_MAX);

    for (uint32_t i = 0; i < steps; i++) {
        if (!change(roll(KEYS), ++last)) {
            return false;
        }
    }
    return lives(state_sync());
}

static bool commit_some(void)
{
    const uint32_t number = ++last;
    const uint32_t first = roll(KEYS);

    if (!lives(state_begin())) {
        return false;
    }
    for (uint32_t i = 0; i < KEYS / 2; i++) {
        if (!change((first + i) % KEYS, number)) {
            return false;
        }
    }
    return lives(state_commit());
}

/* The version of a value; 0: there is none. */
static bool read_version(uint32_t key, uint32_t *version)
{
    char path[PATH_BYTES];
    uint8_t value[STATE_GET_VALUE_MAX];
    uint8_t expected[VALUE_MAX];
    size_t length = 0;

    path_of(key, path);
    const int status = state_get(path, value, &length);
    *version = ABSENT;
    if (status == STATE_NOT_FOUND) {
        return true;
    }
    if (!lives(status)) {
        return false;
    }
    CHECK(length >= 8);
    memcpy(version, value, sizeof(*version));
    CHECK(length == value_of(*version, expected) && memcmp(value, expected, length) == 0);
    return true;
}

static bool read_all(uint32_t versions[KEYS])
{
    for (uint32_t key = 0; key < KEYS; key++) {
        if (!read_version(key, &versions[key])) {
            return false;
        }
    }
    return true;
}

/* A death is told once more by the first call after it. */
static void recover(void)
{
    uint32_t versions[KEYS];

    while (!read_all(versions)) {
    }
    CHECK(history_found(versions));
    deaths++;
}

int main(void)
{
    roll_from(seed);
    for (;;) {
        if (roll(2) == 0 ? put_some_and_sync() : commit_some()) {
            history_durable();
            acknowledged++;
        } else {
            recover();
        }
        nexus_serve_until(nexus_now() + NEXUS_US(200));
    }
}
