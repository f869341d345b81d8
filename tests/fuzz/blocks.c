/*
 * What clients of virtioblkd write into their rings, and say of them: whatever it is, a request that is given to the
 * device lies in the extent and in the buffers of its client; a flush is alone; nothing is written to a read-only disk; each
 * request is answered once, or belongs to a session that has ended; and what a client does later to a request that
 * was taken changes nothing.
 *
 * An input: a byte for the disk, 2 left; then steps of 32 bytes: what, whose, which, 5 left, and a ring entry.
 */
#include "cmocka_all.h"

#include "fuzzer.h"
#include "sessions.h"

#include <string.h>

enum { HEADER = 3, ENTRY = 8, STEP = 32, CLIENTS = 2, HELD_MAX = 40 };
enum { OPEN, PUT, COUNT, TAKE, DONE, END, SCRIBBLE, STEPS };

static const struct extent extents[CLIENTS] = {{"one", 5, 100}, {"two", 105, UINT64_C(1) << 54}};
static struct nexus_block_ring rings[CLIENTS];
static uint32_t asked[CLIENTS], seen[CLIENTS]; /* as the client said, and it was accepted */
static uint32_t flushes[CLIENTS], under_way[CLIENTS];
static struct request held[HELD_MAX]; /* by the device */
static uint32_t held_count;
static bool read_only, disk_flushes;

static uint32_t number_of(const struct session *session)
{
    return session == session_number(0) ? 0 : 1;
}

static void open_session(uint32_t which)
{
    const struct nexus_client client = {
        .id = which + 1, .name = extents[which].client, .task = which};
    struct session *session = session_of(client);

    assert_non_null(session);
    session_end(session);
    if (session->under_way == 0) {
        session_start(session, client, &rings[which], 100 + which);
        asked[which] = 0;
        seen[which] = 0;
    }
}

/* Numbers are right most of the time. */
static void count(uint32_t which, uint32_t how, const uint8_t *entry)
{
    struct session *session = session_number(which);
    uint32_t numbers[2] = {asked[which] + how % 8, session->answered};

    if (how >= 128) {
        memcpy(numbers, entry, sizeof(numbers));
        numbers[0] = how % 2 == 0 ? asked[which] + numbers[0] % 64 : numbers[0];
        numbers[1] = how % 4 < 2 ? seen[which] + numbers[1] % 64 : numbers[1];
    }
    if (session->open && session_count(session, numbers[0], numbers[1])) {
        assert_true(numbers[0] - numbers[1] <= NEXUS_BLOCK_DEPTH);
        assert_true(numbers[0] - asked[which] <= NEXUS_BLOCK_DEPTH);
        assert_true(session->answered - numbers[1] <= NEXUS_BLOCK_DEPTH);
        asked[which] = numbers[0];
        seen[which] = numbers[1];
    }
}

static void check(const struct request *request)
{
    const uint32_t which = number_of(request->session);
    const uint64_t sectors = request->bytes / NEXUS_BLOCK_SECTOR;

    assert_true(request->session->open && request->buffers == 100 + which && flushes[which] == 0);
    if (request->operation == NEXUS_BLOCK_FLUSH) {
        assert_true(under_way[which] == 0 && disk_flushes);
        flushes[which]++;
    } else {
        assert_true(request->operation == NEXUS_BLOCK_READ ||
                    (request->operation == NEXUS_BLOCK_WRITE && !read_only));
        assert_true(sectors > 0 && request->bytes % NEXUS_BLOCK_SECTOR == 0);
        assert_true(request->sector >= extents[which].first);
        assert_true(request->sector - extents[which].first < extents[which].sectors);
        assert_true(sectors <= extents[which].sectors - (request->sector - extents[which].first));
        assert_true((uint64_t)request->offset + request->bytes <= NEXUS_BLOCK_BUFFER_BYTES);
    }
    under_way[which]++;
}

static void take(void)
{
    if (held_count < HELD_MAX && sessions_take(&held[held_count])) {
        check(&held[held_count]);
        held_count++;
    }
}

static void done(uint32_t n)
{
    if (held_count == 0) {
        return;
    }
    const struct request request = held[n % held_count];
    const uint32_t which = number_of(request.session);
    const uint32_t before = request.session->answered;
    const uint32_t place = before % NEXUS_BLOCK_DEPTH;

    session_answer(&request, NEXUS_BLOCK_IO_ERROR);
    assert_int_equal(request.session->answered - before, request.session->open ? 1 : 0);
    if (request.session->open) {
        assert_int_equal(rings[which].answers[place].tag, request.tag);
        assert_int_equal(rings[which].answers[place].result, NEXUS_BLOCK_IO_ERROR);
    }
    under_way[which]--;
    flushes[which] = 0;
    held_count--;
    held[n % (held_count + 1)] = held[held_count];
}

static void step(const uint8_t *data)
{
    const uint32_t which = data[1] % CLIENTS;
    uint8_t *ring = (uint8_t *)&rings[which];

    switch (data[0] % STEPS) {
    case OPEN:
        open_session(which);
        break;
    case PUT:
        memcpy(&rings[which].requests[data[2] % NEXUS_BLOCK_DEPTH], data + ENTRY,
               sizeof(rings[which].requests[0]));
        break;
    case COUNT:
        count(which, data[2], data + ENTRY);
        break;
    case TAKE:
        take();
        break;
    case DONE:
        done(data[2]);
        break;
    case END:
        session_end(session_number(which));
        break;
    default:
        for (size_t i = 0; i < sizeof(rings[which]); i++) {
            ring[i] ^= data[ENTRY + i % (STEP - ENTRY)];
        }
        break;
    }
}

/* At the end the device does all that it is given, and then each session has its answers. */
static void drain(void)
{
    for (uint32_t n = 0; n < 4 * CLIENTS * NEXUS_BLOCK_DEPTH; n++) {
        take();
        done(0);
    }
    assert_int_equal(held_count, 0);
    for (uint32_t which = 0; which < CLIENTS; which++) {
        const struct session *session = session_number(which);
        assert_int_equal(session->under_way, 0);
        assert_true(!session->open || session->answered == asked[which]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEADER) {
        return 0;
    }
    read_only = (data[0] & 1) != 0;
    disk_flushes = (data[0] & 2) == 0;
    sessions_begin(extents, CLIENTS, read_only, disk_flushes);
    memset(rings, 0, sizeof(rings));
    memset(asked, 0, sizeof(asked));
    memset(seen, 0, sizeof(seen));
    memset(flushes, 0, sizeof(flushes));
    memset(under_way, 0, sizeof(under_way));
    held_count = 0;
    for (size_t at = HEADER; at + STEP <= size; at += STEP) {
        step(data + at);
    }
    drain();
    return 0;
}
