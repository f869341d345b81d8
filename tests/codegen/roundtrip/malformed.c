/* Messages that no generated glue would send: each must be refused, and no handler may run. */
#include "visitor.nexus.h"

#include "fake.h"
#include "parts.h"
#include "server.h"

enum { CLIENT_TASK = 0, NO_TASK = 99 }; /* the index of the visitor's instance */

enum { PING = 1, ADD, PAINT, GREET, MOVE, EVERY, BLOB, FULL, LOAD, SAVE };

static struct fake_message message;

static void start(void)
{
    fake_reset();
    memset(&server, 0, sizeof(server));
    memset(&message, 0, sizeof(message));
}

/* Delivers the message with this tag; the status that its reply stands for. */
static int status_of(uint64_t tag)
{
    message.tag = tag;
    const unsigned calls = server.calls;
    server.refused = 0;
    server.client_task = NO_TASK;
    const struct fake_message *reply = fake_deliver(&message);
    CHECK(reply != NULL);
    const uint64_t label = NEURON_TAG_LABEL(reply->tag);
    if (label == 0) {
        CHECK_EQUAL(server.refused, 0);
        return 0;
    }
    if (fake.badge == 1) { /* of `store`, whose server wants to know */
        CHECK_EQUAL(server.refused, NEXUS_STATUS_OF(label));
        CHECK_EQUAL(server.client, 1);
        CHECK_EQUAL(server.client_task, CLIENT_TASK);
    }
    CHECK_EQUAL(server.calls, calls);
    CHECK_EQUAL(NEURON_TAG_WORDS(reply->tag), 0);
    CHECK_EQUAL(NEURON_TAG_BYTES(reply->tag), 0);
    return label >= NEXUS_LABEL_STATUS ? NEXUS_STATUS_OF(label) : (int)label;
}

static void words(void)
{
    CHECK_EQUAL(status_of(NEURON_TAG(0, 0, 0)), NEXUS_UNKNOWN_METHOD);
    CHECK_EQUAL(status_of(NEURON_TAG(SAVE + 1, 0, 0)), NEXUS_UNKNOWN_METHOD);
    CHECK_EQUAL(status_of(NEURON_TAG(0xffff, 0, 0)), NEXUS_UNKNOWN_METHOD);
    CHECK_EQUAL(status_of(NEURON_TAG(PING, 1, 0)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(PING, 0, 1)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 1, 0)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 3, 0)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 2, 8)), NEXUS_MALFORMED);
    message.words[0] = UINT64_C(0x100000000); /* not a u32 */
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 2, 0)), NEXUS_MALFORMED);
    message.words[0] = UINT32_MAX;
    message.words[1] = 0x8000; /* -32768 must be sign-extended */
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 2, 0)), NEXUS_MALFORMED);
    message.words[1] = (uint64_t)INT64_C(-32769);
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 2, 0)), NEXUS_MALFORMED);
    message.words[1] = (uint64_t)INT64_C(-32768);
    CHECK_EQUAL(status_of(NEURON_TAG(ADD, 2, 0)), 0);
    const uint64_t bad[] = {1, 4, 6, UINT64_C(0x100000005), UINT64_MAX};
    message.words[1] = 0;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        message.words[0] = bad[i];
        CHECK_EQUAL(status_of(NEURON_TAG(PAINT, 2, 0)), NEXUS_BAD_ENUM);
    }
    message.words[0] = COLOUR_GREEN;
    message.words[1] = 2;
    CHECK_EQUAL(status_of(NEURON_TAG(PAINT, 2, 0)), NEXUS_BAD_ENUM);
    message.words[1] = 1;
    CHECK_EQUAL(status_of(NEURON_TAG(PAINT, 2, 0)), 0);
}

static void put_length(size_t at, uint64_t length)
{
    memcpy(message.page + at, &length, sizeof(length));
}

static void strings(void)
{
    memset(message.page, 'a', sizeof(message.page));
    put_length(0, 32);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 40)), 0);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 39)), NEXUS_MALFORMED); /* cut off */
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 41)), NEXUS_MALFORMED); /* trailing byte */
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 7)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 0)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 1, 40)), NEXUS_MALFORMED);
    message.page[8 + 31] = 0;
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 40)), NEXUS_MALFORMED); /* NUL in it */
    put_length(0, 33);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 48)), NEXUS_MALFORMED); /* beyond its bound */
    put_length(0, UINT32_MAX);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 4096)), NEXUS_MALFORMED);
    put_length(0, UINT64_C(0x100000000)); /* nothing, were it cut to 32 bits */
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 8)), NEXUS_MALFORMED);
    put_length(0, UINT64_MAX - 7);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 4096)), NEXUS_MALFORMED);
    put_length(0, 0);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 8)), 0);
}

