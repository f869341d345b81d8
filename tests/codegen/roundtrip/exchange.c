/* Events, dataports, deferred replies, and bulk: its bounds, and what happens when a call is abandoned. */
#include "visitor.nexus.h"

#include <nexus/bulk.h>

#include "fake.h"
#include "layout.h"
#include "parts.h"
#include "server.h"

enum { LOAD = 9, SAVE = 10 };

static unsigned readies, lows;

static void start(void)
{
    fake_reset();
    memset(&server, 0, sizeof(server));
}

void store_ready(void)
{
    readies++;
}

void store_low(void)
{
    lows++;
}

void events_and_dataports(void)
{
    start();
    CHECK_EQUAL(store_kick(), 0);
    CHECK_EQUAL(fake.notified_slot, STORE_SLOT);
    CHECK_EQUAL(fake.notified_bits, KICK_OF_VISITOR);
    server_notified(fake.notified_bits);
    CHECK_EQUAL(server.kicks, 1);
    CHECK_EQUAL(server.client, 1);
    CHECK_EQUAL(store_flush(), 0);
    server_notified(fake.notified_bits | KICK_OF_OTHER);
    CHECK_EQUAL(server.flushes, 1);
    CHECK_EQUAL(server.kicks, 2);
    CHECK_EQUAL(server.client, 3);
    CHECK_EQUAL(quiet_poke(), 0);
    CHECK_EQUAL(fake.notified_slot, QUIET_SLOT);
    server_notified(fake.notified_bits);
    CHECK_EQUAL(server.pokes, 1);
    CHECK_EQUAL(server.client, 2);
    CHECK_EQUAL(server_raise_ready(1), 0);
    client_glue_notified(fake.notified_bits);
    CHECK_EQUAL(readies, 1);
    CHECK_EQUAL(server_raise_low(1), 0);
    client_glue_notified(fake.notified_bits);
    CHECK_EQUAL(readies * 10 + lows, 11);
    CHECK_EQUAL(server_raise_low(0), NEURON_EMPTY_SLOT);
    CHECK_EQUAL(server_raise_low(2), NEURON_EMPTY_SLOT); /* a client of another endpoint */
    CHECK_EQUAL(server_raise_low(4), NEURON_EMPTY_SLOT);
    nexus_glue_peers(UINT64_C(1) << TASK_OF_OTHER);
    CHECK_EQUAL(server.deaths, 1);
    CHECK_EQUAL(server.client, 3);
    CHECK(store_ring() != NULL && store_ring() == server_ring(1));
    CHECK(server_ring(3) != server_ring(1));
    CHECK(server_ring(2) == NULL && server_ring(9) == NULL);
    memset(store_ring(), 1, STORE_RING_BYTES);
    CHECK_EQUAL(server_ring_slot(1), RING_SLOT_OF_VISITOR);
    CHECK_EQUAL(server_ring_slot(3), RING_SLOT_OF_OTHER);
    CHECK_EQUAL(server_ring_slot(2), NEURON_EMPTY_SLOT); /* a client of another endpoint */
    CHECK_EQUAL(server_ring_slot(0), NEURON_EMPTY_SLOT);
    CHECK_EQUAL(server_ring_slot(4), NEURON_EMPTY_SLOT);
}

void interrupts(void)
{
    start();
    server_notified(KICK_OF_VISITOR);
    CHECK_EQUAL(server.interrupts, 0);
    server_notified(IRQ_OF_DEV);
    CHECK_EQUAL(server.interrupts, 1);
    server_notified(IRQ_OF_DEV | KICK_OF_VISITOR);
    CHECK_EQUAL(server.interrupts, 2);
    CHECK_EQUAL(server.kicks, 2);
}

static void answer_add(void)
{
    CHECK_EQUAL(server_reply_add(0, INT64_MIN), 0);
}

static void answer_greet(void)
{
    char text[65];
    memset(text, 'z', 64);
    text[64] = '\0';
    CHECK_EQUAL(server_reply_greet(0, text), 0);
}

static void refuse_greet(void)
{
    CHECK_EQUAL(server_reply_greet(STORE_NOBODY, NULL), 0);
}

static void answer_inside(void)
{
    const uint64_t open = fake.answered_token;
    CHECK_EQUAL(server_reply_greet(0, "late"), 0); /* while another request is open */
    CHECK_EQUAL(NEURON_TAG_BYTES(fake.answer.tag), 16);
    CHECK(memcmp(fake.answer.page + 8, "late", 4) == 0);
    fake.answered_token = open;
}

void deferred(void)
{
    int64_t sum;
    char text[65], long_text[66];
    uint8_t back[256];
    size_t back_len;
    start();
    server.defer = true;
    fake.later = answer_add;
    CHECK_EQUAL(store_add(1, 2, &sum), 0);
    CHECK(sum == INT64_MIN);
    fake.later = answer_greet;
    CHECK_EQUAL(store_greet("x", text), 0);
    CHECK_EQUAL(strlen(text), 64);
    fake.later = refuse_greet;
    CHECK_EQUAL(store_greet("x", text), STORE_NOBODY);
    fake.later = NULL;
    CHECK_EQUAL(store_greet("x", text), NEURON_TIMEOUT);
    server.defer = false;
    server.inside = answer_inside;
    CHECK_EQUAL(store_blob("0123456789", 10, 3, back, &back_len),
                0); /* its bytes are still in place */
    CHECK_EQUAL(server.data_len, 10);
    CHECK(memcmp(server.data, "0123456789", 10) == 0);
    CHECK(memcmp(back, "0123456789", 10) == 0);
    fake.reply_status = NEURON_STALE;
    CHECK_EQUAL(server_reply_greet(0, "x"), NEURON_STALE);
    fake.reply_status = NEURON_OK;
    memset(long_text, 'z', 65);
    long_text[65] = '\0';
    CHECK_EQUAL(server_reply_greet(0, long_text), 0);
    CHECK_EQUAL(NEURON_TAG_LABEL(fake.answer.tag), NEXUS_LABEL_OF(NEXUS_BAD_REPLY));
}

