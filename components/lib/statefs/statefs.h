/* statefs: named values on a disk, in a log with two regions. Format and guarantees: docs/statefs.md. */
#ifndef STATEFS_H
#define STATEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATEFS_BLOCK 4096u
#define STATEFS_KEYS_MAX 4096u
#define STATEFS_KEY_MAX 255u
#define STATEFS_VALUE_MAX 65536u
#define STATEFS_QUOTAS_MAX 8u
#define STATEFS_WRITES 16u     /* blocks in memory for writes under way, and one that is filled */
#define STATEFS_BLOCKS_MIN 40u /* a region holds the longest value and its batch */
#define STATEFS_BLOCKS_MAX 0x10000000u /* 1 TiB */

enum statefs_status {
    STATEFS_OK,
    STATEFS_NOT_FOUND,
    STATEFS_VALUE_TOO_LARGE,
    STATEFS_KEY_TOO_LONG,
    STATEFS_INVALID_KEY,
    STATEFS_IO_ERROR,
    STATEFS_NO_SPACE,
    STATEFS_QUOTA,
    STATEFS_CORRUPT,   /* the value's record is damaged: nothing of it is given out */
    STATEFS_BLANK,     /* the disk is blank: mkfs is safe */
    STATEFS_FOREIGN,   /* neither blank nor a statefs of this size */
    STATEFS_READ_ONLY, /* a write failed before; open again */
};

#define STATEFS_CHECKED __attribute__((warn_unused_result))

/* A disk; each function returns 0, or anything else for an error. Writes are durable after a flush. A write need not
 * copy: its bytes stay until a flush, or STATEFS_WRITES - 1 writes, after it have returned. */
struct statefs_disk {
    void *context;
    uint64_t blocks;
    int (*read)(void *context, uint64_t block, void *bytes);
    int (*write)(void *context, uint64_t block, const void *bytes);
    int (*flush)(void *context);
};

struct statefs_operation {
    const char *key;
    const void *value; /* null: delete */
    uint32_t length;
};

struct statefs_quota {
    const char *prefix;
    uint64_t bytes; /* of records under the prefix */
};

struct statefs_entry {
    char key[STATEFS_KEY_MAX + 1];
    uint64_t offset; /* of the record, in bytes of its region */
    uint64_t sequence;
    uint32_t length; /* of the value */
    uint32_t record; /* its number in the log */
};

struct statefs_super {
    uint64_t version;  /* counts changes of the superblock */
    uint64_t sequence; /* first of the region */
    uint32_t epoch;
    uint32_t region;
    uint32_t session;
};

/* Where a log lies, and what its records' checksums begin with. */
struct statefs_log {
    uint64_t base; /* first block */
    uint64_t bytes;
    uint32_t start;
    bool v1; /* records without a prefix, no checkpoints */
};

struct statefs {
    struct statefs_disk disk;
    struct statefs_log log;
    uint64_t repair; /* block of a superblock that is not the newest, or UINT64_MAX */
    struct statefs_super super;
    struct statefs_quota quotas[STATEFS_QUOTAS_MAX];
    uint32_t quota_count;
    bool begun;       /* this session may append */
    bool pending;     /* something was appended since the last checkpoint */
    bool broken;      /* a write failed */
    bool damaged;     /* replay ended at bytes that are no record: a torn batch or damage */
    uint64_t records; /* of the log; when it is damaged, the number of the first bad one */
    uint64_t tail;    /* where the next record goes, in bytes of the region */
    uint64_t live;    /* bytes of records that are wanted */
    uint64_t sequence;
    uint64_t cached;  /* block of the disk in `cache`, or UINT64_MAX */
    uint32_t filling; /* the one of `blocks` that is unfinished */
    uint32_t count;
    /* Entries in the order of their keys; behind them the free ones. Nothing from here on is cleared. */
    uint16_t order[STATEFS_KEYS_MAX];
    struct statefs_entry entries[STATEFS_KEYS_MAX];
    uint8_t blocks[STATEFS_WRITES][STATEFS_BLOCK]; /* the last ones of the log */
    uint8_t cache[STATEFS_BLOCK];
    uint8_t copy[STATEFS_VALUE_MAX];
};

enum statefs_fault {
    STATEFS_BAD_SUPERBLOCK, /* damaged or not the newest; the other one counts */
    STATEFS_BAD_VALUE,      /* it was readable when the disk was opened */
    STATEFS_BAD_RECORD,     /* in the log: replay ends there */
    STATEFS_LOST_RECORD,    /* behind a bad one, or in a batch that was not finished */
};

struct statefs_finding {
    enum statefs_fault fault;
    uint64_t number; /* of the record in the log, or the superblock's block */
    const char *key; /* "" if it is not known; of a bad record it is a guess */
    bool is_delete;
};

/* The key of a path: one slash at its end is removed. KEY_TOO_LONG or INVALID_KEY: it is none. */
STATEFS_CHECKED enum statefs_status statefs_key(const char *path, char key[STATEFS_KEY_MAX + 1]);
/* Formats; refuses with FOREIGN what is neither blank nor ours, unless `force`. */
STATEFS_CHECKED enum statefs_status statefs_mkfs(struct statefs *fs,
                                                 const struct statefs_disk *disk, bool force);
/* Reads the log once, after a cut twice; writes nothing, so it can be cut and repeated. `records` and
 * `damaged` say what it found. */
STATEFS_CHECKED enum statefs_status statefs_open(struct statefs *fs,
                                                 const struct statefs_disk *disk);
STATEFS_CHECKED enum statefs_status statefs_put(struct statefs *fs, const char *key,
                                                const void *value, uint32_t length);
STATEFS_CHECKED enum statefs_status statefs_delete(struct statefs *fs, const char *key);
/* Copies the value; VALUE_TOO_LARGE when `size` is less than its length, which is set all the same. */
STATEFS_CHECKED enum statefs_status statefs_get(struct statefs *fs, const char *key, void *value,
                                                uint32_t size, uint32_t *length);
/* The index-th key under the prefix in sorted order, or null. */
const struct statefs_entry *statefs_list(const struct statefs *fs, const char *prefix,
                                         uint32_t index);
/* Makes all that was put and deleted durable, at once. */
STATEFS_CHECKED enum statefs_status statefs_sync(struct statefs *fs);
/* All the operations, durable, or none. */
STATEFS_CHECKED enum statefs_status
statefs_commit(struct statefs *fs, const struct statefs_operation *operations, uint32_t count);
STATEFS_CHECKED enum statefs_status statefs_compact(struct statefs *fs);
/* Reads every value, and what lies behind the end of a damaged log; CORRUPT after a report of anything. */
STATEFS_CHECKED enum statefs_status
statefs_fsck(struct statefs *fs,
             void (*report)(void *context, const struct statefs_finding *finding), void *context);
const char *statefs_status_name(enum statefs_status status);

#endif
