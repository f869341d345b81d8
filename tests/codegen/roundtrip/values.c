/* Every type in both directions, at both ends of its range; every bound from both sides. */
#include "visitor.nexus.h"

#include "fake.h"
#include "parts.h"
#include "server.h"

static void start(void)
{
    fake_reset();
    memset(&server, 0, sizeof(server));
}

static void every(uint8_t u8, uint64_t u64, int8_t i8, int64_t i64, bool flag)
{
    uint8_t back_u8;
    uint64_t back_u64;
    int8_t back_i8;
    int64_t back_i64;
    bool back_flag;
    CHECK_EQUAL(
        store_every(u8, u64, i8, i64, flag, &back_u8, &back_u64, &back_i8, &back_i64, &back_flag),
        0);
    CHECK_EQUAL(back_u8, u8);
    CHECK(back_u64 == u64);
    CHECK_EQUAL(back_i8, i8);
    CHECK(back_i64 == i64);
    CHECK_EQUAL(back_flag, flag);
}

static void structs(void)
{
    struct Shape shape = {
        .corners = {{.x = -1, .y = 2, .tag = {1, 2, 3, 4}}, {.x = 3, .y = INT32_MIN, .tag = {255}}},
        .colour = COLOUR_GREEN,
        .filled = true,
        .shades = {COLOUR_RED, COLOUR_GREEN},
    };
    const struct Point by = {.x = 10, .y = 1, .tag = {9}};
    struct Shape moved;
    CHECK_EQUAL(store_move(&shape, &by, &moved), 0);
    CHECK_EQUAL(server.shape.corners[0].x, -1);
    CHECK_EQUAL(server.shape.corners[0].tag[3], 4);
    CHECK_EQUAL(server.point.tag[0], 9);
    CHECK_EQUAL(moved.corners[0].y, 2);
    CHECK_EQUAL(moved.corners[1].x, 13);
    CHECK_EQUAL(moved.corners[1].y, INT32_MIN + 1);
    CHECK_EQUAL(moved.corners[1].tag[0], 255);
    CHECK_EQUAL(moved.colour, COLOUR_GREEN);
    CHECK_EQUAL(moved.filled, true);
    CHECK_EQUAL(moved.shades[0], COLOUR_RED);
    CHECK_EQUAL(moved.shades[1], COLOUR_GREEN);
}

void values(void)
{
    int64_t sum = 99;
    enum Colour before = COLOUR_GREEN;

    start();
    CHECK_EQUAL(store_ping(), 0);
    CHECK_EQUAL(server.calls, 1);
    CHECK_EQUAL(server.client, 1);
    CHECK(strcmp(server.client_name, "visitor") == 0);
    CHECK_EQUAL(store_add(UINT32_MAX, INT16_MIN, &sum), 0);
    CHECK_EQUAL(server.a, UINT32_MAX);
    CHECK_EQUAL(server.b, INT16_MIN);
    CHECK_EQUAL(sum, (int64_t)UINT32_MAX + INT16_MIN);
    CHECK_EQUAL(store_add_until(5, 0, INT16_MAX, &sum), 0);
    CHECK_EQUAL(sum, INT16_MAX);
    CHECK_EQUAL(store_paint(COLOUR_GREEN, true, &before), 0);
    CHECK_EQUAL(before, COLOUR_RED);
    CHECK_EQUAL(server.wet, true);
    CHECK_EQUAL(store_paint(COLOUR_RED, false, &before), 0);
    CHECK_EQUAL(before, COLOUR_GREEN);
    every(0, 0, INT8_MIN, INT64_MIN, false);
    every(UINT8_MAX, UINT64_MAX, INT8_MAX, INT64_MAX, true);
    structs();
}

static void strings(void)
{
    char text[65];
    const char *longest = "12345678901234567890123456789012"; /* 32 */

    memset(server.text, 'x', 64);
    memset(text, 'y', sizeof(text));
    CHECK_EQUAL(store_greet(longest, text), 0);
    CHECK_EQUAL(strlen(text), 64);
    CHECK(strcmp(server.text, longest) == 0);
    CHECK_EQUAL(store_greet("", text), 0);
    CHECK(strcmp(text, longest) == 0);
    CHECK_EQUAL(server.text[0], 0);
    server.calls = 0;
    CHECK_EQUAL(store_greet("123456789012345678901234567890123", text), NEXUS_TOO_LONG);
    CHECK_EQUAL(server.calls, 0);
}

static void blobs(void)
{
    static uint8_t data[4089], back[4088];
    size_t back_len;
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7);
    }
    const size_t lengths[] = {0, 1, 255, 256};
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQUAL(store_blob(data, lengths[i], UINT16_MAX, back, &back_len), 0);
        CHECK_EQUAL(server.data_len, lengths[i]);
        CHECK_EQUAL(back_len, lengths[i]);
        CHECK(memcmp(back, data, back_len) == 0);
        CHECK_EQUAL(server.a, UINT16_MAX);
    }
    CHECK_EQUAL(store_blob(data, 257, 0, back, &back_len), NEXUS_TOO_LONG);
    CHECK_EQUAL(store_full(data, 4088, back, &back_len), 0); /* exactly a message page */
    CHECK_EQUAL(back_len, 4088);
    CHECK(memcmp(back, data, back_len) == 0);
    CHECK_EQUAL(store_full(data, 4089, back, &back_len), NEXUS_TOO_LONG);
    CHECK_EQUAL(store_blob(NULL, 0, 0, back, &back_len), 0);
}

void bounds(void)
{
    start();
    strings();
    blobs();
}
