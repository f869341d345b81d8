/*
 * Values on the disk, by statefsd. That it was restarted is said once, by a call that was not delivered. A get,
 * put or remove is then made again; a sync is not, because what it was to make durable is gone.
 */
#include "state.h"

#include "keystored.nexus.h"

#include <neuron/limits.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <sodium/utils.h>
#include <string.h>

/* For statefsd to answer: it may have to wait for a slow disk. */
#define PATIENCE NEXUS_S(5)

/* Where messages to servers and their answers lie: the generated code has no name for it. */
extern uint8_t __nexus_out[NEURON_PAGE];

static int no_state(const char *what, int status)
{
    if (status > 0) {
        LOG_WARN("state: %s: error %d", what, status);
    } else {
        LOG_WARN("state: %s: %s", what, nexus_strerror(status));
    }
    return KEYSTORE_NO_STATE;
}

static int result_of(const char *what, int status)
{
    switch (status) {
    case 0:
        return 0;
    case STATE_NOT_FOUND:
        return KEYSTORE_NOT_FOUND;
    case STATE_NO_SPACE:
    case STATE_OVER_QUOTA:
        return KEYSTORE_NO_SPACE;
    default:
        return no_state(what, status);
    }
}

int kept_get(const char *path, void *value, size_t size, size_t *bytes)
{
    uint8_t kept[STATE_GET_VALUE_MAX];
    size_t length = 0;

    int status = state_get_until(nexus_now() + PATIENCE, path, kept, &length);
    if (status == NEURON_PEER_RESTARTED) {
        status = state_get_until(nexus_now() + PATIENCE, path, kept, &length);
    }
    if (status == STATE_CORRUPTED || status == STATE_VALUE_TOO_LARGE ||
        (status == 0 && length > size)) {
        sodium_memzero(kept, sizeof(kept));
        return KEYSTORE_DAMAGED;
    }
    if (status == 0) {
        memcpy(value, kept, length);
        *bytes = length;
    }
    sodium_memzero(kept, sizeof(kept));
    return result_of("get", status);
}

int kept_sync(void)
{
    return result_of("sync", state_sync_until(nexus_now() + PATIENCE));
}

int kept_put(const char *path, const void *value, size_t bytes)
{
    int status = state_put_until(nexus_now() + PATIENCE, path, value, bytes);
    if (status == NEURON_PEER_RESTARTED) {
        status = state_put_until(nexus_now() + PATIENCE, path, value, bytes);
    }
    const int result = result_of("put", status);
    return result != 0 ? result : kept_sync();
}

int kept_remove(const char *path)
{
    int status = state_remove_until(nexus_now() + PATIENCE, path);
    if (status == NEURON_PEER_RESTARTED) {
        status = state_remove_until(nexus_now() + PATIENCE, path);
    }
    const int result = result_of("remove", status);
    return result != 0 ? result : kept_sync();
}

void kept_forget_messages(void)
{
    sodium_memzero(__nexus_out, NEURON_PAGE);
}
