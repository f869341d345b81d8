/* Which part of the disk is whose, as the attribute `extents` says. */
#ifndef VIRTIOBLKD_EXTENTS_H
#define VIRTIOBLKD_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

enum { EXTENTS_MAX = 16, EXTENT_NAME_MAX = 48 };

struct extent {
    char client[EXTENT_NAME_MAX + 1]; /* its instance */
    uint64_t first, sectors;
};

/*
 * Reads "one 0 1024, two 1024 0" into `extents`, which has room for EXTENTS_MAX; `count` gets how many there are. NULL,
 * or what is wrong: the text, an extent that is not on the disk, two that overlap, a client with two.
 */
const char *extents_read(const char *text, uint64_t disk_sectors, struct extent *extents,
                         uint32_t *count);

#endif