static uint8_t data[20001], back_data[20000];

static int load(size_t *length)
{
    uint32_t more = 0;
    const int result = store_load(5, back_data, length, &more);
    CHECK(result != 0 || more == 77);
    return result;
}

static int save(size_t length)
{
    uint32_t kept = 0;
    const int result = store_save("label", data, length, &kept);
    CHECK(result != 0 || kept == length);
    return result;
}

static void grow(struct fake_message *message)
{
    message->words[1]++;
}

static void shrink(struct fake_message *message)
{
    message->words[1]--;
}

static void enormous(struct fake_message *message)
{
    message->words[1] = UINT64_MAX;
}

static void renumber(struct fake_message *message)
{
    message->words[0]++;
}

static void no_words(struct fake_message *message)
{
    message->tag = NEURON_TAG(NEURON_TAG_LABEL(message->tag), 0, 0);
}

static void spoiled_bulk(void)
{
    void (*const requests[])(struct fake_message *) = {grow, shrink, enormous, no_words};
    size_t length;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        const unsigned calls = server.calls;
        fake.spoil_request = requests[i];
        CHECK_EQUAL(save(100), NEXUS_MALFORMED);
        CHECK_EQUAL(server.calls, calls);
    }
    fake.spoil_request = NULL;
    void (*const replies[])(struct fake_message *) = {grow, shrink, enormous, renumber, no_words};
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        fake.spoil_reply = replies[i];
        CHECK_EQUAL(load(&length), NEXUS_BAD_REPLY);
    }
    fake.spoil_reply = NULL;
}

void bulk(void)
{
    const size_t loads[] = {0, 1, 4096, 19999, 20000};
    const size_t saves[] = {0, 1, 4096, 8999, 9000};
    size_t length;
    start();
    server_start();
    client_glue_start();
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 13 + i / 256);
    }
    for (size_t i = 0; i < 5; i++) {
        CHECK_EQUAL(save(saves[i]), 0);
        CHECK_EQUAL(server.data_len, saves[i]);
        CHECK(memcmp(server.data, data, saves[i]) == 0);
        CHECK(strcmp(server.text, "label") == 0);
    }
    CHECK_EQUAL(save(9001), NEXUS_TOO_LONG);
    memcpy(server.data, data, sizeof(server.data));
    for (size_t i = 0; i < 5; i++) {
        server.back = loads[i];
        CHECK_EQUAL(load(&length), 0);
        CHECK_EQUAL(server.u64, 5);
        CHECK_EQUAL(length, loads[i]);
        CHECK(memcmp(back_data, data, length) == 0);
    }
    server.back = 20001; /* the author's mistake */
    CHECK_EQUAL(load(&length), NEXUS_BAD_REPLY);
    server.back = 10;
    server.result = STORE_NOBODY;
    CHECK_EQUAL(load(&length), STORE_NOBODY);
    server.result = 0;
    spoiled_bulk();
    CHECK_EQUAL(load(&length), 0);
}

static void answer_load(void)
{
    CHECK_EQUAL(server_reply_load(0, data, 20000, 77), 0);
}

static void abandon(void)
{
    size_t length;
    server.defer = true;
    CHECK_EQUAL(load(&length), NEURON_TIMEOUT);
    server.defer = false;
    CHECK_EQUAL(load(&length), NEXUS_BUSY);
    CHECK_EQUAL(save(1), NEXUS_BUSY);
    CHECK_EQUAL(store_ping(), 0); /* what is not bulk goes on */
}

void abandoned(void)
{
    size_t length;
    start();
    server.defer = true;
    fake.later = answer_load;
    CHECK_EQUAL(load(&length), 0); /* deferred, but in time */
    CHECK_EQUAL(length, 20000);
    fake.later = NULL;

    abandon();
    fake.reply_status = NEURON_STALE;
    CHECK_EQUAL(server_reply_load(0, data, 3, 1), NEURON_STALE);
    fake.reply_status = NEURON_OK;
    CHECK_EQUAL(load(&length), 0); /* it has answered, too late */

    abandon();
    server_start(); /* it has restarted */
    CHECK_EQUAL(load(&length), 0);

    fake.refuse = NEURON_TIMEOUT; /* it never saw the call */
    CHECK_EQUAL(load(&length), NEURON_TIMEOUT);
    fake.refuse = 0;
    CHECK_EQUAL(load(&length), 0);

    abandon();
    client_bulk_forget(); /* the client restarts: its memory starts as it was linked */
    client_glue_start();
    CHECK_EQUAL(load(&length), NEXUS_BUSY);
    CHECK_EQUAL(server_reply_load(0, data, 3, 1), 0);
    CHECK_EQUAL(load(&length), 0);

    fake.withdrawn = true; /* it answered, but after the deadline */
    CHECK_EQUAL(load(&length), NEURON_TIMEOUT);
    fake.withdrawn = false;
    CHECK_EQUAL(load(&length), 0);
}
