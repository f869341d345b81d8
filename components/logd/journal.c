/*
 * The two rings of logd, in memory that survives a restart. Record n lies at n modulo the ring's length, so
 * finding one costs nothing.
 *
 * logd may die between any two instructions, and what it had written until then is what its next life finds.
 * The rule: one word makes a record, the counter of its ring. Records 1 to `appended` exist and the newest
 * JOURNAL_RECORDS of them are served. A ring has one place more than that: the place of the next record is
 * never that of one which is served, so it can be filled in any order. Then, behind a barrier, the counter is
 * stored. Cut before that store, the record never was, and its number, which nobody has been told, is given to
 * the next one; cut behind it, the record is there, though its sender never had an answer.
 */
#include "journal.h"

#include <nexus/keep.h>
#include <string.h>

#define MAGIC UINT64_C(0x314c4e524a44474c) /* "LGDJRNL1" */
#define FORGETTING UINT64_C(1)

enum { PLACES = JOURNAL_RECORDS + 1, AUDIT_PLACES = JOURNAL_AUDIT_RECORDS + 1 };

struct journal_memory journal_memory NEXUS_KEEP;

static struct journal_memory *const kept = &journal_memory;

/* Stores a counter, by one store, after all that was stored before. */
static void store(uint64_t *word, uint64_t value)
{
    NEXUS_KEEP_ORDER();
    *(volatile uint64_t *)word = value;
    NEXUS_KEEP_ORDER();
}

struct journal_record *journal_begin(void)
{
    const uint64_t sequence = kept->appended + 1;
    struct journal_record *record = &kept->records[sequence % PLACES];

    memset(record, 0, sizeof(*record));
    record->sequence = sequence;
    return record;
}

void journal_commit(void)
{
    store(&kept->appended, kept->appended + 1);
}

struct journal_audit *journal_audit_begin(void)
{
    const uint64_t sequence = kept->recorded + 1;
    struct journal_audit *audit = &kept->audits[sequence % AUDIT_PLACES];

    memset(audit, 0, sizeof(*audit));
    audit->sequence = sequence;
    return audit;
}

void journal_audit_commit(void)
{
    store(&kept->recorded, kept->recorded + 1);
}

void journal_refuse(void)
{
    store(&kept->refused, kept->refused + 1);
}

/* How many of `newest` records are gone from a ring that serves so many. */
static uint64_t dropped(uint64_t newest, uint64_t served)
{
    return newest > served ? newest - served : 0;
}

const struct journal_record *journal_after(uint64_t since)
{
    const uint64_t gone = dropped(kept->appended, JOURNAL_RECORDS);
    const uint64_t last = since > gone ? since : gone;
    return last < kept->appended ? &kept->records[(last + 1) % PLACES] : NULL;
}

const struct journal_audit *journal_audit_after(uint64_t since)
{
    const uint64_t gone = dropped(kept->recorded, JOURNAL_AUDIT_RECORDS);
    const uint64_t last = since > gone ? since : gone;
    return last < kept->recorded ? &kept->audits[(last + 1) % AUDIT_PLACES] : NULL;
}

struct journal_stats journal_stats(void)
{
    return (struct journal_stats){
        .appended = kept->appended,
        .dropped = dropped(kept->appended, JOURNAL_RECORDS),
        .refused = kept->refused,
        .audit_recorded = kept->recorded,
        .audit_dropped = dropped(kept->recorded, JOURNAL_AUDIT_RECORDS),
    };
}

static bool ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool record_ok(const struct journal_record *record, uint64_t sequence)
{
    return record->sequence == sequence && (uint32_t)record->level <= (uint32_t)LOG_LEVEL_DEBUG &&
           record->fields_len <= sizeof(record->fields) &&
           ends(record->scope, sizeof(record->scope)) &&
           ends(record->message, sizeof(record->message));
}

static bool audit_ok(const struct journal_audit *audit, uint64_t sequence)
{
    return audit->sequence == sequence && (uint32_t)audit->decision <= (uint32_t)DECISION_ALLOW &&
           (uint32_t)audit->reason <= (uint32_t)REASON_MALFORMED &&
           ends(audit->action, sizeof(audit->action)) && ends(audit->target, sizeof(audit->target));
}

/* Whether everything that would be served can be: the rest of logd believes it. */
static bool all_ok(void)
{
    for (uint64_t n = dropped(kept->appended, JOURNAL_RECORDS); n < kept->appended; n++) {
        if (!record_ok(&kept->records[(n + 1) % PLACES], n + 1)) {
            return false;
        }
    }
    for (uint64_t n = dropped(kept->recorded, JOURNAL_AUDIT_RECORDS); n < kept->recorded; n++) {
        if (!audit_ok(&kept->audits[(n + 1) % AUDIT_PLACES], n + 1)) {
            return false;
        }
    }
    return true;
}

enum journal_state journal_open(void)
{
    if (kept->magic == MAGIC && all_ok()) {
        return JOURNAL_KEPT;
    }
    if (kept->magic == 0 && kept->appended == 0 && kept->recorded == 0 && kept->refused == 0) {
        store(&kept->magic, MAGIC);
        return JOURNAL_NEW;
    }
    store(&kept->magic, FORGETTING); /* cut from here on, it is as damaged as before */
    store(&kept->appended, 0);
    store(&kept->recorded, 0);
    store(&kept->refused, 0);
    store(&kept->magic, MAGIC);
    return JOURNAL_DAMAGED;
}
