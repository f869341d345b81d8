/* Records in a region of the disk: appending, reading with every check, replay. */
#include <string.h>

#include "crc32c.h"
#include "parts.h"

#define SCAN_MAX (1u << 20) /* bytes behind damage in which the next record is looked for */

struct statefs_log log_of(const struct statefs *fs, const struct statefs_super *super)
{
    uint64_t blocks = (fs->disk.blocks - 2) / 2;
    struct statefs_log log = {1 + super->region * blocks, blocks * STATEFS_BLOCK, super->epoch,
                              false};

    return log;
}

/* Bytes of the log; its unfinished block is in memory only. */
static enum statefs_status read_bytes(struct statefs *fs, const struct statefs_log *log,
                                      uint64_t offset, void *bytes, uint64_t length)
{
    uint8_t *to = bytes;

    while (length > 0) {
        uint64_t block = log->base + offset / STATEFS_BLOCK;
        uint64_t at = offset % STATEFS_BLOCK;
        uint64_t piece = length < STATEFS_BLOCK - at ? length : STATEFS_BLOCK - at;
        bool in_memory = log == &fs->log && offset / STATEFS_BLOCK == fs->tail / STATEFS_BLOCK;
        if (!in_memory && fs->cached != block) {
            fs->cached = UINT64_MAX;
            if (fs->disk.read(fs->disk.context, block, fs->cache) != 0) {
                return STATEFS_IO_ERROR;
            }
            fs->cached = block;
        }
        memcpy(to, (in_memory ? unfinished(fs) : fs->cache) + at, piece);
        to += piece;
        offset += piece;
        length -= piece;
    }
    return STATEFS_OK;
}

/* The checksum over the value, which is kept in `value` unless that is null. */
static enum statefs_status read_value(struct statefs *fs, const struct statefs_log *log,
                                      uint64_t offset, uint32_t length, uint8_t *value,
                                      uint32_t *crc)
{
    uint8_t piece[256] = {0};

    for (uint32_t done = 0; done < length;) {
        uint32_t bytes = length - done < sizeof(piece) ? length - done : (uint32_t)sizeof(piece);
        uint8_t *to = value ? value + done : piece;
        enum statefs_status status = read_bytes(fs, log, offset + done, to, bytes);
        if (status != STATEFS_OK) {
            return status;
        }
        *crc = crc32c_more(*crc, to, bytes);
        done += bytes;
    }
    return STATEFS_OK;
}

static bool decode_head(const struct statefs_log *log, const uint8_t *head, uint64_t room,
                        struct record *record)
{
    uint32_t prefix = log->v1 ? 0 : RECORD_PREFIX;
    uint32_t length = (uint32_t)load(head + 7, 4);

    record->op = head[4];
    record->key_length = (uint32_t)load(head + 5, 2);
    if (load(head, 4) != RECORD_MAGIC || record->op < RECORD_PUT || record->op > RECORD_COPY ||
        record->key_length > STATEFS_KEY_MAX || length < prefix ||
        length - prefix > STATEFS_VALUE_MAX) {
        return false;
    }
    record->value_length = length - prefix;
    record->bytes = RECORD_HEAD + (uint64_t)record->key_length + length + RECORD_CRC;
    return record->bytes <= room;
}

static bool key_is_sound(const struct record *record)
{
    if (record->op == RECORD_CHECKPOINT) {
        return true;
    }
    return memchr(record->key, 0, record->key_length) == NULL &&
           key_check(record->key) == STATEFS_OK;
}

enum statefs_status log_read(struct statefs *fs, const struct statefs_log *log, uint64_t offset,
                             struct record *record, uint8_t *value)
{
    uint8_t bytes[RECORD_HEAD + STATEFS_KEY_MAX + RECORD_PREFIX];
    uint32_t prefix = log->v1 ? 0 : RECORD_PREFIX;

    memset(record, 0, sizeof(*record));
    if (offset > log->bytes || log->bytes - offset < RECORD_HEAD + RECORD_CRC) {
        return STATEFS_CORRUPT;
    }
    enum statefs_status status = read_bytes(fs, log, offset, bytes, RECORD_HEAD);
    if (status != STATEFS_OK) {
        return status;
    }
    if (!decode_head(log, bytes, log->bytes - offset, record)) {
        return STATEFS_CORRUPT;
    }
    uint32_t front = RECORD_HEAD + record->key_length + prefix;
    uint32_t crc = 0;
    status = read_bytes(fs, log, offset + RECORD_HEAD, bytes + RECORD_HEAD, front - RECORD_HEAD);
    if (status == STATEFS_OK) {
        crc = crc32c_more(log->start, bytes, front);
        status = read_value(fs, log, offset + front, record->value_length, value, &crc);
    }
    uint8_t stored[RECORD_CRC];
    if (status == STATEFS_OK) {
        status = read_bytes(fs, log, offset + front + record->value_length, stored, RECORD_CRC);
    }
    if (status != STATEFS_OK) {
        return status;
    }
    memcpy(record->key, bytes + RECORD_HEAD, record->key_length);
    record->sequence = prefix ? load(bytes + RECORD_HEAD + record->key_length, 8) : 0;
    record->session = prefix ? (uint32_t)load(bytes + RECORD_HEAD + record->key_length + 8, 4) : 0;
    return (uint32_t)load(stored, 4) == (uint32_t)~crc && key_is_sound(record) ? STATEFS_OK
                                                                               : STATEFS_CORRUPT;
}

