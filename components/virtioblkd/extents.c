/* Which part of the disk is whose. */
#include "extents.h"

#include <nexus/number.h>
#include <stdbool.h>
#include <string.h>

static void skip_spaces(const char **at)
{
    while (**at == ' ') {
        (*at)++;
    }
}

/* A word that ends at a space. */
static bool read_name(const char **at, char *name)
{
    size_t length = 0;

    skip_spaces(at);
    while ((*at)[length] != '\0' && (*at)[length] != ' ' && (*at)[length] != ',') {
        length++;
    }
    if (length == 0 || length > EXTENT_NAME_MAX) {
        return false;
    }
    memcpy(name, *at, length);
    name[length] = '\0';
    *at += length;
    return true;
}

static bool read_number(const char **at, uint64_t *number)
{
    skip_spaces(at);
    return nexus_read_number(at, number);
}

static bool overlap(const struct extent *one, const struct extent *other)
{
    return one->first < other->first + other->sectors && other->first < one->first + one->sectors;
}

/* Whether the last extent goes with the disk and with those before it. */
static const char *check(const struct extent *extents, uint32_t last, uint64_t disk_sectors)
{
    const struct extent *extent = &extents[last];

    if (extent->first >= disk_sectors || extent->sectors > disk_sectors - extent->first) {
        return "an extent is not on the disk";
    }
    for (uint32_t i = 0; i < last; i++) {
        if (strcmp(extents[i].client, extent->client) == 0) {
            return "a client has two extents";
        }
        if (overlap(&extents[i], extent)) {
            return "two extents overlap";
        }
    }
    return NULL;
}

const char *extents_read(const char *text, uint64_t disk_sectors, struct extent *extents,
                         uint32_t *count)
{
    *count = 0;
    skip_spaces(&text);
    while (*text != '\0') {
        struct extent *extent = &extents[*count];
        if (*count == EXTENTS_MAX) {
            return "there are more than 16 extents";
        }
        if (!read_name(&text, extent->client) || !read_number(&text, &extent->first) ||
            !read_number(&text, &extent->sectors)) {
            return "an extent is a client, its first sector, and how many";
        }
        if (extent->sectors == 0 && extent->first < disk_sectors) {
            extent->sectors = disk_sectors - extent->first;
        }
        const char *wrong = check(extents, *count, disk_sectors);
        if (wrong != NULL) {
            return wrong;
        }
        ++*count;
        skip_spaces(&text);
        if (*text == ',') {
            text++;
            skip_spaces(&text);
        } else if (*text != '\0') {
            return "a comma is missing between two extents";
        }
    }
    return NULL;
}
