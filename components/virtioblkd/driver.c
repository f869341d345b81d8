/*
 * Blocks of the virtio-blk device. Requests of all sessions go to one queue, of which this is the only owner: their
 * data stays where it is, in the client's buffers, and only a header and a status byte are ours.
 *
 * A device that fails, or does not do a request in time, is reset, and what it had is answered as LOST. If it fails
 * again before it did anything, this life ends: the next one begins with another reset, and if that happens too
 * often, init gives us up. Nothing of a session survives that, so no request is done twice.
 */
#include "block_driver.nexus.h"

#include "driver.h"
#include "sessions.h"

#include <inttypes.h>
#include <nexus/log.h>
#include <nexus/time.h>
#include <nexus/virtio.h>
#include <stdio.h>
#include <stdlib.h>

/* virtio 1.2, 5.2 */
enum {
    FEATURE_READ_ONLY = 5,
    FEATURE_BLOCK_SIZE = 6,
    FEATURE_FLUSH = 9,
    CONFIG_CAPACITY = 0,
    CONFIG_BLOCK_SIZE = 20,
    TYPE_IN = 0,
    TYPE_OUT = 1,
    TYPE_FLUSH = 4,
    STATUS_OK = 0,
    STATUS_NONE = 255 /* the device has not written it */
};
#define BIT(n) (UINT64_C(1) << (n))
#define WANTED (BIT(FEATURE_READ_ONLY) | BIT(FEATURE_BLOCK_SIZE) | BIT(FEATURE_FLUSH))

enum { QUEUE = 0, BUFFERS = 3 };

_Static_assert(sizeof(struct nexus_block_ring) <= BLOCKS_RING_BYTES, "so has a ring");
_Static_assert(NEXUS_BLOCK_BUFFER_BYTES == BLOCKS_BUFFERS_BYTES, "clients know how long it is");

static struct nexus_queue queue;
static uint64_t features;
static bool worked; /* it has done something since it was opened */

/* What the device has. */
static struct {
    struct request request; /* its session is NULL: nothing */
    uint64_t since;
} in_flight[REQUESTS];

static void give_up(const char *what, const char *why)
{
    LOG_ERROR("%s: %s", what, why);
    exit(EXIT_FAILURE);
}

/* --- the device ---------------------------------------------------------------------------------- */

static int open_device(void)
{
    int status = nexus_virtio_open(&device, NEURON_CLASS_VIRTIO_BLK, WANTED, &features);

    worked = false;
    if (status == 0) {
        status = nexus_queue_open(&queue, &device, QUEUE, REQUESTS, BUFFERS);
    }
    return status != 0 ? status : nexus_virtio_start(&device);
}

static void answer(uint32_t n, enum nexus_block_result result)
{
    session_answer(&in_flight[n].request, result);
    in_flight[n].request.session = NULL;
}

/* Resets the device and goes on without what it had. */
static void recover(const char *why)
{
    uint32_t lost = 0;

    if (device.failure == 0) {
        nexus_virtio_fail(&device, NEXUS_BAD_DEVICE);
    }
    if (!worked) {
        give_up("the device cannot be used", why);
    }
    for (uint32_t n = 0; n < REQUESTS; n++) {
        if (in_flight[n].request.session != NULL) {
            answer(n, NEXUS_BLOCK_LOST);
            lost++;
        }
    }
    LOG_WARN("the device was reset: %s (%u requests may be done or not)", why, (unsigned)lost);
    const int status = open_device();
    if (status != 0) {
        give_up("the device cannot be used again", nexus_strerror(status));
    }
}

