/*
 * Writes to its extent, reads it back, and flushes, many requests at a time, and goes on when virtioblkd died. It
 * knows what each of its places must hold: what was acknowledged last; or, if the answer did not come, what it had
 * asked for or what was there before, and from the first reading on the one that was read.
 */
#include "writer.nexus.h"

#include "pattern.h"

#include <neuron/status.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>

enum { PLACES = 12, SECTORS = 8, BYTES = SECTORS * NEXUS_BLOCK_SECTOR, FLUSH = PLACES };
_Static_assert(PLACES < (int)NEXUS_BLOCK_DEPTH, "a round fits in the ring, with its flush");

static struct {
    uint32_t known, perhaps; /* versions; perhaps is 0: it is the known one */
    uint32_t asked;          /* operation under way; 0: none */
    uint32_t version;        /* that is written */
} places[PLACES];
static struct nexus_block_client blocks;
static uint32_t versions, answered, ended;

int writing_done(struct nexus_client client, uint32_t *n_answered, uint32_t *n_ended)
{
    (void)client;
    *n_answered = answered;
    *n_ended = ended;
    return 0;
}

static uint8_t *buffer_of(uint32_t place)
{
    return (uint8_t *)disk_buffers() + (size_t)place * BYTES;
}

/* Begins a session, however often virtioblkd dies meanwhile. */
static void open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = false;

    for (;;) {
        const int status = disk_open(&sectors, &read_only);
        if (status == 0) {
            break;
        }
        CHECK(status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
    }
    CHECK(sectors >= PLACES * SECTORS && !read_only);
    nexus_block_begin(&blocks, disk_ring());
}

static void ask(uint32_t place, uint32_t operation)
{
    const struct nexus_block_request request = {.sector = (uint64_t)place * SECTORS,
                                                .sectors = SECTORS,
                                                .offset = place * BYTES,
                                                .operation = operation,
                                                .tag = place};

    CHECK(nexus_block_ask(&blocks, &request));
}

/* Asks for something at a place. A place that is not known is read first. */
static void ask_place(uint32_t place)
{
    const bool reads = places[place].perhaps != 0 || roll(2) == 0;

    places[place].asked = reads ? NEXUS_BLOCK_READ : NEXUS_BLOCK_WRITE;
    if (reads) {
        pattern_write(buffer_of(place), owner, place * SECTORS, SECTORS, UINT32_MAX);
    } else {
        places[place].version = ++versions;
        pattern_write(buffer_of(place), owner, place * SECTORS, SECTORS, versions);
    }
    ask(place, places[place].asked);
}

static void check_read(uint32_t place)
{
    const uint32_t perhaps = places[place].perhaps;

    if (perhaps != 0 && pattern_is(buffer_of(place), owner, place * SECTORS, SECTORS, perhaps)) {
        places[place].known = perhaps;
    } else {
        CHECK(pattern_is(buffer_of(place), owner, place * SECTORS, SECTORS, places[place].known));
    }
    places[place].perhaps = 0;
}

static void take_answer(const struct nexus_block_answer *answer)
{
    CHECK(answer->result == NEXUS_BLOCK_DONE && answer->tag <= FLUSH);
    answered++;
    if (answer->tag == FLUSH) {
        return;
    }
    if (places[answer->tag].asked == NEXUS_BLOCK_READ) {
        check_read(answer->tag);
    } else {
        CHECK(places[answer->tag].asked == NEXUS_BLOCK_WRITE);
        places[answer->tag].known = places[answer->tag].version;
    }
    places[answer->tag].asked = 0;
}

/* What was not answered may be done or not. */
static void forget(void)
{
    for (uint32_t place = 0; place < PLACES; place++) {
        if (places[place].asked == NEXUS_BLOCK_WRITE) {
            places[place].perhaps = places[place].version;
        }
        places[place].asked = 0;
    }
    ended++;
}

/* Asks for much, and takes all answers. */
static void play_round(void)
{
    struct nexus_block_answer answer;

    for (uint32_t place = 0; place < PLACES; place++) {
        if (roll(3) != 0) {
            ask_place(place);
        }
    }
    if (roll(4) == 0) {
        ask(FLUSH, NEXUS_BLOCK_FLUSH);
    }
    while (blocks.seen != blocks.asked) {
        const int status = disk_go(blocks.asked, blocks.seen, &blocks.answered);
        if (status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED) {
            forget();
            open_session();
            return;
        }
        CHECK(status == 0);
        while (nexus_block_take(&blocks, &answer)) {
            take_answer(&answer);
        }
    }
}

int main(void)
{
    roll_from(owner);
    open_session();
    for (;;) {
        play_round();
        nexus_serve_until(nexus_now() + NEXUS_MS(1));
    }
}