/* What fills a message up to a multiple of eight has to be there, and zero. */
static void padding(void)
{
    memset(message.page, 'a', sizeof(message.page));
    put_length(0, 29);
    memset(message.page + 8 + 29, 0, 3);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 40)), 0);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 37)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 39)), NEXUS_MALFORMED);
    for (size_t i = 37; i < 40; i++) {
        message.page[i] = 1;
        CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 40)), NEXUS_MALFORMED);
        message.page[i] = 0;
    }
    CHECK_EQUAL(status_of(NEURON_TAG(GREET, 0, 40)), 0);
}

static void bytes(void)
{
    memset(message.page, 0, sizeof(message.page));
    put_length(0, 256);
    CHECK_EQUAL(status_of(NEURON_TAG(BLOB, 0, 8 + 256 + 8)), 0);
    CHECK_EQUAL(status_of(NEURON_TAG(BLOB, 0, 8 + 256 + 2)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(BLOB, 0, 8 + 256 + 7)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(BLOB, 0, 8 + 256 + 9)), NEXUS_MALFORMED);
    message.page[8 + 256 + 2] = 1; /* behind the u16 */
    CHECK_EQUAL(status_of(NEURON_TAG(BLOB, 0, 8 + 256 + 8)), NEXUS_MALFORMED);
    message.page[8 + 256 + 2] = 0;
    put_length(0, 257);
    CHECK_EQUAL(status_of(NEURON_TAG(BLOB, 0, 8 + 264 + 8)), NEXUS_MALFORMED);
    put_length(0, 4088);
    CHECK_EQUAL(status_of(NEURON_TAG(FULL, 0, 4096)), 0);
    put_length(0, 4089);
    CHECK_EQUAL(status_of(NEURON_TAG(FULL, 0, 4096)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(FULL, 0, 4097)),
                NEXUS_MALFORMED); /* the kernel refuses it first */
}

static void structs(void)
{
    /* Shape: 2 * 12 + colour 4 + filled 1 + shades 8 = 37, and 3 zeros; Point: 12, and 4 */
    memset(message.page, 0, sizeof(message.page));
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 56)), 0);
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 52)), NEXUS_MALFORMED);
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 57)), NEXUS_MALFORMED);
    message.page[37] = 1;
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 56)), NEXUS_MALFORMED);
    message.page[37] = 0;
    message.page[24] = 6;
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 56)), NEXUS_BAD_ENUM);
    message.page[24] = 5;
    message.page[28] = 2;
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 56)), NEXUS_BAD_ENUM);
    message.page[28] = 1;
    message.page[33] = 1;
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 56)), NEXUS_BAD_ENUM);
    message.page[33] = 5;
    CHECK_EQUAL(status_of(NEURON_TAG(MOVE, 0, 56)), 0);
}

void malformed_requests(void)
{
    start();
    words();
    strings();
    padding();
    bytes();
    structs();
    fake.badge = 0;
    CHECK_EQUAL(status_of(NEURON_TAG(PING, 0, 0)), NEXUS_UNKNOWN_METHOD);
    fake.badge = 4;
    CHECK_EQUAL(status_of(NEURON_TAG(PING, 0, 0)), NEXUS_UNKNOWN_METHOD);
    fake.badge = 2; /* the connection of `quiet`, which has no methods */
    CHECK_EQUAL(status_of(NEURON_TAG(PING, 0, 0)), NEXUS_UNKNOWN_METHOD);
    fake.badge = 3;
    CHECK_EQUAL(status_of(NEURON_TAG(PING, 0, 0)), 0);
    CHECK(strcmp(server.client_name, "other") == 0);
}

/* How the reply is spoiled. */
static uint64_t spoil_tag;
static uint64_t spoil_word;
static size_t spoil_at;
static uint8_t spoil_byte;

static void set_tag(struct fake_message *reply)
{
    reply->tag = spoil_tag;
}

static void set_word(struct fake_message *reply)
{
    reply->words[0] = spoil_word;
}

static void set_byte(struct fake_message *reply)
{
    reply->page[spoil_at] = spoil_byte;
}

