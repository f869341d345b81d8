/* Sessions: what each client asked for, and what of it the device has. */
#include "sessions.h"

#include <nexus/access.h>
#include <string.h>

static struct session sessions[EXTENTS_MAX];
static uint32_t extent_count;
static uint32_t turn; /* whose request is the next one */
static bool disk_is_read_only, disk_flushes;

void sessions_begin(const struct extent *extents, uint32_t count, bool read_only, bool flushes)
{
    for (uint32_t i = 0; i < count; i++) {
        sessions[i] = (struct session){.extent = extents[i]};
    }
    extent_count = count;
    turn = 0;
    disk_is_read_only = read_only;
    disk_flushes = flushes;
}

struct session *session_number(uint32_t i)
{
    return i < extent_count ? &sessions[i] : NULL;
}

struct session *session_of(struct nexus_client client)
{
    for (uint32_t i = 0; i < extent_count; i++) {
        struct session *session = &sessions[i];
        /* Of two connections of one instance the first has it: they would have a ring each. */
        if (session->client == client.id ||
            (session->client == 0 && strcmp(session->extent.client, client.name) == 0)) {
            return session;
        }
    }
    return NULL;
}

void session_end(struct session *session)
{
    session->open = false;
    session->held = false;
    session->opening = false;
    session->going = false;
}

void session_start(struct session *session, struct nexus_client client, void *ring,
                   uint64_t buffers)
{
    session->client = client.id;
    session->ring = ring;
    session->buffers = buffers;
    session->asked = 0;
    session->taken = 0;
    session->answered = 0;
    session->open = true;
}

bool session_count(struct session *session, uint32_t asked, uint32_t seen)
{
    const uint32_t window = asked - seen;

    /* All numbers wrap around; `seen` is behind what was answered, and that behind what was asked for before. */
    if (window > NEXUS_BLOCK_DEPTH || asked - session->asked > window ||
        asked - session->answered > window) {
        return false;
    }
    session->asked = asked;
    return true;
}

static void put_answer(struct session *session, uint32_t tag, enum nexus_block_result result)
{
    volatile struct nexus_block_answer *answer =
        &session->ring->answers[session->answered % NEXUS_BLOCK_DEPTH];

    answer->tag = tag;
    answer->result = result;
    session->answered++;
}

/* Copies the next request; the copy is what counts. False: there is none. */
static bool copy_next(struct session *session)
{
    const volatile struct nexus_block_request *from =
        &session->ring->requests[session->taken % NEXUS_BLOCK_DEPTH];

    if (session->taken == session->asked) {
        return false;
    }
    session->next = (struct nexus_block_request){
        .sector = nexus_read64(&from->sector),
        .sectors = nexus_read32(&from->sectors),
        .offset = nexus_read32(&from->offset),
        .operation = nexus_read32(&from->operation),
        .tag = nexus_read32(&from->tag),
    };
    session->taken++;
    session->held = true;
    return true;
}

static enum nexus_block_result check(const struct session *session,
                                     const struct nexus_block_request *next)
{
    const struct extent *extent = &session->extent;

    if (next->operation == NEXUS_BLOCK_FLUSH || next->operation == NEXUS_BLOCK_BARRIER) {
        return NEXUS_BLOCK_DONE;
    }
    if (next->operation != NEXUS_BLOCK_READ && next->operation != NEXUS_BLOCK_WRITE) {
        return NEXUS_BLOCK_BAD_OPERATION;
    }
    if (next->operation == NEXUS_BLOCK_WRITE && disk_is_read_only) {
        return NEXUS_BLOCK_READ_ONLY;
    }
    if (next->sectors == 0 || next->sector > extent->sectors ||
        next->sectors > extent->sectors - next->sector) {
        return NEXUS_BLOCK_BAD_SECTORS;
    }
    if (next->offset > NEXUS_BLOCK_BUFFER_BYTES ||
        next->sectors > (NEXUS_BLOCK_BUFFER_BYTES - next->offset) / NEXUS_BLOCK_SECTOR) {
        return NEXUS_BLOCK_BAD_BUFFER;
    }
    return NEXUS_BLOCK_DONE;
}

/* Whether a request waits until those before it are answered. */
static bool is_ordered(const struct nexus_block_request *next)
{
    return next->operation == NEXUS_BLOCK_FLUSH || next->operation == NEXUS_BLOCK_BARRIER;
}

static bool is_for_the_device(const struct nexus_block_request *next)
{
    return next->operation != NEXUS_BLOCK_BARRIER &&
           (next->operation != NEXUS_BLOCK_FLUSH || disk_flushes);
}

/* The session's next request for the device. */
static bool take(struct session *session, struct request *request)
{
    while (session->open && !session->flushing && (session->held || copy_next(session))) {
        const struct nexus_block_request *next = &session->next;
        const enum nexus_block_result result = check(session, next);

        if (is_ordered(next) && session->under_way > 0) {
            return false;
        }
        session->held = false;
        if (result != NEXUS_BLOCK_DONE || !is_for_the_device(next)) {
            put_answer(session, next->tag, result);
            continue;
        }
        session->flushing = next->operation == NEXUS_BLOCK_FLUSH;
        session->under_way++;
        *request = (struct request){.session = session,
                                    .operation = next->operation,
                                    .tag = next->tag,
                                    .sector = session->extent.first + next->sector,
                                    .buffers = session->buffers,
                                    .offset = next->offset,
                                    .bytes = next->sectors * NEXUS_BLOCK_SECTOR};
        return true;
    }
    return false;
}

bool sessions_take(struct request *request)
{
    for (uint32_t n = 0; n < extent_count; n++) {
        struct session *session = &sessions[turn];
        turn = (turn + 1) % extent_count;
        if (take(session, request)) {
            return true;
        }
    }
    return false;
}

void session_answer(const struct request *request, enum nexus_block_result result)
{
    struct session *session = request->session;

    session->under_way--;
    session->flushing = false;
    if (session->open) {
        put_answer(session, request->tag, result);
    }
}
