/* virtioblkd: whose is which part of the disk; what the device says of a request; what becomes of requests when the device
 * fails, or their client dies. What clients may write into their rings is fuzz.blocks. */
#include "virtioblkd.mock.h"

#include "cmocka_all.h"
#include "extents.h"
#include "lives.h"
#include "model.h"

#include <nexus/block.h>
#include <nexus/host.h>
#include <nexus/time.h>
#include <stdlib.h>
#include <string.h>

enum {
    DISK_SECTORS = 1000,
    SLOT = 90,
    FLUSH_BIT = 9,
    IN = 0,
    OUT = 1,
    FLUSH = 4,
    OK = 0,
    ERROR = 1
};

/* --- extents ------------------------------------------------------------------------------------- */

static const char *read_extents(const char *text)
{
    struct extent found[EXTENTS_MAX];
    uint32_t count = 0;

    return extents_read(text, DISK_SECTORS, found, &count);
}

static void extents_are_read(void **state)
{
    struct extent found[EXTENTS_MAX];
    uint32_t count = 9;
    (void)state;

    assert_null(extents_read("", DISK_SECTORS, found, &count));
    assert_int_equal(count, 0);
    assert_null(extents_read(" one 0 10,two  10 980 , three 990 0", DISK_SECTORS, found, &count));
    assert_int_equal(count, 3);
    assert_string_equal(found[1].client, "two");
    assert_int_equal(found[1].first, 10);
    assert_int_equal(found[1].sectors, 980);
    assert_int_equal(found[2].first + found[2].sectors, DISK_SECTORS);
}

static void wrong_extents_are_refused(void **state)
{
    static const char *const forms[] = {"one",
                                        "one 1",
                                        "one 1 x",
                                        "one x 1",
                                        "one 1 2 3",
                                        ",",
                                        "one 1 2,,",
                                        "1 2",
                                        "one -1 2",
                                        "one 1 2 two 3 4",
                                        "one 1 99999999999999999999"};
    (void)state;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        assert_non_null(read_extents(forms[i]));
    }
    assert_string_equal(read_extents("one 1000 0"), "an extent is not on the disk");
    assert_string_equal(read_extents("one 999 2"), "an extent is not on the disk");
    assert_string_equal(read_extents("one 1 18446744073709551615"), "an extent is not on the disk");
    assert_string_equal(read_extents("one 0 11, two 10 1"), "two extents overlap");
    assert_string_equal(read_extents("one 5 5, two 0 0"), "two extents overlap");
    assert_string_equal(read_extents("one 0 1, one 1 1"), "a client has two extents");
    assert_string_equal(
        read_extents("a 0 1, b 1 1, c 2 1, d 3 1, e 4 1, f 5 1, g 6 1, h 7 1, i 8 1, j 9 1, "
                     "k 10 1, l 11 1, m 12 1, n 13 1, o 14 1, p 15 1, q 16 1"),
        "there are more than 16 extents");
}

/* --- the driver ---------------------------------------------------------------------------------- */

static const struct nexus_client client = {.id = 1, .name = "one", .task = 3};
static struct nexus_block_client blocks;
static unsigned opens, goes; /* calls that were answered later */
static uint32_t told;        /* by the last of them */

static int buffers_slot(struct nexus_client whose)
{
    assert_int_equal(whose.id, client.id);
    return SLOT;
}

static int note_open(struct nexus_token token, int result, uint64_t sectors, bool read_only)
{
    (void)token;
    assert_true(result == 0 && sectors == 100 && !read_only);
    opens++;
    return 0;
}

static int note_go(struct nexus_token token, int result, uint32_t answered)
{
    (void)token;
    assert_int_equal(result, 0);
    goes++;
    told = answered;
    return 0;
}

static int open_session(void)
{
    uint64_t sectors = 0;
    bool read_only = true;
    const int status = blocks_open(client, &sectors, &read_only);

    assert_true(status != 0 || (sectors == 100 && !read_only));
    nexus_block_begin(&blocks, blocks_ring(client));
    return status;
}

static void put(uint32_t operation, uint32_t tag)
{
    const struct nexus_block_request request = {tag, 2, tag * 1024, operation, tag};

    assert_true(nexus_block_ask(&blocks, &request));
}

