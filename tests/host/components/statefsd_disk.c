/* What becomes of requests when virtioblkd dies or is wrong, or its disk fails. */
#include "statefsd_disk.h"

#include "cmocka_all.h"
#include "lives.h"
#include "statefsd_world.h"

#include <neuron/status.h>
#include <string.h>

/* More blocks than can be under way at once, which come back in the next life. */
static void store_much(void)
{
    for (uint32_t i = 0; i < 10; i++) {
        char path[] = "/state/many/0";
        path[sizeof(path) - 2] = (char)('0' + i);
        memset(state_window(anyone), (int)i + 1, STATE_WINDOW_BYTES);
        assert_int_equal(state_put_long(anyone, path, 8000), 0);
    }
    assert_int_equal(state_sync(anyone), 0);
}

static void find_much(void)
{
    for (uint32_t i = 0; i < 10; i++) {
        char path[] = "/state/many/0";
        uint32_t length = 0;
        path[sizeof(path) - 2] = (char)('0' + i);
        assert_int_equal(state_get_long(anyone, path, &length), 0);
        const uint8_t *window = state_window(anyone);
        assert_true(length == 8000 && window[0] == i + 1 && window[7999] == i + 1);
    }
}

static void store_and_find_much(void)
{
    store_much();
    find_much();
}

void many_writes_are_under_way(void **state)
{
    (void)state;
    assert_int_equal(live(store_and_find_much), 0);
    assert_true(world->most > 10);
    assert_int_equal(live(find_much), 0);
}

void deaths_of_virtioblkd_are_not_noticed(void **state)
{
    for (unsigned quiet = 0; quiet < 12; quiet++) {
        (void)fresh(state);
        fault.quiet = quiet;
        fault.deaths = 3;
        fault.reopen = NEURON_PEER_RESTARTED;
        assert_int_equal(live(store_and_find_much), 0);
        fault.deaths = 0;
        assert_int_equal(live(find_much), 0);
        assert_false(said("error"));
    }
}

void lost_requests_are_repeated(void **state)
{
    static const uint32_t operations[] = {NEXUS_BLOCK_READ, NEXUS_BLOCK_WRITE, NEXUS_BLOCK_FLUSH};

    for (int i = 0; i < 3; i++) {
        for (uint32_t after = 0; after < 4; after++) {
            (void)fresh(state);
            fault.operation = operations[i];
            fault.after = after;
            fault.times = 8;
            fault.result = NEXUS_BLOCK_LOST;
            assert_int_equal(live(store_and_find_much), 0);
            fault.times = 0;
            assert_int_equal(live(find_much), 0);
            assert_false(said("error"));
        }
    }
}

/* A write that is repeated may be done behind the flush: so there is one more. */
static void flush_again(void)
{
    store_one();
    fault.operation = NEXUS_BLOCK_WRITE;
    fault.times = 1;
    fault.result = NEXUS_BLOCK_LOST;
    const unsigned flushes = world->flushes;
    assert_int_equal(put("/state/one", "second"), 0);
    assert_int_equal(state_sync(anyone), 0);
    assert_int_equal(world->flushes, flushes + 2);
}

void flush_follows_what_was_repeated(void **state)
{
    (void)state;
    assert_int_equal(live(flush_again), 0);
}

/* The fault is set up when something is stored already. */
static uint32_t bad_operation, bad_result, bad_times;

static void fail_to_write(void)
{
    store_one();
    fault.operation = bad_operation;
    fault.result = bad_result;
    fault.times = bad_times;
    assert_int_equal(put("/state/two", "lost"), 0);
    assert_int_equal(state_sync(anyone), STATE_IO_ERROR);
    assert_int_equal(state_sync(anyone), STATE_READ_ONLY);
    assert_int_equal(put("/state/three", "x"), STATE_READ_ONLY);
    assert_int_equal(state_remove(anyone, "/state/one"), STATE_READ_ONLY);
    find_one();
}

