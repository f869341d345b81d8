/* The two rings of logd: ordinary records and audit records, each with the oldest dropped when full. */
#ifndef LOGD_JOURNAL_H
#define LOGD_JOURNAL_H

#include "logd.nexus.h"

enum { JOURNAL_RECORDS = 128, JOURNAL_AUDIT_RECORDS = 512 };

struct journal_record {
    uint64_t sequence; /* from 1, never reused */
    uint64_t time;     /* ticks */
    uint32_t sender;   /* task */
    enum LogLevel level;
    char scope[LOG_APPEND_SCOPE_MAX + 1];
    char message[LOG_APPEND_MESSAGE_MAX + 1];
    uint8_t fields[LOG_APPEND_FIELDS_MAX];
    size_t fields_len;
};

struct journal_audit {
    uint64_t sequence; /* from 1, never reused */
    uint64_t time;     /* ticks */
    uint32_t sender;   /* the task that recorded it */
    uint32_t subject;  /* the task that it is about */
    char action[AUDIT_RECORD_ACTION_MAX + 1];
    char target[AUDIT_RECORD_TARGET_MAX + 1];
    enum Decision decision;
    enum Reason reason;
};

/*
 * A place for the next record, zeroed but for its sequence: the oldest one's if the ring is full. What
 * it is filled with must have been checked, because this cannot be undone.
 */
struct journal_record *journal_append(void);
struct journal_audit *journal_audit_append(void);

/* The oldest record with a sequence above `since`; NULL if there is none. */
const struct journal_record *journal_after(uint64_t since);
const struct journal_audit *journal_audit_after(uint64_t since);

struct journal_stats {
    uint64_t appended, dropped, audit_recorded, audit_dropped;
};

struct journal_stats journal_stats(void);

/* Forgets everything: for tests. */
void journal_reset(void);

#endif