/* Gives it request n. */
static void post(uint32_t n, bool kick)
{
    const struct request *request = &in_flight[n].request;
    const bool reads = request->operation == NEXUS_BLOCK_READ;
    const bool has_data = request->operation != NEXUS_BLOCK_FLUSH;
    struct nexus_buffer buffers[BUFFERS];
    uint32_t count = 0;

    frames->headers[n].type = has_data ? (reads ? TYPE_IN : TYPE_OUT) : TYPE_FLUSH;
    frames->headers[n].reserved = 0;
    frames->headers[n].sector = has_data ? request->sector : 0;
    frames->statuses[n] = STATUS_NONE;
    buffers[count++] = (struct nexus_buffer){DEV_DMA_SLOT,
                                             frames_offset + offsetof(struct frames, headers[0]) +
                                                 n * sizeof(frames->headers[0]),
                                             sizeof(frames->headers[0]), false};
    if (has_data) {
        buffers[count++] =
            (struct nexus_buffer){request->buffers, request->offset, request->bytes, reads};
    }
    buffers[count++] = (struct nexus_buffer){
        DEV_DMA_SLOT, frames_offset + offsetof(struct frames, statuses[0]) + n,
        sizeof(frames->statuses[0]), true};
    in_flight[n].since = nexus_now();
    const int status = nexus_queue_post(&queue, n, buffers, count, kick);
    if (status != 0) {
        recover(nexus_strerror(status));
    }
}

/* A place for a request; looks first behind the last one, which is likely to be free. */
static bool find_free(uint32_t *n)
{
    static uint32_t last;

    for (uint32_t looked = 0; looked < REQUESTS; looked++) {
        last = last + 1 < REQUESTS ? last + 1 : 0;
        if (in_flight[last].request.session == NULL) {
            *n = last;
            return true;
        }
    }
    return false;
}

/* Gives the device what there is and what it has room for. It is told with the last one. */
static void feed(void)
{
    uint32_t n = 0;
    uint32_t next = 0;
    bool more = find_free(&n) && sessions_take(&in_flight[n].request);

    while (more) {
        more = find_free(&next) && sessions_take(&in_flight[next].request);
        post(n, !more);
        n = next;
    }
}

/* Whether the device has done a request. */
static enum nexus_block_result result_of(uint32_t n, uint32_t bytes)
{
    const struct request *request = &in_flight[n].request;
    const uint32_t data = request->operation == NEXUS_BLOCK_READ ? request->bytes : 0;
    const volatile uint8_t *status = &frames->statuses[n];

    return *status == STATUS_OK && bytes == data + sizeof(frames->statuses[0])
               ? NEXUS_BLOCK_DONE
               : NEXUS_BLOCK_IO_ERROR;
}

/* --- the clients --------------------------------------------------------------------------------- */

/* Whether a call that waits for answers has waited long enough. */
static bool has_news(const struct session *session, uint32_t seen)
{
    return session->answered != seen || session->answered == session->asked;
}

static void start_session(struct session *session, struct nexus_client client)
{
    session_start(session, client, blocks_ring(client), (uint64_t)blocks_buffers_slot(client));
}

/* Answers the calls that wait. STALE: they do not any longer. */
static void reply(void)
{
    for (uint32_t i = 0; session_number(i) != NULL; i++) {
        struct session *session = session_number(i);
        if (session->opening && session->under_way == 0) {
            session->opening = false;
            start_session(session, session->opener);
            (void)blocks_open_reply(session->open_token, 0, session->extent.sectors,
                                    (features & BIT(FEATURE_READ_ONLY)) != 0);
        }
        if (session->going && has_news(session, session->seen)) {
            session->going = false;
            (void)blocks_go_reply(session->go_token, 0, session->answered);
        }
    }
}

int blocks_open(struct nexus_client client, uint64_t *sectors, bool *read_only)
{
    struct session *session = session_of(client);

    if (session == NULL) {
        return BLOCK_NO_EXTENT;
    }
    session_end(session);
    if (session->under_way > 0) {
        session->opening = true;
        session->opener = client;
        session->open_token = nexus_defer();
        return NEXUS_DEFER;
    }
    start_session(session, client);
    *sectors = session->extent.sectors;
    *read_only = (features & BIT(FEATURE_READ_ONLY)) != 0;
    return 0;
}

