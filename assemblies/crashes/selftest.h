/* What the parts of the crash test share. */
#ifndef CRASHES_SELFTEST_H
#define CRASHES_SELFTEST_H

#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <nexus/selftest.h>
#include <nexus/selftest_audit.h>
#include <nexus/selftest_log.h>
#include <nexus/time.h>

/* The first call through a slot after the server's restart says so, and is the only one that does. */
#define CHECK_RESTARTED_ONCE(call)                                                                 \
    do {                                                                                           \
        CHECK((call) == NEURON_PEER_RESTARTED);                                                    \
        CHECK((call) == 0);                                                                        \
    } while (0)

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
