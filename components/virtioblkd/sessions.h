/*
 * Sessions: what each client asked for, and what of it the device has. What is in a ring was written by the client,
 * who may write it again at any moment: a request is copied once, the copy is checked, and the copy is what is done.
 */
#ifndef VIRTIOBLKD_SESSIONS_H
#define VIRTIOBLKD_SESSIONS_H

#include "extents.h"

#include <nexus/block.h>
#include <nexus/serve.h>
#include <stdbool.h>
#include <stdint.h>

struct session {
    struct extent extent;
    volatile struct nexus_block_ring *ring;
    uint64_t buffers;                /* slot */
    struct nexus_block_request next; /* if it is held */
    uint32_t client;                 /* whose connection opened it; 0: nobody */

    uint32_t asked, taken, answered; /* requests since it began */
    uint32_t under_way;              /* requests that the device has, of an earlier session too */
    uint32_t seen;                   /* answers, by the call that waits for more */

    bool open;
    bool flushing;       /* the device has a flush, and nothing else is taken */
    bool held;           /* `next` was taken, and waits until nothing is under way */
    bool opening, going; /* calls that wait */
    struct nexus_client opener;
    struct nexus_token open_token, go_token;
};

/* A request that was checked, for the device. */
struct request {
    struct session *session;
    uint32_t operation, tag;
    uint64_t sector; /* of the disk */
    uint64_t buffers;
    uint32_t offset, bytes;
};

/* Sets up a session for each extent. A disk that does not flush writes through (virtio 1.2, 5.2.5.2): a flush of it is
 * a barrier. */
void sessions_begin(const struct extent *extents, uint32_t count, bool read_only, bool flushes);

/* The session of a client: NULL if no part of the disk is for it. */
struct session *session_of(struct nexus_client client);

/* The client's session ends: nothing more of it is taken, and what is under way is answered to nobody. */
void session_end(struct session *session);

/* Begins one, which has nothing under way. */
void session_start(struct session *session, struct nexus_client client, void *ring,
                   uint64_t buffers);

/* Notes how many requests there are and how many answers were taken. False: that cannot be. */
bool session_count(struct session *session, uint32_t asked, uint32_t seen);

/* Takes the next request that is for the device, of one session after the other; those that are wrong are answered on the
 * way. False: there is none now. */
bool sessions_take(struct request *request);

/* The device has done a request that was taken. */
void session_answer(const struct request *request, enum nexus_block_result result);

/* The i-th session; NULL: there are fewer. */
struct session *session_number(uint32_t i);

#endif
