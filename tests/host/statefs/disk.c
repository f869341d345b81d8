/* A disk in memory that records what was written since it was told to. */
#include "disk.h"

#include <string.h>

void disk_reset(struct disk *disk)
{
    memset(disk, 0, sizeof(*disk));
    disk->fails_after = -1;
}

static int disk_read(void *context, uint64_t block, void *bytes)
{
    struct disk *disk = context;

    if (block >= DISK_BLOCKS) {
        return 1;
    }
    memcpy(bytes, disk->image[block], STATEFS_BLOCK);
    return 0;
}

static int disk_write(void *context, uint64_t block, const void *bytes)
{
    struct disk *disk = context;

    if (block >= DISK_BLOCKS || disk->fails_after == 0) {
        return 1;
    }
    disk->fails_after -= disk->fails_after > 0;
    if (disk->recording) {
        if (disk->writes == DISK_WRITES_MAX) {
            return 1;
        }
        struct disk_write *write = &disk->log[disk->writes];
        write->block = block;
        write->flushes = disk->flushes;
        memcpy(write->bytes, bytes, STATEFS_BLOCK);
    }
    disk->writes++;
    memcpy(disk->image[block], bytes, STATEFS_BLOCK);
    return 0;
}

static int disk_flush(void *context)
{
    struct disk *disk = context;

    disk->flushes += !disk->without_flush;
    return 0;
}

struct statefs_disk disk_of(struct disk *disk)
{
    return (struct statefs_disk){disk, DISK_BLOCKS, disk_read, disk_write, disk_flush};
}
