/* The two rings of logd. Record n lies at n modulo the ring's length, so finding one costs nothing. */
#include "journal.h"

#include <string.h>

static struct journal_record records[JOURNAL_RECORDS];
static struct journal_audit audits[JOURNAL_AUDIT_RECORDS];
static uint64_t appended; /* the sequence of the newest record */
static uint64_t recorded;

struct journal_record *journal_append(void)
{
    struct journal_record *record = &records[++appended % JOURNAL_RECORDS];
    memset(record, 0, sizeof(*record));
    record->sequence = appended;
    return record;
}

struct journal_audit *journal_audit_append(void)
{
    struct journal_audit *audit = &audits[++recorded % JOURNAL_AUDIT_RECORDS];
    memset(audit, 0, sizeof(*audit));
    audit->sequence = recorded;
    return audit;
}

/* How many of `newest` records are gone from a ring of this length. */
static uint64_t dropped(uint64_t newest, uint64_t length)
{
    return newest > length ? newest - length : 0;
}

const struct journal_record *journal_after(uint64_t since)
{
    const uint64_t gone = dropped(appended, JOURNAL_RECORDS);
    const uint64_t last = since > gone ? since : gone;
    return last < appended ? &records[(last + 1) % JOURNAL_RECORDS] : NULL;
}

const struct journal_audit *journal_audit_after(uint64_t since)
{
    const uint64_t gone = dropped(recorded, JOURNAL_AUDIT_RECORDS);
    const uint64_t last = since > gone ? since : gone;
    return last < recorded ? &audits[(last + 1) % JOURNAL_AUDIT_RECORDS] : NULL;
}

struct journal_stats journal_stats(void)
{
    return (struct journal_stats){
        .appended = appended,
        .dropped = dropped(appended, JOURNAL_RECORDS),
        .audit_recorded = recorded,
        .audit_dropped = dropped(recorded, JOURNAL_AUDIT_RECORDS),
    };
}

void journal_reset(void)
{
    memset(records, 0, sizeof(records));
    memset(audits, 0, sizeof(audits));
    appended = 0;
    recorded = 0;
}
