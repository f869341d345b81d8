/*
 * A kernel and a policyd around the glue of a guarded server: requests are delivered one by one, and what
 * the glue asks is answered as the test says. The messages are written by hand, so that a mistake that the
 * generator makes on both sides is seen.
 */
#ifndef FAKE_H
#define FAKE_H

#include <neuron/abi.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(actual, expected)                                                              \
    check_equal((long long)(actual), (long long)(expected), #actual, __FILE__, __LINE__)

void check(bool truth, const char *text, const char *file, int line);
void check_equal(long long actual, long long expected, const char *text, const char *file,
                 int line);

/* What policyd answers to one question. */
struct says {
    int64_t status; /* of the kernel; 0: there is a reply */
    uint64_t tag;
    uint64_t decision;
};
extern const struct says says_allow, says_deny;

struct fake {
    struct says says[4]; /* to the first question, the second, ...; the last again and again */
    unsigned count;      /* of them */
    unsigned asked;      /* questions so far */
    uint64_t slot;       /* of the last question */
    uint64_t deadline;
    uint32_t subject;
    char capability[65];
    unsigned handled; /* handlers run so far */
    unsigned refused; /* calls of NAME_client_refused() */
    uint32_t task;    /* of the client of the last handler */
    char text[17];    /* what label() was given */
    uint64_t reply;   /* tag of the last reply */
    uint64_t now;
};
extern struct fake fake;

extern uint8_t __nexus_in[], __nexus_out[];

/* Forgets what happened; decisions that the glue keeps stay. */
void fake_reset(void);
/* What policyd says from now on. */
void fake_says(struct says first);
void fake_then(struct says next);

/* The status that the last reply says. */
int fake_status(void);
/* Delivers a request of so many bytes, or of so many words if there are none; the status it is answered with. */
int deliver(uint64_t badge, uint64_t method, const void *message, size_t bytes, uint64_t word);
#endif
