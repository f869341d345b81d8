/* Reading what logd has, and comparing it with what it had. */
#include "selftest.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 128 };

/* What is remembered of a record. */
struct memo {
    uint64_t time;
    uint32_t sender;
    char text[LOG_QUERY_QUERY_MESSAGE_MAX + 1]; /* or the target */
};

static struct memo records[MOST], audits[MOST];
static struct counts then;

struct counts counts(void)
{
    struct counts now = {0};

    CHECK(log_query_stats(&now.appended, &now.dropped, &now.limited, &now.recorded,
                          &now.audit_dropped) == 0);
    return now;
}

void meet_logd_again(void)
{
    struct counts now;
    struct seen_audit seen;

    CHECK_RESTARTED_ONCE(log_append(LOG_LEVEL_INFO, "selftest", "again", NULL, 0));
    CHECK_RESTARTED_ONCE(log_query_stats(&now.appended, &now.dropped, &now.limited, &now.recorded,
                                         &now.audit_dropped));
    CHECK_RESTARTED_ONCE(look_audit(0, &seen));
}

void say(const char *message)
{
    CHECK(log_append(LOG_LEVEL_INFO, "selftest", message, NULL, 0) == 0);
}

static struct memo memo(uint64_t time, uint32_t sender, const char *text)
{
    struct memo made = {.time = time, .sender = sender};

    (void)snprintf(made.text, sizeof(made.text), "%s", text);
    return made;
}

static bool same(const struct memo *memo, const struct memo *other)
{
    return memo->time == other->time && memo->sender == other->sender &&
           strcmp(memo->text, other->text) == 0;
}

void remember_records(void)
{
    struct seen seen;
    struct seen_audit audit;

    then = counts();
    CHECK(then.appended > 0 && then.appended <= MOST && then.dropped == 0);
    CHECK(then.recorded > 0 && then.recorded <= MOST && then.audit_dropped == 0);
    for (uint64_t n = 0; n < then.appended; n++) {
        CHECK(look(n, &seen) == 0 && seen.sequence == n + 1);
        records[n] = memo(seen.time, seen.sender, seen.message);
    }
    for (uint64_t n = 0; n < then.recorded; n++) {
        CHECK(look_audit(n, &audit) == 0 && audit.sequence == n + 1);
        audits[n] = memo(audit.time, audit.sender, audit.target);
    }
}

void check_records_kept(void)
{
    struct counts now = counts();
    struct seen seen = {0};
    struct seen_audit audit = {0};
    uint64_t n = 0;

    CHECK(now.appended >= then.appended && now.recorded >= then.recorded);
    CHECK(now.limited == then.limited && now.dropped == 0 && now.audit_dropped == 0);
    for (; look(n, &seen) == 0; n++) {
        const struct memo found = memo(seen.time, seen.sender, seen.message);
        CHECK(seen.sequence == n + 1);
        CHECK(n >= then.appended || same(&found, &records[n]));
        CHECK(strspn(seen.message, "h") < 4); /* what cut.c has begun */
    }
    CHECK(n == now.appended);
    for (n = 0; look_audit(n, &audit) == 0; n++) {
        const struct memo found = memo(audit.time, audit.sender, audit.target);
        CHECK(audit.sequence == n + 1);
        CHECK(n >= then.recorded || same(&found, &audits[n]));
        CHECK(strspn(audit.target, "h") < 4);
    }
    CHECK(n == now.recorded);
}
