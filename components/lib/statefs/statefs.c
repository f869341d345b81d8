/* What statefs promises: open, values, batches, compaction, quota. */
#include "statefs.h"

#include <string.h>

#include "crc32c.h"
#include "parts.h"

#define BATCH_END (2u * STATEFS_BLOCK) /* room that a checkpoint may need */
#define FOR_DELETES                                                                                \
    STATEFS_BLOCK /* room that only deletes may use, so that a full disk can be emptied */

const char *statefs_status_name(enum statefs_status status)
{
    static const char *const names[] = {
        "ok",       "not found",  "value too large", "key too long", "bad key",       "I/O error",
        "no space", "over quota", "corrupted",       "blank disk",   "not a statefs", "read-only"};

    return (size_t)status < sizeof(names) / sizeof(names[0]) ? names[status] : "unknown status";
}

static uint32_t epoch_of(uint64_t version)
{
    /* An odd factor: no two of 2^32 versions have the same epoch. v1 begins with all ones. */
    uint32_t epoch = (uint32_t)version * 2654435761u;

    return epoch == CRC32C_START ? 0x5eed5eedu : epoch;
}

static void reset(struct statefs *fs, const struct statefs_disk *disk)
{
    memset(fs, 0, offsetof(struct statefs, order));
    fs->disk = *disk;
    fs->cached = UINT64_MAX;
    index_reset(fs);
}

/* A plain v1 image begins with a record of v1. It may use what lies before the second region. */
static enum statefs_status open_v1(struct statefs *fs)
{
    memset(&fs->super, 0, sizeof(fs->super));
    fs->log = log_of(fs, &fs->super);
    fs->log = (struct statefs_log){0, fs->log.bytes + STATEFS_BLOCK, CRC32C_START, true};
    fs->repair = UINT64_MAX;
    enum statefs_status status = log_replay(fs);
    return status == STATEFS_OK && fs->records == 0 ? STATEFS_FOREIGN : status;
}

enum statefs_status statefs_open(struct statefs *fs, const struct statefs_disk *disk)
{
    reset(fs, disk);
    enum statefs_status status = super_read(fs);
    if (status == STATEFS_FOREIGN && disk->blocks >= STATEFS_BLOCKS_MIN &&
        disk->blocks <= STATEFS_BLOCKS_MAX) {
        return open_v1(fs);
    }
    if (status != STATEFS_OK) {
        return status;
    }
    fs->log = log_of(fs, &fs->super);
    return log_replay(fs);
}

static enum statefs_status change_super(struct statefs *fs, const struct statefs_super *next)
{
    enum statefs_status status = super_write(fs, next);

    fs->broken = fs->broken || status != STATEFS_OK;
    return status;
}

/* A copy of all that is wanted, with its sequences, into the log that `fs` now has. */
static enum statefs_status copy_live(struct statefs *fs, const struct statefs_log *from)
{
    for (uint32_t i = 0; i < fs->count; i++) {
        struct record record;
        const struct statefs_entry *entry = &fs->entries[fs->order[i]];
        enum statefs_status status = log_read(fs, from, entry->offset, &record, fs->copy);
        if (status == STATEFS_OK && strcmp(record.key, entry->key) != 0) {
            status = STATEFS_CORRUPT;
        }
        if (status == STATEFS_OK) {
            record.op = RECORD_COPY;
            status = log_append(fs, &record, fs->copy);
        }
        if (status != STATEFS_OK) {
            return status;
        }
    }
    return log_checkpoint(fs);
}

static void move_entries(struct statefs *fs)
{
    uint64_t offset = 0;

    for (uint32_t i = 0; i < fs->count; i++) {
        struct statefs_entry *entry = &fs->entries[fs->order[i]];
        entry->offset = offset;
        entry->record = i;
        offset += record_bytes(entry->key, entry->length);
    }
}

enum statefs_status statefs_compact(struct statefs *fs)
{
    if (fs->broken) {
        return STATEFS_READ_ONLY;
    }
    const struct statefs_log from = fs->log;
    const struct statefs_super before = fs->super;
    uint64_t tail = fs->tail;
    uint64_t records = fs->records;
    struct statefs_super next = {before.version + 1, fs->sequence, epoch_of(before.version + 1),
                                 from.v1 ? 1 : 1 - before.region, before.session + 1};
    struct statefs_log to = log_of(fs, &next);

