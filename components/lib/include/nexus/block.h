/*
 * Blocks of a disk, as virtioblkd serves them: a ring of requests and one of answers in the dataport `ring` of an
 * interface Block, data in the dataport `buffers`, which the disk reads and writes itself.
 *
 *     uint64_t sectors;
 *     bool read_only;
 *     struct nexus_block_client blocks;
 *
 *     disk_open(&sectors, &read_only);                     a session begins, the counts are zero
 *     nexus_block_begin(&blocks, disk_ring());
 *     nexus_block_ask(&blocks, &request);                  as many as there is room for
 *     disk_go(blocks.asked, blocks.seen, &blocks.answered);  waits until one of them is answered
 *     while (nexus_block_take(&blocks, &answer)) { ... }
 *
 * Answers come as requests are done, in any order; `tag` says whose they are. FLUSH is for what this client wrote:
 * it begins when all earlier requests are answered, and what was answered before it is on the disk when it is DONE.
 * Whoever wants order without the disk asks for a BARRIER. Later requests wait for both.
 *
 * When virtioblkd died (NEURON_PEER_DIED, NEURON_PEER_RESTARTED) the session is gone, and what was not answered may
 * have been done or not: open again, and repeat what matters. The same holds for one request that is LOST.
 */
#ifndef NEXUS_BLOCK_H
#define NEXUS_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NEXUS_BLOCK_DEPTH = 32, /* requests of a client, a power of two */
    NEXUS_BLOCK_SECTOR = 512,
    NEXUS_BLOCK_BUFFER_BYTES = 0x200000 /* of `buffers` */
};

enum nexus_block_operation {
    NEXUS_BLOCK_READ = 1,
    NEXUS_BLOCK_WRITE = 2,
    NEXUS_BLOCK_FLUSH = 3,
    NEXUS_BLOCK_BARRIER = 4
};

enum nexus_block_result {
    NEXUS_BLOCK_DONE = 0,
    NEXUS_BLOCK_IO_ERROR = 1,      /* the disk says so */
    NEXUS_BLOCK_BAD_OPERATION = 2, /* there is none of this number */
    NEXUS_BLOCK_BAD_SECTORS = 3,   /* none, or not all in the client's extent */
    NEXUS_BLOCK_BAD_BUFFER = 4,    /* not all in `buffers` */
    NEXUS_BLOCK_READ_ONLY = 5,     /* the disk is */
    NEXUS_BLOCK_LOST = 6           /* the disk was reset: it may have been done or not */
};

struct nexus_block_request {
    uint64_t sector;  /* the first one; 0 is the beginning of the client's extent */
    uint32_t sectors; /* how many */
    uint32_t offset;  /* in `buffers`, in bytes */
    uint32_t operation;
    uint32_t tag; /* for the client */
};

struct nexus_block_answer {
    uint32_t tag;
    uint32_t result;
};

/* What is in `ring`. Number n, from 0, is entry n % NEXUS_BLOCK_DEPTH; the numbers themselves travel in calls. */
struct nexus_block_ring {
    struct nexus_block_request requests[NEXUS_BLOCK_DEPTH]; /* the client writes them */
    struct nexus_block_answer answers[NEXUS_BLOCK_DEPTH];   /* virtioblkd writes them */
};

/* The client's side of a session. */
struct nexus_block_client {
    struct nexus_block_ring *ring;
    uint32_t asked;    /* requests in the ring, ever */
    uint32_t answered; /* of them, as the last call said */
    uint32_t seen;     /* answers taken */
};

static inline void nexus_block_begin(struct nexus_block_client *client, void *ring)
{
    *client = (struct nexus_block_client){.ring = ring};
}

/* Puts a request into the ring. False: there is no room until answers are taken. */
static inline bool nexus_block_ask(struct nexus_block_client *client,
                                   const struct nexus_block_request *request)
{
    if (client->asked - client->seen >= NEXUS_BLOCK_DEPTH) {
        return false;
    }
    client->ring->requests[client->asked % NEXUS_BLOCK_DEPTH] = *request;
    client->asked++;
    return true;
}

/* Takes the next answer. False: there is none. */
static inline bool nexus_block_take(struct nexus_block_client *client,
                                    struct nexus_block_answer *answer)
{
    if (client->seen == client->answered) {
        return false;
    }
    *answer = client->ring->answers[client->seen % NEXUS_BLOCK_DEPTH];
    client->seen++;
    return true;
}

#endif