static int go(void)
{
    return blocks_go(client, blocks.asked, blocks.seen, &blocks.answered);
}

/* What the device sees of its next request: the type; and the sector. */
static uint32_t next_type(uint64_t *sector)
{
    const struct neuron_queue_page *page = model_page(0);
    const uint16_t head = page->available.ring[(uint16_t)(page->available.index - 1) % 128];
    const uint32_t *header = (const uint32_t *)page->descriptors[head].address;

    memcpy(sector, header + 2, sizeof(*sector));
    return header[0];
}

/* The device does its next request: so many bytes of this value. */
static void serve(uint32_t bytes, uint8_t byte)
{
    assert_true(model_serve(0, bytes, byte) >= 0);
    dev_interrupt();
}

static void assert_answer(uint32_t tag, enum nexus_block_result result)
{
    struct nexus_block_answer answer = {0};

    blocks.answered = told;
    assert_true(nexus_block_take(&blocks, &answer));
    assert_int_equal(answer.tag, tag);
    assert_int_equal(answer.result, result);
}

static int start(void **state)
{
    (void)state;
    virtioblkd_mock_reset();
    virtioblkd_mock.blocks_buffers_slot = buffers_slot;
    virtioblkd_mock.blocks_open_reply = note_open;
    virtioblkd_mock.blocks_go_reply = note_go;
    strcpy(virtioblkd_mock_extents, "one 7 100"); /* NOLINT: there is room */
    model_begin(false);
    lives_begin();
    model.slot = DEV_SLOT;
    model.dma_slot = DEV_DMA_SLOT;
    model.page = DEV_PAGE;
    model.queue_page = DEV_QUEUE_PAGE;
    model.dma = dev_dma;
    model.dma_bytes = DEV_DMA_BYTES;
    model.shared_slot = SLOT;
    model.shared = blocks_buffers(client);
    model.shared_bytes = BLOCKS_BUFFERS_BYTES;
    model.class_number = NEURON_CLASS_VIRTIO_BLK;
    model.offered |= UINT64_C(1) << FLUSH_BIT;
    model.config[0] = DISK_SECTORS;
    opens = 0;
    goes = 0;
    told = 0;
    return 0;
}

static void life_of_requests(void)
{
    uint64_t sector = 0;
    const uint8_t *data = blocks_buffers(client);

    assert_int_equal(open_session(), 0);
    put(NEXUS_BLOCK_READ, 3);
    assert_int_equal(go(), NEXUS_DEFER);
    assert_int_equal(next_type(&sector), IN);
    assert_int_equal(sector, 7 + 3);
    serve(1025, OK);
    assert_int_equal(goes, 1);
    assert_answer(3, NEXUS_BLOCK_DONE);

    memset(blocks_buffers(client), 5, BLOCKS_BUFFERS_BYTES);
    put(NEXUS_BLOCK_WRITE, 4);
    assert_int_equal(go(), NEXUS_DEFER);
    assert_int_equal(next_type(&sector), OUT);
    serve(1, OK);
    assert_answer(4, NEXUS_BLOCK_DONE);
    assert_int_equal(data[4 * 1024], 5);
}

static void requests_are_done_in_their_extent(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_requests), 0);
}

/* An error, a short read, one without a status, a status that there is not. */
static void life_of_errors(void)
{
    static const struct {
        uint32_t bytes;
        uint8_t byte;
    } said[] = {{1025, ERROR}, {1024, OK}, {0, OK}, {1025, 77}};

    assert_int_equal(open_session(), 0);
    for (uint32_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        put(NEXUS_BLOCK_READ, i);
        assert_int_equal(go(), NEXUS_DEFER);
        serve(said[i].bytes, said[i].byte);
        assert_answer(i, NEXUS_BLOCK_IO_ERROR);
    }
    put(NEXUS_BLOCK_FLUSH, 9);
    assert_int_equal(go(), NEXUS_DEFER);
    serve(1, ERROR);
    assert_answer(9, NEXUS_BLOCK_IO_ERROR);
}

static void errors_are_those_of_their_requests(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_errors), 0);
}