static enum statefs_status write_unfinished(struct statefs *fs)
{
    uint64_t block = fs->log.base + fs->tail / STATEFS_BLOCK;

    if (fs->cached == block) {
        fs->cached = UINT64_MAX;
    }
    if (fs->disk.write(fs->disk.context, block, unfinished(fs)) != 0) {
        fs->broken = true;
        return STATEFS_IO_ERROR;
    }
    return STATEFS_OK;
}

/* The same, and the next one is filled: what was given to the disk stays. */
static enum statefs_status write_and_go_on(struct statefs *fs)
{
    enum statefs_status status = write_unfinished(fs);

    if (status == STATEFS_OK) {
        fs->filling = (fs->filling + 1) % STATEFS_WRITES;
        memset(unfinished(fs), 0, STATEFS_BLOCK);
    }
    return status;
}

enum statefs_status log_write_tail(struct statefs *fs)
{
    return fs->tail % STATEFS_BLOCK == 0 ? STATEFS_OK : write_and_go_on(fs);
}

enum statefs_status log_load_tail(struct statefs *fs)
{
    uint64_t tail = fs->tail;

    memset(unfinished(fs), 0, STATEFS_BLOCK);
    if (tail % STATEFS_BLOCK == 0) {
        return STATEFS_OK;
    }
    fs->tail = UINT64_MAX; /* read from the disk, not from the block that is being loaded */
    enum statefs_status status =
        read_bytes(fs, &fs->log, tail - tail % STATEFS_BLOCK, unfinished(fs), tail % STATEFS_BLOCK);
    fs->tail = tail;
    return status;
}

static enum statefs_status write_bytes(struct statefs *fs, const uint8_t *from, uint64_t length,
                                       uint32_t *crc)
{
    *crc = crc32c_more(*crc, from, length);
    while (length > 0) {
        uint64_t at = fs->tail % STATEFS_BLOCK;
        uint64_t piece = length < STATEFS_BLOCK - at ? length : STATEFS_BLOCK - at;
        memcpy(unfinished(fs) + at, from, piece);
        if (at + piece == STATEFS_BLOCK) {
            enum statefs_status status = write_and_go_on(fs);
            if (status != STATEFS_OK) {
                return status;
            }
        }
        fs->tail += piece;
        from += piece;
        length -= piece;
    }
    return STATEFS_OK;
}

enum statefs_status log_append(struct statefs *fs, const struct record *record, const void *value)
{
    uint8_t bytes[RECORD_HEAD + STATEFS_KEY_MAX + RECORD_PREFIX] = {0};
    uint8_t *prefix = bytes + RECORD_HEAD + record->key_length;
    uint32_t crc = fs->log.start;

    store(bytes, RECORD_MAGIC, 4);
    bytes[4] = record->op;
    store(bytes + 5, record->key_length, 2);
    store(bytes + 7, RECORD_PREFIX + (uint64_t)record->value_length, 4);
    memcpy(bytes + RECORD_HEAD, record->key, record->key_length);
    store(prefix, record->sequence, 8);
    store(prefix + 8, fs->super.session, 4);
    enum statefs_status status =
        write_bytes(fs, bytes, RECORD_HEAD + record->key_length + RECORD_PREFIX, &crc);
    if (status == STATEFS_OK && record->value_length > 0) {
        status = write_bytes(fs, value, record->value_length, &crc);
    }
    if (status == STATEFS_OK) {
        uint8_t stored[RECORD_CRC];
        store(stored, (uint32_t)~crc, RECORD_CRC);
        status = write_bytes(fs, stored, RECORD_CRC, &crc);
    }
    fs->records++;
    return status;
}

enum statefs_status log_checkpoint(struct statefs *fs)
{
    static const uint8_t zeroes[TAIL_ZEROES];
    uint64_t end = (fs->tail + RECORD_OVERHEAD) % STATEFS_BLOCK;
    struct record record = {.op = RECORD_CHECKPOINT, .sequence = fs->sequence};

    /* The last block of a batch ends in zeroes: so a damaged last record never looks like a clean end. */
    if (end == 0 || end > STATEFS_BLOCK - TAIL_ZEROES) {
        record.value_length = end == 0 ? 1 : (uint32_t)(STATEFS_BLOCK - end) + 1;
    }
    enum statefs_status status = log_append(fs, &record, zeroes);
    if (status == STATEFS_OK) {
        status = write_unfinished(fs);
    }
    if (status == STATEFS_OK && fs->disk.flush(fs->disk.context) != 0) {
        fs->broken = true;
        status = STATEFS_IO_ERROR;
    }
    return status;
}

