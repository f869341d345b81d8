/* Asks and logs on the machine, and believes only what it reads back from logd. */
#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

enum { STATUS_FAILED = 2 };

static void check(bool truth, const char *text, int line)
{
    if (!truth) {
        printf("not true in line %d: %s\n", line, text);
        (void)neuron_power(POWER_SLOT, STATUS_FAILED);
    }
}
#define CHECK(truth) check((truth), #truth, __LINE__)

static void promise_kept(const char *promise)
{
    char text[96];

    (void)snprintf(text, sizeof(text), "%s ok", promise);
    nexus_log_about("SELFTEST", text);
}

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

static int look(uint64_t since, struct seen *seen)
{
    return log_query_query(since, &seen->sequence, &seen->time, &seen->sender, &seen->level,
                           seen->scope, seen->message, seen->fields, &seen->fields_len);
}

static void test_log_query(void)
{
    static const unsigned char fields[] = {0, 7, 255};
    struct seen first = {0};
    struct seen second = {0};
    uint64_t appended = 0, dropped = 1, limited = 1, recorded = 0, audit_dropped = 1;

    const uint64_t before = nexus_now();
    CHECK(log_append(LOG_LEVEL_WARN, "selftest", "first", fields, sizeof(fields)) == 0);
    CHECK(log_append(LOG_LEVEL_INFO, "selftest", "second", NULL, 0) == 0);
    const uint64_t after = nexus_now();
    CHECK(look(0, &first) == 0 && look(first.sequence, &second) == 0);
    CHECK(strcmp(first.scope, "selftest") == 0 && strcmp(first.message, "first") == 0);
    CHECK(first.level == LOG_LEVEL_WARN && second.level == LOG_LEVEL_INFO);
    CHECK(first.fields_len == sizeof(fields) && memcmp(first.fields, fields, sizeof(fields)) == 0);
    CHECK(strcmp(second.message, "second") == 0 && second.fields_len == 0);
    CHECK(second.sequence == first.sequence + 1 && second.sender == first.sender);
    CHECK(before <= first.time && first.time <= second.time && second.time <= after);
    CHECK(look(second.sequence, &first) == LOG_QUERY_NO_RECORD);
    CHECK(log_query_stats(&appended, &dropped, &limited, &recorded, &audit_dropped) == 0);
    CHECK(appended == 2 && dropped == 0 && limited == 0 && audit_dropped == 0);
    promise_kept("log query");
}

int main(void)
{
    test_log_query();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
