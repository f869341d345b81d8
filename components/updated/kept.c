/*
 * One value holds all of the state, so each put is one step from a state to the next. When statefsd dies between a
 * put and its sync, nobody knows what is durable: both are made again, which is right however far they came.
 */
#include "kept.h"

#include "updated.nexus.h"

#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <string.h>

enum { ATTEMPTS = 4 };

/* For statefsd to answer: it may have to wait for a slow disk. */
#define PATIENCE NEXUS_S(5)

static const char path[] = "/state/boot/bootctl.v1";

static bool is_gone(int status)
{
    return status == NEURON_PEER_RESTARTED || status == NEURON_PEER_DIED;
}

static int no_state(const char *what, int status)
{
    if (status > 0) {
        LOG_WARN("state: %s: error %d", what, status);
    } else {
        LOG_WARN("state: %s: %s", what, nexus_strerror(status));
    }
    return BOOT_NO_STATE;
}

static int damaged(void)
{
    LOG_ERROR("the state of boot control is damaged: nothing is changed");
    return BOOT_DAMAGED;
}

int kept_load(struct bootctl *state)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;
    int status = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        status = state_get_until(nexus_now() + PATIENCE, path, value, &length);
        if (!is_gone(status)) {
            break;
        }
    }
    if (status == STATE_NOT_FOUND) {
        bootctl_begin(state);
        return 0;
    }
    if (status == STATE_CORRUPTED || status == STATE_VALUE_TOO_LARGE) {
        return damaged();
    }
    if (status != 0) {
        return no_state("get", status);
    }
    return bootctl_decode(state, value, length) ? 0 : damaged();
}

static int put_and_sync(const uint8_t value[BOOTCTL_BYTES])
{
    const int status = state_put_until(nexus_now() + PATIENCE, path, value, BOOTCTL_BYTES);

    return status != 0 ? status : state_sync_until(nexus_now() + PATIENCE);
}

int kept_store(const struct bootctl *state)
{
    uint8_t value[BOOTCTL_BYTES];
    int status = 0;

    bootctl_encode(state, value);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        status = put_and_sync(value);
        if (!is_gone(status)) {
            break;
        }
    }
    return status == 0 ? 0 : no_state("put and sync", status);
}
