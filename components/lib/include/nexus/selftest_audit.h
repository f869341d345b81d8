/*
 * For components that test the system from inside: an audit record of logd as one thing. Include it behind
 * the component's own header; the component has `uses AuditQuery audit;`.
 */
#ifndef NEXUS_SELFTEST_AUDIT_H
#define NEXUS_SELFTEST_AUDIT_H

#include <stdint.h>

/* What a query of the audit records answers. */
struct seen_audit {
    uint64_t sequence, time;
    uint32_t sender, subject;
    char action[AUDIT_QUERY_READ_ACTION_MAX + 1];
    char target[AUDIT_QUERY_READ_TARGET_MAX + 1];
    enum Decision decision;
    enum Reason reason;
};

/* The oldest record behind `since`: 0, or what the query answered. */
static inline int look_audit(uint64_t since, struct seen_audit *seen)
{
    return audit_read(since, &seen->sequence, &seen->time, &seen->sender, &seen->subject,
                      seen->action, seen->target, &seen->decision, &seen->reason);
}

#endif
