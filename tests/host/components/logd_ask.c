/* Asking logd as its clients do. */
#include "logd_ask.h"

#include "cmocka_all.h"

#include <nexus/host.h>
#include <nexus/time.h>
#include <string.h>

const struct nexus_client talker = {.id = 1, .name = "talker", .task = 7};
const struct nexus_client quiet = {.id = 2, .name = "quiet", .task = 9};
const struct nexus_client judge = {.id = 3, .name = "policyd", .task = 2};

uint64_t clock_ticks; /* only forward, as on the machine */

void pass(uint64_t ticks)
{
    clock_ticks += ticks;
    host_clock_set(clock_ticks);
}

int fresh(void **state)
{
    (void)state;
    logd_mock_reset();
    memset(&journal_memory, 0, sizeof(journal_memory));
    assert_int_equal(journal_open(), JOURNAL_NEW);
    pass(NEXUS_S(1000)); /* every sender may append again */
    return 0;
}

int append(struct nexus_client client, const char *message)
{
    return log_append(client, LOG_LEVEL_INFO, "test", message, NULL, 0);
}

int look(uint64_t since, struct seen *seen)
{
    memset(seen, 0, sizeof(*seen));
    return query_query(quiet, since, &seen->sequence, &seen->time, &seen->sender, &seen->level,
                       seen->scope, seen->message, seen->fields, &seen->fields_len);
}

int look_audit(uint64_t since, struct seen_audit *seen)
{
    memset(seen, 0, sizeof(*seen));
    return audit_query_read(quiet, since, &seen->sequence, &seen->time, &seen->sender,
                            &seen->subject, seen->action, seen->target, &seen->decision,
                            &seen->reason);
}

uint64_t record(uint32_t subject, const char *target)
{
    uint64_t sequence = 0;
    assert_int_equal(audit_record(judge, subject, "policy.check", target, DECISION_DENY,
                                  REASON_POLICY, &sequence),
                     0);
    return sequence;
}

struct stats stats(void)
{
    struct stats s;
    assert_int_equal(
        query_stats(quiet, &s.appended, &s.dropped, &s.limited, &s.recorded, &s.audit_dropped), 0);
    return s;
}