/* Where what is read and what is committed ends; the latter after the last checkpoint or copy (v1: the last
 * record). */
struct ends {
    uint64_t read;
    uint64_t committed;
};

static enum statefs_status apply(struct statefs *fs, const struct record *record, uint64_t at)
{
    fs->records++;
    bool is_put = record->op == RECORD_PUT || record->op == RECORD_COPY;
    if (is_put && !index_set(fs, record, at)) {
        return STATEFS_NO_SPACE;
    }
    if (record->op == RECORD_DELETE) {
        index_remove(fs, record->key);
    }
    if (record->sequence >= fs->sequence) {
        fs->sequence = record->sequence + 1;
    }
    return STATEFS_OK;
}

/* Whether a record can follow those before it. Copies begin a log: behind anything else they are those of a
 * compaction that did not end. */
static bool may_follow(const struct statefs *fs, const struct record *record, uint32_t session,
                       bool only_copies)
{
    return record->session >= session && record->session <= fs->super.session &&
           (record->op != RECORD_COPY || only_copies);
}

/* Applies the records up to `limit`, or to the first bad one. */
static enum statefs_status replay_to(struct statefs *fs, uint64_t limit, struct ends *ends)
{
    struct record record;
    uint32_t session = 0;
    bool only_copies = !fs->log.v1;

    fs->sequence = fs->super.sequence;
    fs->records = 0;
    *ends = (struct ends){0, 0};
    index_reset(fs);
    while (ends->read < limit && fs->records < RECORDS_MAX) {
        enum statefs_status status = log_read(fs, &fs->log, ends->read, &record, NULL);
        if (status == STATEFS_CORRUPT ||
            (status == STATEFS_OK && !may_follow(fs, &record, session, only_copies))) {
            return STATEFS_OK;
        }
        if (status == STATEFS_OK) {
            status = apply(fs, &record, ends->read);
        }
        if (status != STATEFS_OK) {
            return status;
        }
        session = record.session;
        only_copies = only_copies && record.op == RECORD_COPY;
        ends->read += record.bytes;
        if (fs->log.v1 || only_copies || record.op == RECORD_CHECKPOINT) {
            ends->committed = ends->read;
        }
    }
    return STATEFS_OK;
}

enum statefs_status log_ends_clean(struct statefs *fs, const struct statefs_log *log, uint64_t end,
                                   bool *clean)
{
    uint8_t piece[TAIL_ZEROES];
    uint64_t left = STATEFS_BLOCK - end % STATEFS_BLOCK;
    enum statefs_status status = STATEFS_OK;

    *clean = true;
    left = left < log->bytes - end ? left : log->bytes - end;
    while (left > 0 && status == STATEFS_OK) {
        uint64_t length = left < sizeof(piece) ? left : sizeof(piece);
        status = read_bytes(fs, log, end, piece, length);
        for (uint64_t i = 0; i < length; i++) {
            *clean = *clean && piece[i] == 0;
        }
        end += length;
        left -= length;
    }
    return status;
}

enum statefs_status log_replay(struct statefs *fs)
{
    struct ends ends;
    struct ends again;
    bool clean = false;

    fs->tail = UINT64_MAX;
    enum statefs_status status = replay_to(fs, fs->log.bytes, &ends);
    if (status == STATEFS_OK && ends.committed != ends.read) {
        uint64_t records = fs->records;
        status = replay_to(fs, ends.committed, &again);
        fs->records = records;
    }
    if (status == STATEFS_OK) {
        status = log_ends_clean(fs, &fs->log, ends.committed, &clean);
    }
    if (status == STATEFS_OK) {
        fs->damaged = !clean || ends.committed != ends.read;
        fs->tail = ends.committed;
        status = log_load_tail(fs);
    }
    return status;
}

enum statefs_status log_find(struct statefs *fs, const struct statefs_log *log, uint64_t *at)
{
    struct record record;
    uint64_t end = log->bytes - *at < SCAN_MAX ? log->bytes : *at + SCAN_MAX;
    enum statefs_status status = STATEFS_OK;

    for (; status == STATEFS_OK && *at + RECORD_HEAD <= end; ++*at) {
        uint8_t magic[4];
        status = read_bytes(fs, log, *at, magic, sizeof(magic));
        if (status == STATEFS_OK && load(magic, 4) == RECORD_MAGIC) {
            status = log_read(fs, log, *at, &record, NULL);
            if (status == STATEFS_OK) {
                return STATEFS_OK;
            }
            status = status == STATEFS_CORRUPT ? STATEFS_OK : status;
        }
    }
    return status == STATEFS_OK ? STATEFS_CORRUPT : status;
}
