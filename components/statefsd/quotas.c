/* How much may be kept under which prefix. */
#include "quotas.h"

#include <nexus/number.h>
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
        if (!nexus_read_number(&text, &quotas[*count].bytes)) {
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
