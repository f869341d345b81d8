/* What the tests of logd share: its clients, and what they ask. */
#ifndef LOGD_ASK_H
#define LOGD_ASK_H

#include "logd.mock.h"

#include "journal.h"

extern const struct nexus_client talker, quiet, judge;

/* The time; only forward, as on the machine. */
extern uint64_t clock_ticks;
void pass(uint64_t ticks);

/* For cmocka: a logd of a machine that has just booted. */
int fresh(void **state);

/* What a query answers. */
struct seen {
    uint64_t sequence, time;
    uint32_t sender;
    enum LogLevel level;
    char scope[65], message[257];
    uint8_t fields[512];
    size_t fields_len;
};

struct seen_audit {
    uint64_t sequence, time;
    uint32_t sender, subject;
    char action[33], target[65];
    enum Decision decision;
    enum Reason reason;
};

struct stats {
    uint64_t appended, dropped, limited, recorded, audit_dropped;
};

int append(struct nexus_client client, const char *message);
int look(uint64_t since, struct seen *seen);

/* Has judge record a denial; the number of the record. */
uint64_t record(uint32_t subject, const char *target);
int look_audit(uint64_t since, struct seen_audit *seen);

struct stats stats(void);

/* logd_survival.c; how many failed. */
int logd_survival_tests(void);

#endif
