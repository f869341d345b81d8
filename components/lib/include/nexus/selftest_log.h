/*
 * For components that test the system from inside: a record of logd's journal as one thing. Include it behind
 * the component's own header; the component has `uses LogQuery log_query;`.
 */
#ifndef NEXUS_SELFTEST_LOG_H
#define NEXUS_SELFTEST_LOG_H

#include <stddef.h>
#include <stdint.h>

/* What a query of the journal answers. */
struct seen {
    uint64_t sequence, time;
    uint32_t sender;
    enum LogLevel level;
    char scope[LOG_QUERY_QUERY_SCOPE_MAX + 1];
    char message[LOG_QUERY_QUERY_MESSAGE_MAX + 1];
    unsigned char fields[LOG_QUERY_QUERY_FIELDS_MAX];
    size_t fields_len;
};

/* The oldest record behind `since`: 0, or what the query answered. */
static inline int look(uint64_t since, struct seen *seen)
{
    return log_query_query(since, &seen->sequence, &seen->time, &seen->sender, &seen->level,
                           seen->scope, seen->message, seen->fields, &seen->fields_len);
}

#endif
