/* What the parts of statefs share: the index of keys, the log and the superblock. */
#ifndef STATEFS_PARTS_H
#define STATEFS_PARTS_H

#include "statefs.h"

#include <string.h>

#define RECORD_MAGIC 0x4e585346u
#define RECORD_HEAD 11u
#define RECORD_CRC 4u
#define RECORD_PREFIX                                                                              \
    16u /* sequence, session, length of a tag (0: none yet), all at the start of the value */
#define RECORD_OVERHEAD (RECORD_HEAD + RECORD_PREFIX + RECORD_CRC)
#define RECORDS_MAX 100000u /* of a log */
#define TAIL_ZEROES 32u     /* zero bytes that follow each batch in its last block, at least */

/* A copy is a put that needs no checkpoint: compaction wrote it, and the log counts only when that had ended. */
enum record_op { RECORD_PUT = 1, RECORD_DELETE, RECORD_CHECKPOINT, RECORD_COPY };

struct record {
    uint8_t op;
    uint32_t key_length;
    uint32_t value_length; /* without the prefix */
    uint64_t sequence;
    uint32_t session;
    uint64_t bytes;
    char key[STATEFS_KEY_MAX + 1];
};

/* The block of the log that is not full. */
static inline uint8_t *unfinished(struct statefs *fs)
{
    return fs->blocks[fs->filling];
}

static inline uint64_t record_bytes(const char *key, uint32_t length)
{
    return RECORD_OVERHEAD + strlen(key) + (uint64_t)length;
}

/* index.c */
void index_reset(struct statefs *fs);
struct statefs_entry *index_find(struct statefs *fs, const char *key);
/* The record is the last one that `fs->records` counts. False: there are too many keys. */
bool index_set(struct statefs *fs, const struct record *record, uint64_t offset);
void index_remove(struct statefs *fs, const char *key);
STATEFS_CHECKED enum statefs_status key_check(const char *key);

/* log.c */
struct statefs_log log_of(const struct statefs *fs, const struct statefs_super *super);
STATEFS_CHECKED enum statefs_status log_append(struct statefs *fs, const struct record *record,
                                               const void *value);
STATEFS_CHECKED enum statefs_status log_checkpoint(struct statefs *fs);
/* Writes the unfinished block, without a flush; another one is filled then. */
STATEFS_CHECKED enum statefs_status log_write_tail(struct statefs *fs);
/* Takes what lies before the tail on the disk for the unfinished block. */
STATEFS_CHECKED enum statefs_status log_load_tail(struct statefs *fs);
/* CORRUPT: no valid record there, but what its key seems to be. `value` may be null. */
STATEFS_CHECKED enum statefs_status log_read(struct statefs *fs, const struct statefs_log *log,
                                             uint64_t offset, struct record *record,
                                             uint8_t *value);
STATEFS_CHECKED enum statefs_status log_replay(struct statefs *fs);
/* Bytes behind a clean end are zero up to the end of the block. */
STATEFS_CHECKED enum statefs_status
log_ends_clean(struct statefs *fs, const struct statefs_log *log, uint64_t end, bool *clean);
/* The next record from `*at` on, which must not be far; CORRUPT: there is none. */
STATEFS_CHECKED enum statefs_status log_find(struct statefs *fs, const struct statefs_log *log,
                                             uint64_t *at);

/* super.c */
STATEFS_CHECKED enum statefs_status super_read(struct statefs *fs);
STATEFS_CHECKED enum statefs_status super_write(struct statefs *fs,
                                                const struct statefs_super *next);

/* Little-endian numbers in bytes. */
static inline void store(uint8_t *to, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        to[i] = (uint8_t)(value >> (8 * i));
    }
}

static inline uint64_t load(const uint8_t *from, uint32_t bytes)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        value |= (uint64_t)from[i] << (8 * i);
    }
    return value;
}

#endif
