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
    disk->reads++;
    memcpy(bytes, disk->image[block], STATEFS_BLOCK);
    return 0;
}

/* What a disk that does not copy would write in the end. */
static void look_back(struct disk *disk)
{
    for (uint32_t w = disk->flushed; disk->recording && w < disk->writes; w++) {
        const struct disk_write *write = &disk->log[w];
        if (disk->writes - w < STATEFS_WRITES) {
            disk->changed = disk->changed || memcmp(write->from, write->bytes, STATEFS_BLOCK) != 0;
        }
    }
}

static int disk_write(void *context, uint64_t block, const void *bytes)
{
    struct disk *disk = context;

    if (block >= DISK_BLOCKS || disk->fails_after == 0) {
        return 1;
    }
    disk->fails_after -= disk->fails_after > 0;
    look_back(disk);
    if (disk->recording) {
        if (disk->writes == DISK_WRITES_MAX) {
            return 1;
        }
        struct disk_write *write = &disk->log[disk->writes];
        write->block = block;
        write->flushes = disk->flushes;
        write->from = bytes;
        memcpy(write->bytes, bytes, STATEFS_BLOCK);
    }
    disk->writes++;
    disk->last_block = block;
    memcpy(disk->image[block], bytes, STATEFS_BLOCK);
    return 0;
}

static int disk_flush(void *context)
{
    struct disk *disk = context;

    bool of_super = disk->last_block == 0 || disk->last_block == DISK_BLOCKS - 1;

    look_back(disk);
    disk->flushed = disk->writes;
    disk->flushes +=
        disk->flushing == DISK_FLUSHES || (disk->flushing == DISK_SYNCLESS && of_super);
    return 0;
}

struct statefs_disk disk_of(struct disk *disk)
{
    return (struct statefs_disk){disk, DISK_BLOCKS, disk_read, disk_write, disk_flush};
}