void failed_write_makes_it_read_only(void **state)
{
    static const struct {
        uint32_t operation, result, times;
        const char *line;
    } faults[] = {
        {NEXUS_BLOCK_WRITE, NEXUS_BLOCK_IO_ERROR, 1, "the disk failed: write (it says so)"},
        {NEXUS_BLOCK_WRITE, NEXUS_BLOCK_READ_ONLY, 1, "the disk failed: write (it is read-only)"},
        {NEXUS_BLOCK_WRITE, NEXUS_BLOCK_LOST, 99, "the disk failed: write (it says so)"},
        {NEXUS_BLOCK_FLUSH, NEXUS_BLOCK_IO_ERROR, 1, "the disk failed: flush (it says so)"},
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        (void)fresh(state);
        bad_operation = faults[i].operation;
        bad_result = faults[i].result;
        bad_times = faults[i].times;
        assert_int_equal(live(fail_to_write), 0);
        assert_int_equal(times_said(faults[i].line), 1);
        assert_int_equal(live(find_one), 0);
    }
}

static void (*break_it)(void);

static void fail_from_now_on(void)
{
    store_much();
    break_it();
    assert_int_equal(put("/state/two", "lost"), 0);
    assert_int_equal(state_sync(anyone), STATE_IO_ERROR);
    assert_int_equal(get(anyone, "/state/many/0"), STATE_VALUE_TOO_LARGE);
    assert_int_equal(state_sync(anyone), STATE_READ_ONLY);
}

static void end_it(void)
{
    fault.end = NEURON_PEER_GONE;
}

static void die_for_good(void)
{
    fault.deaths = 1;
    fault.reopen = NEURON_PEER_GONE;
}

static void come_back_as_another(void)
{
    fault.deaths = 1;
    fault.grows = true;
}

static void answer_what_nobody_asked(void)
{
    fault.wrong_tag = 3;
}

static void answer_too_much(void)
{
    fault.wrong_count = 40;
}

static void answer_nothing(void)
{
    fault.nothing = true;
}

void virtioblkd_that_is_wrong_is_not_believed(void **state)
{
    static const struct {
        void (*what)(void);
        const char *line;
    } ways[] = {
        {end_it, "the disk failed: virtioblkd (the server was given up)"},
        {die_for_good, "the disk failed: opening it again (the server was given up)"},
        {come_back_as_another, "the disk failed: opening it again (it is another one)"},
        {answer_what_nobody_asked, "the disk failed: an answer (nobody asked for it)"},
        {answer_too_much, "the disk failed: virtioblkd (its answer makes no sense)"},
        {answer_nothing, "the disk failed: virtioblkd (its answer makes no sense)"},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        (void)fresh(state);
        break_it = ways[i].what;
        assert_int_equal(live(fail_from_now_on), 0);
        assert_int_equal(times_said(ways[i].line), 1);
        assert_int_equal(times_said("the disk failed"), 1);
    }
}

static void read_fails(void)
{
    uint32_t length = 0;

    store_much();
    fault.operation = NEXUS_BLOCK_READ;
    fault.times = 1;
    fault.result = NEXUS_BLOCK_IO_ERROR;
    assert_int_equal(state_get_long(anyone, "/state/many/0", &length), STATE_IO_ERROR);
    find_much(); /* the next time it does not */
    assert_int_equal(put("/state/one", "x"), 0);
    fault.end = NEURON_PEER_GONE;
    assert_int_equal(state_get_long(anyone, "/state/many/0", &length), STATE_IO_ERROR);
}

void failed_read_is_an_error_of_one_call(void **state)
{
    (void)state;
    assert_int_equal(live(read_fails), 0);
    assert_true(said("the disk failed: error 1 of a read of block"));
}

static void damage_what_is_kept(void)
{
    uint32_t length = 0;

    store_much();
    for (int sector = 8; sector < SECTORS - 8; sector++) {
        world->disk[sector][100] ^= 1;
    }
    assert_int_equal(state_get_long(anyone, "/state/many/3", &length), STATE_CORRUPTED);
}

static void find_nothing(void)
{
    assert_int_equal(get(anyone, "/state/many/3"), STATE_NOT_FOUND);
}

void damage_is_told_and_not_served(void **state)
{
    (void)state;
    assert_int_equal(live(damage_what_is_kept), 0);
    assert_true(said("crc mismatch (record="));
    world->text[0] = '\0';
    assert_int_equal(live(find_nothing), 0);
    assert_true(said("crc mismatch (record="));
}
