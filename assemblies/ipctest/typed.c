/* The generated stubs on the machine: types, bulk data both ways, deferred replies, dataport, event. */
#include "conductor.h"

#include <nexus/status.h>
#include <string.h>

enum { BIG = 20000 };

static unsigned char data[BIG + 1];
static unsigned char result[BIG];
static bool done_seen;

void bulk_done(void)
{
    done_seen = true;
}

static void fill(void)
{
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char)(i * 7 + i / 256);
    }
}

static void check_reversed(size_t length, size_t result_length)
{
    CHECK(result_length == length);
    for (size_t i = 0; i < length; i++) {
        CHECK(result[i] == data[length - 1 - i]);
    }
}

static void test_bulk(void)
{
    static const size_t lengths[] = {0, 2, 4096, 4097, BIG};
    size_t length = 0;

    fill();
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        memset(result, 0, sizeof(result));
        CHECK(bulk_reverse(data, lengths[i], result, &length) == 0);
        check_reversed(lengths[i], length);
    }
    CHECK(bulk_reverse(data, 1, result, &length) == BULK_REFUSED);
    CHECK(bulk_reverse(data, BIG + 1, result, &length) == NEXUS_TOO_LONG);
    promise_kept("ipc bulk both ways");

    /* Abandoned: the connection is busy until the server has answered, then it works again. */
    CHECK(bulk_slow_reverse_until(nexus_now() + NEXUS_MS(5), 30, data, BIG, result, &length) ==
          NEURON_TIMEOUT);
    CHECK(bulk_reverse(data, 2, result, &length) == NEXUS_BUSY);
    nexus_sleep_until(nexus_now() + NEXUS_MS(60));
    CHECK(bulk_reverse(data, BIG, result, &length) == 0);
    check_reversed(BIG, length);
    promise_kept("ipc abandoned bulk");
}

void test_typed(void)
{
    enum Colour colour = COLOUR_RED;
    int64_t sum = 0;
    uint32_t doubled = 0;

    CHECK(bulk_mix(COLOUR_GREEN, true, -5, "four", &colour, &sum) == 0);
    CHECK(colour == COLOUR_RED && sum == 999);
    CHECK(bulk_mix(COLOUR_RED, false, 7, "", &colour, &sum) == 0);
    CHECK(colour == COLOUR_GREEN && sum == 7);
    CHECK(bulk_mix((enum Colour)3, false, 7, "", &colour, &sum) == NEXUS_BAD_ENUM);
    promise_kept("ipc typed call");
    test_bulk();

    char *board = bulk_board();
    CHECK(board[0] == 0);
    CHECK(bulk_later(21, &doubled) == 0 && doubled == 42);
    CHECK(board[0] == 'd' && board[BULK_BOARD_BYTES - 1] == 'e');
    nexus_dispatch();
    CHECK(done_seen);
    promise_kept("ipc deferred reply");
}