int blocks_go(struct nexus_client client, uint32_t asked, uint32_t seen, uint32_t *answered)
{
    struct session *session = session_of(client);

    if (session == NULL || !session->open) {
        return session == NULL ? BLOCK_NO_EXTENT : BLOCK_NOT_OPEN;
    }
    session->going = false;
    if (!session_count(session, asked, seen)) {
        return BLOCK_BAD_COUNT;
    }
    feed();
    reply();
    if (has_news(session, seen)) {
        *answered = session->answered;
        return 0;
    }
    session->going = true;
    session->seen = seen;
    session->go_token = nexus_defer();
    return NEXUS_DEFER;
}

void blocks_client_died(struct nexus_client client)
{
    struct session *session = session_of(client);

    if (session != NULL) {
        session_end(session);
    }
}

/* --- what happens -------------------------------------------------------------------------------- */

void dev_interrupt(void)
{
    uint32_t n = 0;
    uint32_t bytes = 0;

    (void)nexus_virtio_acknowledge(&device); /* why it failed is in the device */
    while (nexus_queue_take(&queue, &n, &bytes)) {
        worked = true;
        answer(n, result_of(n, bytes));
    }
    if (device.failure != 0) {
        recover(nexus_strerror(device.failure));
    }
    feed();
    reply();
}

/* Whether the device has had a request for too long. */
static bool is_silent(uint64_t patience)
{
    for (uint32_t n = 0; n < REQUESTS; n++) {
        if (in_flight[n].request.session != NULL && nexus_now() - in_flight[n].since >= patience) {
            return true;
        }
    }
    return false;
}

/* --- the beginning ------------------------------------------------------------------------------- */

/* What the device says of itself. */
static int ask_size(uint64_t *sectors, uint32_t *sector_bytes)
{
    uint32_t words[2] = {0};
    int status = nexus_virtio_config(&device, CONFIG_CAPACITY, words, 2);

    *sectors = words[0] | (uint64_t)words[1] << 32;
    *sector_bytes = NEXUS_BLOCK_SECTOR;
    if (status == 0 && (features & BIT(FEATURE_BLOCK_SIZE)) != 0) {
        status = nexus_virtio_config(&device, CONFIG_BLOCK_SIZE, sector_bytes, 1);
    }
    return status;
}

static void begin(void)
{
    static struct extent found[EXTENTS_MAX];
    uint32_t count = 0;
    uint64_t sectors = 0;
    uint32_t sector_bytes = 0;
    char line[80];
    const int status = ask_size(&sectors, &sector_bytes);

    if (status != 0) {
        give_up("the device cannot be used", nexus_strerror(status));
    }
    const char *wrong = extents_read(extents, sectors, found, &count);
    if (wrong != NULL) {
        give_up("`extents` cannot be used", wrong);
    }
    sessions_begin(found, count, (features & BIT(FEATURE_READ_ONLY)) != 0,
                   (features & BIT(FEATURE_FLUSH)) != 0);
    (void)snprintf(line, sizeof(line), "virtio-blk up (ss=%" PRIu32 " nsec=%" PRIu64 ")",
                   sector_bytes, sectors);
    nexus_log_about("blk", line);
    printf("ready\n");
}

int main(void)
{
    const uint64_t patience = NEXUS_MS(patience_ms);
    const int status = open_device();

    if (status == NEURON_EMPTY_SLOT) {
        printf("no device was granted\n");
        return 0;
    }
    if (status != 0) {
        give_up("the device cannot be used", nexus_strerror(status));
    }
    printf("mmio window mapped ok\n");
    begin();
    for (;;) {
        nexus_serve_until(nexus_now() + patience / 2);
        if (is_silent(patience)) {
            recover("it does not answer");
            feed();
            reply();
        }
    }
}
