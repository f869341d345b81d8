/* Stores numbered values, each synced before the next, and says which of them are there. */
#include "user.nexus.h"

#include <nexus/status.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 1000, PATH_BYTES = 32 };

static void path_of(uint32_t number, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "/state/user/%04u", (unsigned)number);
}

static void fill(uint32_t number, uint8_t value[BYTES])
{
    for (uint32_t i = 0; i < BYTES; i++) {
        value[i] = (uint8_t)(number * 31 + i * (number % 7 + 1));
    }
}

static const char *name_of(int status)
{
    switch (status) {
    case 0:
        return "ok";
    case STATE_NOT_FOUND:
        return "not found";
    case STATE_IO_ERROR:
        return "I/O error";
    case STATE_NO_SPACE:
        return "no space";
    case STATE_READ_ONLY:
        return "read-only";
    default:
        return nexus_strerror(status);
    }
}

static int store(uint32_t number)
{
    char path[PATH_BYTES];
    uint8_t value[BYTES];

    path_of(number, path);
    fill(number, value);
    const int status = state_put(path, value, sizeof(value));
    return status != 0 ? status : state_sync();
}

/* Says how many of the first `count` are there, and how many are but are not what was stored. */
static void look(const char *when, uint32_t count)
{
    uint32_t right = 0;
    uint32_t wrong = 0;

    for (uint32_t number = 0; number < count; number++) {
        char path[PATH_BYTES];
        uint8_t expected[BYTES];
        uint8_t value[STATE_GET_VALUE_MAX];
        size_t length = 0;
        path_of(number, path);
        if (state_get(path, value, &length) == 0) {
            fill(number, expected);
            const bool same = length == BYTES && memcmp(value, expected, BYTES) == 0;
            right += same ? 1 : 0;
            wrong += same ? 0 : 1;
        }
    }
    printf("%s: %u right, %u wrong\n", when, (unsigned)right, (unsigned)wrong);
}

static void remove_some(uint32_t count)
{
    uint32_t removed = 0;
    int status = 0;

    for (uint32_t number = 0; number < count && status == 0; number += 2) {
        char path[PATH_BYTES];
        path_of(number, path);
        status = state_remove(path);
        removed += status == 0 ? 1 : 0;
    }
    status = status == 0 ? state_sync() : status;
    printf("removed %u: %s\n", (unsigned)removed, name_of(status));
}

int main(void)
{
    uint32_t stored = 0;
    int status = state_sync();

    if (status < 0) {
        printf("no state: %s\n", nexus_strerror(status));
        return 0;
    }
    look("found", most);
    while (stored < most && (status = store(stored)) == 0) {
        stored++;
    }
    printf("stored %u of %u: %s\n", (unsigned)stored, (unsigned)most, name_of(status));
    printf("then: %s\n", name_of(store(most)));
    look("kept", stored);
    remove_some(stored);
    printf("again: %s\n", name_of(store(0)));
    look("at last", stored);
    printf("done\n");
    return 0;
}
