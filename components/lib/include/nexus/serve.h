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

/* What the dispatch returns when the reply follows later. No reply has this tag: its count of words is wrong. */
#define NEXUS_NO_REPLY UINT64_MAX

/* The words that the tag of a reply counts. */
extern uint64_t nexus_reply_words[NEURON_MESSAGE_WORDS];

/* The glue of a component type defines those that it needs; the library has weak empty ones. */
void nexus_glue_start(void); /* once, before main */

/*
 * A request: what a receive leaves in a0..a6, so that it stays there on its way to the method. Its bytes are in the IN
 * page. Returns the tag of the reply, which leaves together with the next receive and so costs no trap of its own; its
 * bytes stay in the IN page until then.
 */
uint64_t nexus_glue_dispatch(int64_t status, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                             uint64_t w3, uint64_t badge);
void nexus_glue_notified(uint64_t bits); /* bits of the notification word */
void nexus_glue_peers(uint64_t tasks);   /* clients that died, a bit per task */

#endif
