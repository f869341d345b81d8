/*
 * A kernel that fits between two pieces of glue in one process: a call copies the client's OUT page to
 * the server's IN page, dispatches at once, and copies the reply back. Tests may spoil both.
 */
#ifndef FAKE_H
#define FAKE_H

#include <neuron/abi.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)
#define CHECK_EQUAL(actual, expected)                                                              \
    do {                                                                                           \
        const long long actual_ = (long long)(actual), expected_ = (long long)(expected);          \
        if (actual_ != expected_) {                                                                \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #actual, actual_, \
                    expected_);                                                                    \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

struct fake_message {
    uint64_t tag;
    uint64_t words[NEURON_MESSAGE_WORDS];
    uint8_t page[NEURON_MESSAGE_BYTES];
};

struct fake {
    uint64_t badge;                               /* of the next calls */
    int64_t refuse;                               /* answered instead of delivering, if not 0 */
    bool withdrawn;                               /* a call without an answer: TIMEOUT */
    void (*spoil_request)(struct fake_message *); /* before the server sees it */
    void (*spoil_reply)(struct fake_message *);   /* before the client sees it */
    void (*later)(void);                          /* runs when a request was deferred */
    uint64_t notified_slot, notified_bits;        /* the last notification */
    uint64_t answered_token;                      /* the last token that was replied to */
    struct fake_message answer;                   /* and what with */
    int64_t reply_status;                         /* what neuron_reply answers */
};
extern struct fake fake;

/* The message pages of both ends. */
extern uint8_t client_in[], client_out[], server_in[], server_out[];

void fake_reset(void);

/* Delivers a request as it is; returns the reply. */
const struct fake_message *fake_deliver(const struct fake_message *request);

/* The server's glue, and the client's under other names (rename.h). */
void client_glue_start(void);
void client_glue_notified(uint64_t bits);

#endif
