/*
 * logd: stamps and keeps the records of others. Who sent one is what the kernel says, when is what its
 * clock says; nothing in a message can change either. It prints nothing about records: a console that
 * repeats them would cost every sender the time of a line. What it keeps survives its death.
 */
#include "logd.nexus.h"

#include "journal.h"

#include <inttypes.h>
#include <neuron/limits.h>
#include <nexus/log.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

/* Per task: when its bucket would be empty again. One number is the whole state of a token bucket. A restart
 * forgets it: every sender has a burst more for each of logd's lives. */
static uint64_t empty_at[NEURON_TASKS_MAX];

/* Takes a token of this sender; false if it has none left. */
static bool may_append(uint32_t task)
{
    const uint64_t interval = NEURON_TIME_HZ / (per_second != 0 ? per_second : 1);
    const uint64_t now = nexus_now();
    const uint64_t from = empty_at[task] > now ? empty_at[task] : now;

    if (from + interval > now + burst * interval) {
        return false;
    }
    empty_at[task] = from + interval;
    return true;
}

int log_append(struct nexus_client client, enum LogLevel level, const char *scope,
               const char *message, const void *fields, size_t fields_len)
{
    if (client.task >= NEURON_TASKS_MAX || !may_append(client.task)) {
        journal_refuse();
        return LOG_RATE_LIMITED;
    }
    struct journal_record *record = journal_begin();
    record->time = nexus_now();
    record->sender = client.task;
    record->level = level;
    memcpy(record->scope, scope, strlen(scope));
    memcpy(record->message, message, strlen(message));
    if (fields_len != 0) {
        memcpy(record->fields, fields, fields_len);
    }
    record->fields_len = fields_len;
    journal_commit();
    return 0;
}

int query_query(struct nexus_client client, uint64_t since, uint64_t *sequence, uint64_t *time,
                uint32_t *sender, enum LogLevel *level, char *scope, char *message, void *fields,
                size_t *fields_len)
{
    (void)client; /* who may read is who is connected */
    const struct journal_record *record = journal_after(since);
    if (record == NULL) {
        return LOG_QUERY_NO_RECORD;
    }
    *sequence = record->sequence;
    *time = record->time;
    *sender = record->sender;
    *level = record->level;
    memcpy(scope, record->scope, sizeof(record->scope));
    memcpy(message, record->message, sizeof(record->message));
    memcpy(fields, record->fields, record->fields_len);
    *fields_len = record->fields_len;
    return 0;
}

int query_stats(struct nexus_client client, uint64_t *appended, uint64_t *dropped,
                uint64_t *limited, uint64_t *audit_recorded, uint64_t *audit_dropped)
{
    (void)client;
    const struct journal_stats stats = journal_stats();
    *appended = stats.appended;
    *dropped = stats.dropped;
    *limited = stats.refused;
    *audit_recorded = stats.audit_recorded;
    *audit_dropped = stats.audit_dropped;
    return 0;
}

int audit_record(struct nexus_client client, uint32_t subject, const char *action,
                 const char *target, enum Decision decision, enum Reason reason, uint64_t *sequence)
{
    struct journal_audit *audit = journal_audit_begin();
    audit->time = nexus_now();
    audit->sender = client.task;
    audit->subject = subject;
    memcpy(audit->action, action, strlen(action));
    memcpy(audit->target, target, strlen(target));
    audit->decision = decision;
    audit->reason = reason;
    *sequence = audit->sequence;
    journal_audit_commit();
    return 0;
}

int audit_query_read(struct nexus_client client, uint64_t since, uint64_t *sequence, uint64_t *time,
                     uint32_t *sender, uint32_t *subject, char *action, char *target,
                     enum Decision *decision, enum Reason *reason)
{
    (void)client;
    const struct journal_audit *audit = journal_audit_after(since);
    if (audit == NULL) {
        return AUDIT_QUERY_NO_AUDIT;
    }
    *sequence = audit->sequence;
    *time = audit->time;
    *sender = audit->sender;
    *subject = audit->subject;
    memcpy(action, audit->action, sizeof(audit->action));
    memcpy(target, audit->target, sizeof(audit->target));
    *decision = audit->decision;
    *reason = audit->reason;
    return 0;
}

int main(void)
{
    const enum journal_state found = journal_open();
    const struct journal_stats stats = journal_stats();

    if (found == JOURNAL_KEPT) {
        LOG_WARN("restarted: goes on behind record %" PRIu64 " and audit record %" PRIu64,
                 stats.appended, stats.audit_recorded);
    } else if (found == JOURNAL_DAMAGED) {
        LOG_ERROR("the kept records are damaged: all are forgotten, numbers begin with 1 again");
    }
    printf("ready\n");
    nexus_serve();
}
