/*
 * The two rings of logd: ordinary records and audit records, each with the oldest dropped when full. They
 * survive a restart: see journal_open() and the rule in journal.c.
 */
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

/* What journal_open() found. */
enum journal_state {
    JOURNAL_NEW,     /* the machine has just booted */
    JOURNAL_KEPT,    /* the records of an earlier life, all of them as they must be */
    JOURNAL_DAMAGED, /* something else: it was forgotten, sequences begin with 1 again */
};

/* Once at the start, before anything else here: looks at what an earlier life has left. */
enum journal_state journal_open(void);

/*
 * A record is made in two steps. begin: a place for the next one, zeroed but for its sequence, which nobody
 * sees yet. commit: it is a record now, and the oldest one is gone if the ring was full. Who dies in between
 * has recorded nothing.
 */
struct journal_record *journal_begin(void);
void journal_commit(void);
struct journal_audit *journal_audit_begin(void);
void journal_audit_commit(void);

/* Counts a record that was refused because its sender has sent too many. */
void journal_refuse(void);

/* The oldest record with a sequence above `since`; NULL if there is none. */
const struct journal_record *journal_after(uint64_t since);
const struct journal_audit *journal_audit_after(uint64_t since);

struct journal_stats {
    uint64_t appended, dropped, refused, audit_recorded, audit_dropped;
};

struct journal_stats journal_stats(void);

/* All that survives, for tests that cut it off or damage it. */
struct journal_memory {
    uint64_t magic;
    uint64_t appended; /* the sequence of the newest record */
    uint64_t recorded; /* of the newest audit record */
    uint64_t refused;
    struct journal_record records[JOURNAL_RECORDS + 1];
    struct journal_audit audits[JOURNAL_AUDIT_RECORDS + 1];
};

extern struct journal_memory journal_memory;

#endif