static void spoiled_words(void)
{
    int64_t sum;
    enum Colour before;
    fake.spoil_reply = set_tag;
    const uint64_t tags[] = {
        NEURON_TAG(0, 0, 0),     NEURON_TAG(0, 2, 0),     NEURON_TAG(0, 1, 1),
        NEURON_TAG(1, 1, 0),     NEURON_TAG(1, 0, 1),     NEURON_TAG(3, 0, 0),
        NEURON_TAG(32767, 0, 0), NEURON_TAG(32777, 0, 0), NEURON_TAG(0xffff, 0, 0)};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        spoil_tag = tags[i];
        CHECK_EQUAL(store_add(1, 2, &sum), NEXUS_BAD_REPLY);
    }
    spoil_tag = NEURON_TAG(2, 0, 0);
    CHECK_EQUAL(store_add(1, 2, &sum), STORE_TOO_LOUD);
    spoil_tag = NEURON_TAG(32768, 0, 0);
    CHECK_EQUAL(store_add(1, 2, &sum), NEXUS_MALFORMED);
    spoil_tag = NEURON_TAG(32774, 0, 0);
    CHECK_EQUAL(store_add(1, 2, &sum), NEXUS_BAD_REPLY);
    spoil_tag = NEURON_TAG(32775, 0, 0);
    CHECK_EQUAL(store_add(1, 2, &sum), NEXUS_UNDECIDED);
    spoil_tag = NEURON_TAG(32776, 0, 0);
    CHECK_EQUAL(store_add(1, 2, &sum), NEXUS_BAD_DEVICE);
    fake.spoil_reply = set_word;
    spoil_word = 4;
    CHECK_EQUAL(store_paint(COLOUR_RED, false, &before), NEXUS_BAD_REPLY);
}

static void spoiled_pages(void)
{
    char text[65];
    uint8_t back[256];
    size_t back_len;
    struct Shape shape = {.colour = COLOUR_RED}, moved;
    const struct Point by = {.x = 0};
    (void)snprintf(server.text, sizeof(server.text), "abc");
    fake.spoil_reply = set_tag;
    for (uint64_t length = 0; length <= 17; length++) {
        (void)snprintf(server.text, sizeof(server.text), "abc");
        spoil_tag = NEURON_TAG(0, 0, length);
        CHECK_EQUAL(store_greet("abc", text), length == 16 ? 0 : NEXUS_BAD_REPLY);
    }
    spoil_tag = NEURON_TAG(0, 0, 5000);
    CHECK_EQUAL(store_greet("abc", text), NEXUS_BAD_REPLY);
    spoil_tag = NEURON_TAG(0, 1, 16);
    CHECK_EQUAL(store_greet("abc", text), NEXUS_BAD_REPLY);
    fake.spoil_reply = set_byte;
    spoil_at = 12;
    spoil_byte = 1; /* behind the string */
    CHECK_EQUAL(store_greet("abc", text), NEXUS_BAD_REPLY);
    spoil_at = 9;
    spoil_byte = 0; /* NUL in the string */
    CHECK_EQUAL(store_greet("abc", text), NEXUS_BAD_REPLY);
    spoil_at = 1;
    spoil_byte = 1; /* a length beyond the bound */
    CHECK_EQUAL(store_blob("x", 1, 0, back, &back_len), NEXUS_BAD_REPLY);
    spoil_at = 28;
    spoil_byte = 2; /* a bool that is neither */
    CHECK_EQUAL(store_move(&shape, &by, &moved), NEXUS_BAD_REPLY);
}

void malformed_replies(void)
{
    start();
    spoiled_words();
    spoiled_pages();
}

void errors(void)
{
    int64_t sum;
    char text[65];
    start();
    server.result = STORE_NOBODY;
    CHECK_EQUAL(store_ping(), STORE_NOBODY);
    CHECK_EQUAL(store_greet("x", text), STORE_NOBODY);
    server.result = STORE_TOO_LOUD;
    CHECK_EQUAL(store_add(1, 1, &sum), STORE_TOO_LOUD);
    server.result = NEXUS_DENIED;
    CHECK_EQUAL(store_ping(), NEXUS_DENIED);
    server.result = 3; /* not declared */
    CHECK_EQUAL(store_ping(), NEXUS_BAD_REPLY);
    server.result = NEURON_TIMEOUT; /* a kernel status is not the server's to give */
    CHECK_EQUAL(store_ping(), NEXUS_BAD_REPLY);
    fake.refuse = NEURON_PEER_DIED;
    CHECK_EQUAL(store_ping(), NEURON_PEER_DIED);
    CHECK_EQUAL(store_greet("x", text), NEURON_PEER_DIED);
}
