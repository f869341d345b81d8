/*
 * Values are kept as /state/keystore/values/CLIENT/KEY, with the key in hexadecimal: so that whatever it is, it
 * names a value of this client.
 */
#include "values.h"

#include "keystored.nexus.h"
#include "state.h"

#include <stdint.h>
#include <string.h>

#define FOLDER "/state/keystore/values/"

enum { NAME_MAX_BYTES = 48 /* docs/assembly-language.md */ };

#define PATH_BYTES (sizeof(FOLDER) + NAME_MAX_BYTES + 1 + 2 * KEYSTORE_PUT_KEY_MAX)

_Static_assert(PATH_BYTES - 1 <= 255, "statefsd takes the longest path");

static int path_of(const char *client, const char *key, char path[PATH_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    if (key[0] == '\0') {
        return KEYSTORE_BAD_KEY;
    }
    char *at = stpcpy(stpcpy(path, FOLDER), client);
    *at++ = '/';
    for (size_t i = 0; key[i] != '\0'; i++) {
        *at++ = digits[(uint8_t)key[i] >> 4];
        *at++ = digits[(uint8_t)key[i] & 15];
    }
    *at = '\0';
    return 0;
}

int values_put(const char *client, const char *key, const void *value, size_t bytes)
{
    char path[PATH_BYTES];
    const int result = path_of(client, key, path);

    return result != 0 ? result : kept_put(path, value, bytes);
}

int values_get(const char *client, const char *key, void *value, size_t size, size_t *bytes)
{
    char path[PATH_BYTES];
    const int result = path_of(client, key, path);

    return result != 0 ? result : kept_get(path, value, size, bytes);
}

int values_remove(const char *client, const char *key)
{
    char path[PATH_BYTES];
    const int result = path_of(client, key, path);

    return result != 0 ? result : kept_remove(path);
}
