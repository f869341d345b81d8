/*
 * Bulk extents: how messages longer than a message page travel. Each connection that needs them has
 * two: the client writes its requests into the in half, the server its replies into the out half, and
 * neither can write the other's.
 *
 * A call has a number, `tag`, one more than the last: it survives a restart of the client, because the
 * in half does. The server notes in the out half which call it has taken (`started`) and which it has
 * answered (`tag`). A client that gives up at its deadline after the server has taken the call must not
 * use the extents until the server has answered it, or has restarted (`epoch` changes): BUSY until then.
 * If the server has not taken it, it never will: the kernel has withdrawn the call, and a server is of
 * higher priority than its clients, so it cannot be about to.
 */
#ifndef NEXUS_BULK_H
#define NEXUS_BULK_H

#include <neuron/status.h>
#include <nexus/status.h>
#include <stdint.h>

enum { NEXUS_BULK_HEADER_BYTES = 64 };

/* At the start of each half; the message follows after NEXUS_BULK_HEADER_BYTES. */
struct nexus_bulk_header {
    volatile uint64_t epoch;   /* out: starts of the server */
    volatile uint64_t tag;     /* in: the last call; out: the last that was answered */
    volatile uint64_t length;  /* bytes of the message */
    volatile uint64_t started; /* out: the last call that was taken */
};

/* The pair of one connection, as one end sees it. */
struct nexus_bulk {
    struct nexus_bulk_header *in;
    struct nexus_bulk_header *out;
    uint64_t in_room; /* bytes of the longest message */
    uint64_t out_room;
    uint64_t abandoned; /* client: the call given up while the server worked on it; 0: none */
    uint64_t epoch;     /* client: the server's epoch then */
};

static inline uint8_t *nexus_bulk_body(struct nexus_bulk_header *half)
{
    return (uint8_t *)half + NEXUS_BULK_HEADER_BYTES;
}

/* All that was written before is visible to whoever sees what is written next. */
static inline void nexus_bulk_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Client: notes that the last call was given up, if the server still works on it. */
static inline void nexus_bulk_abandon(struct nexus_bulk *bulk)
{
    const uint64_t call = bulk->in->tag;
    if (call != 0 && bulk->out->started == call && bulk->out->tag != call) {
        bulk->abandoned = call;
        bulk->epoch = bulk->out->epoch;
    }
}

/* Client: the place for a new call's message; BUSY while an abandoned one is in the works. */
static inline int nexus_bulk_begin(struct nexus_bulk *bulk, uint8_t **at)
{
    if (bulk == 0) {
        return NEURON_EMPTY_SLOT;
    }
    if (bulk->abandoned != 0) {
        if (bulk->out->tag != bulk->abandoned && bulk->out->epoch == bulk->epoch) {
            return NEXUS_BUSY;
        }
        bulk->abandoned = 0;
    }
    bulk->in->tag = bulk->in->tag + 1;
    *at = nexus_bulk_body(bulk->in);
    return 0;
}

/* Client: the kernel ended the call without a reply. */
static inline void nexus_bulk_failed(struct nexus_bulk *bulk, int64_t status)
{
    if (status == NEURON_TIMEOUT) {
        nexus_bulk_abandon(bulk);
    }
}

/* Client, when it starts: a call of its earlier life may still be in the works. */
static inline void nexus_bulk_start_client(struct nexus_bulk *bulk)
{
    if (bulk != 0) {
        nexus_bulk_abandon(bulk);
    }
}

/* Server, when it starts: whatever it had taken is lost. */
static inline void nexus_bulk_start_server(struct nexus_bulk *bulk)
{
    if (bulk != 0) {
        bulk->out->epoch = bulk->out->epoch + 1;
    }
}

/* Server: it has taken this call. */
static inline void nexus_bulk_started(struct nexus_bulk *bulk, uint64_t call)
{
    bulk->out->started = call;
    nexus_bulk_fence();
}

/* Server: it has answered this call; the message is in the out half. */
static inline void nexus_bulk_done(struct nexus_bulk *bulk, uint64_t call, uint64_t length)
{
    bulk->out->length = length;
    nexus_bulk_fence();
    bulk->out->tag = call;
}

#endif
