/* How much may be kept under which prefix. */
#include "quotas.h"

#include <string.h>

static char prefixes[STATEFS_QUOTAS_MAX][STATEFS_KEY_MAX + 1];

static bool read_prefix(const char **at, char *prefix)
{
    const size_t length = strcspn(*at, " ,");

    if (length > STATEFS_KEY_MAX || strncmp(*at, "/state/", strlen("/state/")) != 0) {
        return false;
    }
    memcpy(prefix, *at, length);
    prefix[length] = '\0';
    *at += length;
    return true;
}

static bool read_bytes(const char **at, uint64_t *bytes)
{
    const char *const start = *at;

    *bytes = 0;
    while (**at >= '0' && **at <= '9') {
        const uint64_t digit = (uint64_t)(**at - '0');
        if (*bytes > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *bytes = *bytes * 10 + digit;
        (*at)++;
    }
    return *at != start;
}

bool quotas_read(const char *text, struct statefs_quota *quotas, uint32_t *count)
{
    *count = 0;
    text += strspn(text, " ");
    while (*text != '\0') {
        if (*count == STATEFS_QUOTAS_MAX || !read_prefix(&text, prefixes[*count])) {
            return false;
        }
        text += strspn(text, " ");
        quotas[*count].prefix = prefixes[*count];
        if (!read_bytes(&text, &quotas[*count].bytes)) {
            return false;
        }
        ++*count;
        text += strspn(text, " ");
        if (*text == ',') {
            text++;
            text += strspn(text, " ");
        } else if (*text != '\0') {
            return false;
        }
    }
    return true;
}