    if (fs->live + BATCH_END > to.bytes) {
        return STATEFS_NO_SPACE;
    }
    enum statefs_status status = fs->pending ? log_write_tail(fs) : STATEFS_OK;
    if (status != STATEFS_OK) {
        return status;
    }
    fs->log = to;
    fs->super.session = next.session;
    fs->tail = 0;
    fs->records = 0;
    memset(unfinished(fs), 0, STATEFS_BLOCK);
    status = copy_live(fs, &from);
    fs->super = before;
    if (status == STATEFS_OK) {
        status = change_super(fs, &next);
    }
    if (status == STATEFS_OK) {
        move_entries(fs);
        fs->begun = true;
        fs->pending = false;
        fs->damaged = false;
        return STATEFS_OK;
    }
    fs->log = from;
    fs->tail = tail;
    fs->records = records;
    if (log_load_tail(fs) != STATEFS_OK) {
        fs->broken = true;
    }
    return status;
}

/* The first append of a session gives it a number: what a cut session left behind has a lower one. */
static enum statefs_status begin(struct statefs *fs)
{
    if (fs->begun) {
        return STATEFS_OK;
    }
    if (fs->log.v1 || fs->damaged) {
        return statefs_compact(fs);
    }
    struct statefs_super next = fs->super;
    next.version++;
    next.session++;
    enum statefs_status status = change_super(fs, &next);
    fs->begun = status == STATEFS_OK;
    return status;
}

static enum statefs_status check_operation(const struct statefs_operation *operation)
{
    enum statefs_status status = key_check(operation->key);

    return status == STATEFS_OK && operation->length > STATEFS_VALUE_MAX ? STATEFS_VALUE_TOO_LARGE
                                                                         : status;
}

static uint64_t used_under(const struct statefs *fs, const char *prefix)
{
    const struct statefs_entry *entry;
    uint64_t bytes = 0;

    for (uint32_t i = 0; (entry = statefs_list(fs, prefix, i)) != NULL; i++) {
        bytes += record_bytes(entry->key, entry->length);
    }
    return bytes;
}

static enum statefs_status check_quotas(struct statefs *fs,
                                        const struct statefs_operation *operations, uint32_t count)
{
    for (uint32_t q = 0; q < fs->quota_count; q++) {
        const struct statefs_quota *quota = &fs->quotas[q];
        uint64_t more = 0;
        uint64_t less = 0;
        for (uint32_t i = 0; i < count; i++) {
            const struct statefs_operation *operation = &operations[i];
            if (strncmp(operation->key, quota->prefix, strlen(quota->prefix)) != 0 ||
                !operation->value) {
                continue;
            }
            const struct statefs_entry *entry = index_find(fs, operation->key);
            more += record_bytes(operation->key, operation->length);
            less += entry && count == 1 ? record_bytes(entry->key, entry->length) : 0;
        }
        if (more > 0 && used_under(fs, quota->prefix) + more - less > quota->bytes) {
            return STATEFS_QUOTA;
        }
    }
    return STATEFS_OK;
}

/* Of the log: for the batch, its checkpoint, and deletes after it. */
static uint64_t room_for(uint64_t bytes, uint32_t puts)
{
    return bytes + BATCH_END + (puts > 0 ? FOR_DELETES : 0);
}

static enum statefs_status check_room(const struct statefs *fs, uint64_t bytes, uint32_t puts)
{
    return fs->live + room_for(bytes, puts) > fs->log.bytes || puts > STATEFS_KEYS_MAX - fs->count
               ? STATEFS_NO_SPACE
               : STATEFS_OK;
}

/* Room at the end of the log, by compaction when it is needed: after this only the disk can fail. */
static enum statefs_status make_room(struct statefs *fs, uint64_t bytes, uint32_t puts,
                                     uint32_t count)
{
    if (fs->tail + room_for(bytes, puts) > fs->log.bytes || fs->records + count + 2 > RECORDS_MAX) {
        return statefs_compact(fs);
    }
    return STATEFS_OK;
}

static enum statefs_status append(struct statefs *fs, const struct statefs_operation *operation)
{
    struct record record = {.op = operation->value ? RECORD_PUT : RECORD_DELETE,
                            .key_length = (uint32_t)strlen(operation->key),
                            .value_length = operation->value ? operation->length : 0,
                            .sequence = fs->sequence};
    uint64_t offset = fs->tail;

    memcpy(record.key, operation->key, record.key_length);
    enum statefs_status status = log_append(fs, &record, operation->value);
    if (status != STATEFS_OK) {
        return status;
    }
    if (!operation->value) {
        index_remove(fs, operation->key);
    } else if (!index_set(fs, &record, offset)) {
        return STATEFS_NO_SPACE;
    }
    fs->sequence++;
    fs->pending = true;
    return STATEFS_OK;
}

