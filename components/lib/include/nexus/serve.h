/*
 * Serving: the loop that takes messages and notifications and hands them to the generated glue, which
 * checks them and calls the author's functions.
 */
#ifndef NEXUS_SERVE_H
#define NEXUS_SERVE_H

#include <neuron/abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who calls, as the kernel says: no message can forge it. */
struct nexus_client {
    uint32_t id;      /* the badge of the connection, from 1 */
    uint32_t task;    /* its task: equal on all its connections, and its subject for the policy */
    const char *name; /* the client's instance name */
};

/* An open call, to be answered later. */
struct nexus_token {
    uint64_t value;      /* the kernel's token */
    uint64_t first_word; /* w0 of the request: the tag of a bulk call */
    uint32_t client;     /* the badge of the connection */
};

/* A handler returns this after nexus_defer(): the reply follows by itself. */
#define NEXUS_DEFER (-1000)

/* The open call of the handler that runs now. Only inside a handler. */
struct nexus_token nexus_defer(void);

/* Serves for ever. */
void nexus_serve(void) __attribute__((noreturn));

/* Serves until the deadline (ticks). */
void nexus_serve_until(uint64_t deadline);

/* Serves what is waiting now and returns. */
void nexus_dispatch(void);

/* --- between the loop and the glue ------------------------------------------------------------- */

/* A request as recv delivered it; its bytes are in the IN page. */
struct nexus_request {
    uint64_t tag;
    uint64_t words[NEURON_MESSAGE_WORDS];
    uint64_t badge;
    uint64_t token;
};

/* The reply that waits for the next receive. Words beyond the tag's count are old ones: the kernel sends none. */
extern struct nexus_answer {
    bool pending;
    uint64_t tag;
    uint64_t words[NEURON_MESSAGE_WORDS];
} nexus_answer;

/*
 * Called by the glue at most once for the request that it dispatches: the reply leaves together with the
 * next receive, so it costs no trap of its own. Its bytes stay in the IN page until then. A request whose
 * glue does not call this is deferred. The tag counts no words.
 */
static inline void nexus_reply_bare(uint64_t tag)
{
    nexus_answer.pending = true;
    nexus_answer.tag = tag;
}

/* The same with the words that the tag counts. */
static inline void nexus_reply(uint64_t tag, const uint64_t *words)
{
    nexus_reply_bare(tag);
    for (uint64_t i = 0; i < NEURON_TAG_WORDS(tag); i++) {
        nexus_answer.words[i] = words[i];
    }
}

/* The glue of a component type defines those that it needs; the library has weak empty ones. */
void nexus_glue_start(void); /* once, before main */
void nexus_glue_dispatch(const struct nexus_request *request);
void nexus_glue_notified(uint64_t bits); /* bits of the notification word */
void nexus_glue_peers(uint64_t tasks);   /* clients that died, a bit per task */

#endif
