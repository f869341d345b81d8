/* What is damaged, and what was lost by it. */
#include <string.h>

#include "parts.h"

struct check {
    struct statefs *fs;
    void (*report)(void *context, const struct statefs_finding *finding);
    void *context;
    bool found;
};

static void find(struct check *check, enum statefs_fault fault, uint64_t number, const char *key,
                 bool is_delete)
{
    const struct statefs_finding finding = {fault, number, key, is_delete};

    check->found = true;
    check->report(check->context, &finding);
}

static enum statefs_status check_values(struct check *check)
{
    struct statefs *fs = check->fs;

    for (uint32_t i = 0; i < fs->count; i++) {
        struct record record;
        const struct statefs_entry *entry = &fs->entries[fs->order[i]];
        enum statefs_status status = log_read(fs, &fs->log, entry->offset, &record, NULL);
        if (status == STATEFS_CORRUPT) {
            find(check, STATEFS_BAD_VALUE, entry->record, entry->key, false);
        } else if (status != STATEFS_OK) {
            return status;
        }
    }
    return STATEFS_OK;
}

static void find_record(struct check *check, enum statefs_fault fault, uint64_t number,
                        struct record *record)
{
    if (record->op == RECORD_CHECKPOINT || key_check(record->key) != STATEFS_OK) {
        record->key[0] = 0;
    }
    find(check, fault, number, record->key, record->op == RECORD_DELETE);
}

/* The whole log again, for the numbers of the records that replay left out. */
static enum statefs_status check_log(struct check *check)
{
    struct statefs *fs = check->fs;
    const struct statefs_log log = fs->log; /* a copy: so the last block is read from the disk */
    struct record record;
    uint64_t at = 0;

    for (uint64_t number = 0; number < RECORDS_MAX; number++) {
        enum statefs_status status = log_read(fs, &log, at, &record, NULL);
        bool clean = false;
        if (status == STATEFS_OK) {
            if (at >= fs->tail && record.op != RECORD_CHECKPOINT) {
                find_record(check, STATEFS_LOST_RECORD, number, &record);
            }
            at += record.bytes;
            continue;
        }
        if (status == STATEFS_CORRUPT) {
            status = log_ends_clean(fs, &log, at, &clean);
        }
        if (status != STATEFS_OK || clean) {
            return status;
        }
        find_record(check, STATEFS_BAD_RECORD, number, &record);
        status = log_find(fs, &log, &at);
        if (status != STATEFS_OK) {
            return status == STATEFS_CORRUPT ? STATEFS_OK : status;
        }
    }
    return STATEFS_OK;
}

enum statefs_status
statefs_fsck(struct statefs *fs,
             void (*report)(void *context, const struct statefs_finding *finding), void *context)
{
    struct check check = {fs, report, context, false};

    if (fs->repair != UINT64_MAX) {
        find(&check, STATEFS_BAD_SUPERBLOCK, fs->repair, "", false);
    }
    enum statefs_status status = check_values(&check);
    if (status == STATEFS_OK && fs->damaged) {
        status = check_log(&check);
    }
    return status == STATEFS_OK && (check.found || fs->damaged) ? STATEFS_CORRUPT : status;
}
