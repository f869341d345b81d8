/* A disk in memory that records what was written since it was told to. */
#ifndef STATEFS_TEST_DISK_H
#define STATEFS_TEST_DISK_H

#include "statefs.h"

#define DISK_BLOCKS STATEFS_BLOCKS_MIN
#define DISK_WRITES_MAX 1024u

struct disk_write {
    uint64_t block;
    uint32_t flushes; /* that came before it */
    const void *from; /* where its bytes stay for a while */
    uint8_t bytes[STATEFS_BLOCK];
};

/* Broken variants: no flush does anything, or only one after a superblock was written. */
enum disk_flushes { DISK_FLUSHES, DISK_FLUSHLESS, DISK_SYNCLESS };

struct disk {
    uint8_t image[DISK_BLOCKS][STATEFS_BLOCK];
    uint32_t reads;
    uint32_t writes;
    uint32_t flushes;
    uint64_t last_block; /* that was written */
    uint32_t flushed;    /* writes before the last flush */
    bool changed;        /* the bytes of a write did not stay as they were */
    bool recording;
    enum disk_flushes flushing;
    int32_t fails_after; /* writes that succeed before one fails; negative: none fails */
    struct disk_write log[DISK_WRITES_MAX];
};

/* Makes the disk blank. */
void disk_reset(struct disk *disk);
struct statefs_disk disk_of(struct disk *disk);

#endif