/* A flush waits for the writes before it, and what follows waits for the flush. */
static void life_of_a_flush(void)
{
    uint64_t sector = 0;

    assert_int_equal(open_session(), 0);
    put(NEXUS_BLOCK_WRITE, 0);
    put(NEXUS_BLOCK_WRITE, 1);
    put(NEXUS_BLOCK_FLUSH, 2);
    put(NEXUS_BLOCK_WRITE, 3);
    assert_int_equal(go(), NEXUS_DEFER);
    assert_int_equal(model_page(0)->available.index, 2);
    assert_int_equal(model.notified[0], 1); /* for both */
    serve(1, OK);
    assert_answer(0, NEXUS_BLOCK_DONE);
    assert_int_equal(model_page(0)->available.index, 2);
    assert_int_equal(go(), NEXUS_DEFER);
    serve(1, OK);
    assert_answer(1, NEXUS_BLOCK_DONE);
    assert_int_equal(model_page(0)->available.index, 3);
    assert_int_equal(next_type(&sector), FLUSH);
    assert_int_equal(go(), NEXUS_DEFER);
    serve(1, OK);
    assert_answer(2, NEXUS_BLOCK_DONE);
    assert_int_equal(next_type(&sector), OUT);
}

/* So do barriers, of which the device hears nothing. */
static void life_of_a_barrier(void)
{
    assert_int_equal(open_session(), 0);
    put(NEXUS_BLOCK_WRITE, 0);
    put(NEXUS_BLOCK_BARRIER, 1);
    put(NEXUS_BLOCK_WRITE, 2);
    assert_int_equal(go(), NEXUS_DEFER);
    assert_int_equal(model_page(0)->available.index, 1);
    serve(1, OK);
    assert_int_equal(told, 2);
    assert_answer(0, NEXUS_BLOCK_DONE);
    assert_answer(1, NEXUS_BLOCK_DONE);
    assert_int_equal(model_page(0)->available.index, 2);
}

static void flushes_wait_and_are_waited_for(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_a_flush), 0);
    assert_int_equal(live(life_of_a_barrier), 0);
}

/* The device lies: it is reset, what it had is lost, and it works again. */
static void life_of_a_liar(void)
{
    const unsigned resets = model.resets;

    assert_int_equal(open_session(), 0);
    put(NEXUS_BLOCK_READ, 0);
    assert_int_equal(go(), NEXUS_DEFER);
    serve(1025, OK);
    assert_answer(0, NEXUS_BLOCK_DONE);
    put(NEXUS_BLOCK_WRITE, 1);
    put(NEXUS_BLOCK_WRITE, 2);
    assert_int_equal(go(), NEXUS_DEFER);
    model_use(0, 77, 0);
    dev_interrupt();
    assert_true(model.resets > resets);
    assert_int_equal(goes, 2);
    assert_answer(1, NEXUS_BLOCK_LOST);
    assert_answer(2, NEXUS_BLOCK_LOST);
    put(NEXUS_BLOCK_WRITE, 3);
    assert_int_equal(go(), NEXUS_DEFER);
    assert_int_equal(model_page(0)->available.index, 1); /* nothing is done twice */
    serve(1, OK);
    assert_answer(3, NEXUS_BLOCK_DONE);
}

static void what_a_failed_device_had_is_lost_and_the_rest_goes_on(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_a_liar), 0);
}

static void life_of_nothing_but_lies(void)
{
    assert_int_equal(open_session(), 0);
    put(NEXUS_BLOCK_WRITE, 1);
    assert_int_equal(go(), NEXUS_DEFER);
    model_use(0, 77, 0);
    dev_interrupt();
}

static void device_that_never_works_ends_this_life(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_nothing_but_lies), EXIT_FAILURE);
}

/* The client changes each word of its requests as soon as it was read. */
static unsigned changed[sizeof(struct nexus_block_request) / 4];

static void change(const volatile void *at)
{
    const uint64_t offset = (uint64_t)at - (uint64_t)blocks.ring->requests;
    const uint64_t word = offset % sizeof(struct nexus_block_request) / 4;

    assert_true(offset < sizeof(blocks.ring->requests));
    changed[word]++;
    memset((uint8_t *)blocks.ring->requests + offset, 0xff, word == 0 ? 8 : 4);
}

