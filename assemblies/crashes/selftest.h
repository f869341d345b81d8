/* What the parts of the crash test share. */
#ifndef CRASHES_SELFTEST_H
#define CRASHES_SELFTEST_H

#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <nexus/selftest.h>
#include <nexus/time.h>

/* The first call through a slot after the server's restart says so, and is the only one that does. */
#define CHECK_RESTARTED_ONCE(call)                                                                 \
    do {                                                                                           \
        CHECK((call) == NEURON_PEER_RESTARTED);                                                    \
        CHECK((call) == 0);                                                                        \
    } while (0)

struct seen {
    uint64_t sequence, time;
    uint32_t sender;
    enum LogLevel level;
    char scope[LOG_QUERY_QUERY_SCOPE_MAX + 1];
    char message[LOG_QUERY_QUERY_MESSAGE_MAX + 1];
    unsigned char fields[LOG_QUERY_QUERY_FIELDS_MAX];
    size_t fields_len;
};

struct seen_audit {
    uint64_t sequence, time;
    uint32_t sender, subject;
    char action[AUDIT_QUERY_READ_ACTION_MAX + 1];
    char target[AUDIT_QUERY_READ_TARGET_MAX + 1];
    enum Decision decision;
    enum Reason reason;
};

/* The oldest record behind `since`: 0, or what the query answered. */
int look(uint64_t since, struct seen *seen);
int look_audit(uint64_t since, struct seen_audit *seen);

/* What logd has counted; a logd that answers is expected. */
struct counts {
    uint64_t appended, dropped, limited, recorded, audit_dropped;
};
struct counts counts(void);

/* Learns on each connection to logd, once, that it was restarted. */
void meet_logd_again(void);

/* Appends a record; it must be taken. */
void say(const char *message);

/* Remembers all records that there are; later: they are still there as they were, the later ones follow. */
void remember_records(void);
void check_records_kept(void);

/* Asks for what the policy gives us: allowed, and recorded with the next number. */
void check_policyd_decides(void);

/* Those who had no part in it answer. */
void check_others_answer(void);

void test_logd(void);
void test_policyd(void);
void test_driver(void);
void test_without_policyd(void);

#endif
