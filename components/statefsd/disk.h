/* The disk of the engine: statefsd's extent, as virtioblkd serves it. */
#ifndef STATEFSD_DISK_H
#define STATEFSD_DISK_H

#include <statefs.h>
#include <stdbool.h>

/*
 * Begins a session. 0, or why there is no disk: an error of Block or a status. Then writes are under way many at a
 * time: an error of one is that of the next flush, and everything that writes fails from then on. What a death of
 * virtioblkd left open is asked for again.
 */
int disk_begin(struct statefs_disk *disk, bool *read_only);

#endif