static enum statefs_status apply_all(struct statefs *fs, const struct statefs_operation *operations,
                                     uint32_t count)
{
    uint64_t bytes = 0;
    uint32_t puts = 0;
    enum statefs_status status = fs->broken ? STATEFS_READ_ONLY : STATEFS_OK;

    for (uint32_t i = 0; status == STATEFS_OK && i < count; i++) {
        status = check_operation(&operations[i]);
        if (status == STATEFS_OK) {
            bytes +=
                record_bytes(operations[i].key, operations[i].value ? operations[i].length : 0);
            puts += operations[i].value && !index_find(fs, operations[i].key);
        }
    }
    if (status == STATEFS_OK) {
        status = check_quotas(fs, operations, count);
    }
    if (status == STATEFS_OK) {
        status = check_room(fs, bytes, puts);
    }
    if (status == STATEFS_OK) {
        status = begin(fs);
    }
    if (status == STATEFS_OK) {
        status = check_room(fs, bytes, puts); /* the log of v1 may have been larger */
    }
    if (status == STATEFS_OK) {
        status = make_room(fs, bytes, puts, count);
    }
    for (uint32_t i = 0; status == STATEFS_OK && i < count; i++) {
        status = append(fs, &operations[i]);
    }
    return status;
}

enum statefs_status statefs_put(struct statefs *fs, const char *key, const void *value,
                                uint32_t length)
{
    struct statefs_operation operation = {key, value, length};

    return apply_all(fs, &operation, 1);
}

enum statefs_status statefs_delete(struct statefs *fs, const char *key)
{
    struct statefs_operation operation = {key, NULL, 0};
    enum statefs_status status = key_check(key);

    if (status == STATEFS_OK && !index_find(fs, key)) {
        status = STATEFS_NOT_FOUND;
    }
    return status == STATEFS_OK ? apply_all(fs, &operation, 1) : status;
}

enum statefs_status statefs_sync(struct statefs *fs)
{
    if (fs->broken) {
        return STATEFS_READ_ONLY;
    }
    if (!fs->pending) {
        return STATEFS_OK;
    }
    enum statefs_status status = log_checkpoint(fs);
    fs->pending = status != STATEFS_OK;
    return status;
}

enum statefs_status statefs_commit(struct statefs *fs, const struct statefs_operation *operations,
                                   uint32_t count)
{
    enum statefs_status status = apply_all(fs, operations, count);

    return status == STATEFS_OK ? statefs_sync(fs) : status;
}

enum statefs_status statefs_get(struct statefs *fs, const char *key, void *value, uint32_t size,
                                uint32_t *length)
{
    struct record record;
    enum statefs_status status = key_check(key);
    const struct statefs_entry *entry = status == STATEFS_OK ? index_find(fs, key) : NULL;

    if (!entry) {
        return status == STATEFS_OK ? STATEFS_NOT_FOUND : status;
    }
    *length = entry->length;
    if (entry->length > size) {
        return STATEFS_VALUE_TOO_LARGE;
    }
    status = log_read(fs, &fs->log, entry->offset, &record, fs->copy);
    if (status != STATEFS_OK) {
        return status;
    }
    if (strcmp(record.key, key) != 0 || record.value_length != entry->length ||
        record.sequence != entry->sequence) {
        return STATEFS_CORRUPT;
    }
    if (entry->length > 0) {
        memcpy(value, fs->copy, entry->length);
    }
    return STATEFS_OK;
}

const struct statefs_entry *statefs_list(const struct statefs *fs, const char *prefix,
                                         uint32_t index)
{
    size_t length = strlen(prefix);
    uint32_t low = 0;
    uint32_t high = fs->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strncmp(fs->entries[fs->order[middle]].key, prefix, length) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (index >= fs->count - low) {
        return NULL;
    }
    const struct statefs_entry *entry = &fs->entries[fs->order[low + index]];
    return strncmp(entry->key, prefix, length) == 0 ? entry : NULL;
}

enum statefs_status statefs_mkfs(struct statefs *fs, const struct statefs_disk *disk, bool force)
{
    reset(fs, disk);
    enum statefs_status status = super_read(fs);
    if (disk->blocks < STATEFS_BLOCKS_MIN || disk->blocks > STATEFS_BLOCKS_MAX ||
        (status == STATEFS_FOREIGN && !force)) {
        return STATEFS_FOREIGN;
    }
    if (status == STATEFS_IO_ERROR) {
        return status;
    }
    if (status != STATEFS_OK) {
        memset(&fs->super, 0, sizeof(fs->super));
    }
    /* After a superblock of ours the versions go on: no record of the old log has a new epoch. */
    fs->log = log_of(fs, &fs->super);
    fs->sequence = fs->super.sequence + 1;
    fs->repair = status == STATEFS_OK ? fs->repair : UINT64_MAX;
    return statefs_compact(fs);
}