static void life_of_a_client_that_changes_its_mind(void)
{
    uint64_t sector = 0;

    assert_int_equal(open_session(), 0);
    memset(changed, 0, sizeof(changed));
    model.change = change;
    put(NEXUS_BLOCK_WRITE, 4);
    put(NEXUS_BLOCK_FLUSH, 5); /* waits, as it was */
    assert_int_equal(go(), NEXUS_DEFER);
    assert_int_equal(model_page(0)->available.index, 1);
    assert_int_equal(next_type(&sector), OUT);
    assert_int_equal(sector, 7 + 4);
    const struct neuron_queue_page *page = model_page(0);
    const uint16_t data = page->descriptors[page->available.ring[0]].next;
    assert_true(page->descriptors[data].address == (uint64_t)blocks_buffers(client) + 4096);
    assert_int_equal(page->descriptors[data].bytes, 1024);
    serve(1, OK);
    assert_answer(4, NEXUS_BLOCK_DONE);
    assert_int_equal(next_type(&sector), FLUSH);
    assert_int_equal(go(), NEXUS_DEFER);
    serve(1, OK);
    assert_answer(5, NEXUS_BLOCK_DONE);
    for (unsigned word = 0; word < sizeof(changed) / sizeof(changed[0]); word++) {
        assert_int_equal(changed[word], word == 1 ? 0 : 2); /* the sector has two words */
    }
}

static void request_is_read_once(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_a_client_that_changes_its_mind), 0);
}

/* A client died, or begins anew: it waits until the device has done what it was given. */
static void life_of_two_sessions(void)
{
    uint32_t answered = 0;

    assert_int_equal(blocks_go(client, 0, 0, &answered), BLOCK_NOT_OPEN);
    assert_int_equal(open_session(), 0);
    put(NEXUS_BLOCK_WRITE, 1);
    put(NEXUS_BLOCK_FLUSH, 2);
    assert_int_equal(go(), NEXUS_DEFER);
    blocks_client_died(client);
    assert_int_equal(open_session(), NEXUS_DEFER);
    assert_int_equal(go(), BLOCK_NOT_OPEN);
    serve(1, OK);
    assert_int_equal(opens, 1);
    assert_int_equal(goes, 0);
    assert_int_equal(model_page(0)->available.index, 1); /* its flush was not taken */
    put(NEXUS_BLOCK_READ, 5);
    assert_int_equal(go(), NEXUS_DEFER);
    serve(1025, OK);
    assert_answer(5, NEXUS_BLOCK_DONE);
}

static void sessions_do_not_mix(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_two_sessions), 0);
}

static void life_of_strangers(void)
{
    const struct nexus_client stranger = {.id = 2, .name = "two", .task = 4};
    const struct nexus_client twin = {.id = 3, .name = "one", .task = 3};
    uint64_t sectors = 0;
    uint32_t answered = 0;
    bool read_only = false;

    assert_int_equal(open_session(), 0);
    assert_int_equal(blocks_open(stranger, &sectors, &read_only), BLOCK_NO_EXTENT);
    assert_int_equal(blocks_go(stranger, 1, 0, &answered), BLOCK_NO_EXTENT);
    assert_int_equal(blocks_open(twin, &sectors, &read_only), BLOCK_NO_EXTENT);
    blocks_client_died(stranger);
    assert_int_equal(go(), 0);
}

static void strangers_get_nothing(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_strangers), 0);
    strcpy(virtioblkd_mock_extents, "one 7 994"); /* NOLINT: there is room */
    assert_int_equal(live(life_of_strangers), EXIT_FAILURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extents_are_read),
        cmocka_unit_test(wrong_extents_are_refused),
        cmocka_unit_test_setup(requests_are_done_in_their_extent, start),
        cmocka_unit_test_setup(errors_are_those_of_their_requests, start),
        cmocka_unit_test_setup(flushes_wait_and_are_waited_for, start),
        cmocka_unit_test_setup(what_a_failed_device_had_is_lost_and_the_rest_goes_on, start),
        cmocka_unit_test_setup(device_that_never_works_ends_this_life, start),
        cmocka_unit_test_setup(request_is_read_once, start),
        cmocka_unit_test_setup(sessions_do_not_mix, start),
        cmocka_unit_test_setup(strangers_get_nothing, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
