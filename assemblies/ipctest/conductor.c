/* Drives the other components through every promise of messages and notifications. */
#include "conductor.h"

#include <nexus/log.h>
#include <nexus/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t raw_call(enum label label, uint64_t w0, uint64_t w1, uint64_t deadline, uint64_t *word)
{
    struct neuron_call_out out;
    int64_t status = neuron_call(RAW_SLOT, NEURON_TAG(label, 2, 0), w0, w1, 0, 0, deadline, &out);

    *word = out.w0;
    return status;
}

uint64_t raw_ask(enum label label, uint64_t w0, uint64_t w1)
{
    uint64_t word;
    int64_t status = raw_call(label, w0, w1, NEURON_FOREVER, &word);

    if (status != NEURON_OK) {
        printf("label %d: %s\n", (int)label, nexus_strerror((int)status));
    }
    CHECK(status == NEURON_OK);
    return word;
}

static uint64_t in_ms(uint64_t milliseconds)
{
    return nexus_now() + NEXUS_MS(milliseconds);
}

/* Every length of interest, words and bytes, there and back. */
static void test_roundtrip(void)
{
    static const uint16_t lengths[] = {0, 1, 7, 8, 9, 160, 2048, 4095, 4096};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (uint64_t words = 0; words <= NEURON_MESSAGE_WORDS; words++) {
            struct neuron_call_out out;
            uint64_t tag = NEURON_TAG(ECHO, words, lengths[i]);
            for (size_t b = 0; b < NEURON_MESSAGE_BYTES; b++) {
                __nexus_out[b] = (char)(b * 31 + words);
            }
            CHECK(neuron_call(RAW_SLOT, tag, 11, 22, 33, 44, NEURON_FOREVER, &out) == NEURON_OK);
            CHECK(out.tag == tag);
            CHECK(out.w0 == (words > 0 ? 11 : 0) && out.w1 == (words > 1 ? 22 : 0));
            CHECK(out.w2 == (words > 2 ? 33 : 0) && out.w3 == (words > 3 ? 44 : 0));
            for (size_t b = 0; b < NEURON_MESSAGE_BYTES; b++) {
                CHECK(__nexus_out[b] == (char)(b * 31 + words));
            }
        }
    }
    struct neuron_call_out out;
    CHECK(neuron_call(RAW_SLOT, NEURON_TAG(ECHO, 5, 0), 0, 0, 0, 0, NEURON_FOREVER, &out) ==
          NEURON_BAD_TAG);
    CHECK(neuron_call(RAW_SLOT, NEURON_TAG(ECHO, 0, 4097), 0, 0, 0, 0, NEURON_FOREVER, &out) ==
          NEURON_BAD_TAG);
    promise_kept("ipc payload roundtrip");
}

static void test_sender(void)
{
    char name[33];

    (void)raw_ask(ORDER, 0, 0);
    (void)raw_ask(MARK, 0, 0);
    uint64_t mine = raw_ask(ORDER, 0, 0);
    CHECK(first_run() == NEURON_OK);
    nexus_sleep_until(in_ms(2));
    uint64_t theirs = raw_ask(ORDER, 0, 0);
    CHECK(mine != 0 && theirs != 0 && mine != theirs);
    CHECK(bulk_who(name) == 0 && strcmp(name, "conductor") == 0);
    promise_kept("ipc sender service_id");
}

static void test_tokens(void)
{
    struct neuron_call_out out;
    uint64_t word;

    (void)raw_ask(TWICE, 0, 0);
    CHECK((int64_t)raw_ask(LAST, 0, 0) == NEURON_STALE);
    promise_kept("ipc token twice");

    /* The deadline passes while the call is held: the token is stale, and the server learns it. */
    CHECK(raw_call(TOKEN, 0, 0, in_ms(5), &word) == NEURON_TIMEOUT);
    uint64_t token = raw_ask(LAST, 0, 0);
    CHECK(token != 0);
    CHECK((int64_t)raw_ask(RELEASE, 0, 0) == NEURON_STALE);
    promise_kept("ipc token stale");

    /* Another server that answers this server's token. */
    CHECK(neuron_call(OTHER_SLOT, NEURON_TAG(FOREIGN, 1, 0), token, 0, 0, 0, NEURON_FOREVER,
                      &out) == NEURON_OK);
    CHECK((int64_t)out.w0 == NEURON_STALE);
    CHECK(neuron_reply(token, NEURON_TAG(0, 0, 0), 0, 0, 0, 0) == NEURON_STALE);
    promise_kept("ipc token of another server");
}

static void test_deadlines(void)
{
    uint64_t word;

    /* Before it is delivered: the server rests. */
    (void)raw_ask(REST, NEXUS_MS(20), 0);
    uint64_t before = nexus_now();
    CHECK(raw_call(ECHO, 0, 0, before + NEXUS_MS(5), &word) == NEURON_TIMEOUT);
    CHECK(nexus_now() >= before + NEXUS_MS(5) && nexus_now() < before + NEXUS_MS(20));
    CHECK(raw_call(ECHO, 0, 0, NEURON_POLL, &word) == NEURON_TIMEOUT);
    nexus_sleep_until(before + NEXUS_MS(30));
    CHECK(raw_call(ECHO, 5, 0, NEURON_POLL, &word) == NEURON_OK && word == 5);
    CHECK(raw_call(ECHO, 0, 0, before, &word) == NEURON_TIMEOUT);

    /* While it is served: the late reply is stale. */
    CHECK(raw_call(SLOW, NEXUS_MS(20), 0, in_ms(5), &word) == NEURON_TIMEOUT);
    nexus_sleep_until(in_ms(30));
    CHECK((int64_t)raw_ask(LAST, 0, 0) == NEURON_STALE);

    /* After it was served: nothing is left of the deadline. */
    CHECK(raw_call(ECHO, 6, 0, in_ms(3), &word) == NEURON_OK && word == 6);
    struct neuron_wait_out out;
    CHECK(neuron_wait(0, in_ms(10), &out) == NEURON_TIMEOUT);
    promise_kept("ipc deadline timeout");
}

/* Three clients queue while the server rests; it takes the higher priority first, then who came first. */
static void test_order(void)
{
    (void)raw_ask(MARK, 0, 0);
    uint64_t mine = raw_ask(ORDER, 0, 0);
    uint64_t expected = 0;

    for (uint32_t swap = 0; swap < 2; swap++) {
        (void)raw_ask(REST, NEXUS_MS(20), 0);
        CHECK((swap == 0 ? first_run() : second_run()) == NEURON_OK);
        CHECK((swap == 0 ? second_run() : first_run()) == NEURON_OK);
        if (swap == 0) {
            CHECK(urgent_run() == NEURON_OK);
        }
        (void)raw_ask(MARK, 0, 0);
        uint64_t order = raw_ask(ORDER, 0, 0);
        if (swap == 0) {
            expected = order;
            CHECK(order >> 24 == mine);
            CHECK((order & 0xff) != 0 && (order & 0xff) > (order >> 8 & 0xff) &&
                  (order & 0xff) > (order >> 16 & 0xff)); /* urgent has the highest badge */
        } else {
            CHECK(order >> 16 == mine);
            CHECK((order & 0xff) == (expected >> 16 & 0xff));
            CHECK((order >> 8 & 0xff) == (expected >> 8 & 0xff));
        }
    }
    promise_kept("ipc priority and fifo order");
}

static void test_notifications(void)
{
    struct neuron_wait_out out;

    /* The poke arrives last and is delivered first. */
    (void)raw_ask(REST, NEXUS_MS(20), 0);
    CHECK(first_run() == NEURON_OK); /* queues a call */
    CHECK(raw_poke() == NEURON_OK);
    CHECK(raw_ask(POKED_FIRST, 0, 0) == 1);
    promise_kept("ipc notification before message");

    CHECK(neuron_notify(RAW_SLOT, 0) == NEURON_BAD_BITS);
    CHECK(neuron_notify(RAW_SLOT, UINT64_MAX) == NEURON_BAD_BITS);
    CHECK(neuron_notify(RAW_SLOT, UINT64_C(1) << NEURON_BIT_PEER_DIED) == NEURON_BAD_BITS);
    CHECK(neuron_notify(FIRST_SLOT, UINT64_C(1) << NEURON_BIT_LIFECYCLE) == NEURON_BAD_BITS);
    CHECK(neuron_notify(POWER_SLOT, 4) == NEURON_WRONG_KIND);
    CHECK(neuron_notify(200, 4) == NEURON_BAD_SLOT);
    promise_kept("ipc forged bits refused");

    CHECK(neuron_wait(UINT64_MAX, NEURON_POLL, &out) == NEURON_TIMEOUT);
    uint64_t before = nexus_now();
    CHECK(neuron_wait(UINT64_MAX, before + NEXUS_MS(3), &out) == NEURON_TIMEOUT);
    CHECK(nexus_now() >= before + NEXUS_MS(3));
    promise_kept("ipc wait deadline");
}

static void test_refusals(void)
{
    struct neuron_call_out call;
    struct neuron_task_inspect_out inspect;

    CHECK(neuron_call(FIRST_SLOT, 0, 0, 0, 0, 0, NEURON_FOREVER, &call) == NEURON_NO_RIGHT);
    CHECK(neuron_call(NEURON_SLOT_CONSOLE, 0, 0, 0, 0, 0, NEURON_FOREVER, &call) ==
          NEURON_WRONG_KIND);
    CHECK(neuron_call(UINT64_MAX, 0, 0, 0, 0, 0, NEURON_FOREVER, &call) == NEURON_BAD_SLOT);
    CHECK(neuron_task_inspect(NEURON_SLOT_TASK, 0, 0, 0, &inspect) == NEURON_WRONG_KIND);
    CHECK(neuron_task_stop(NEURON_SLOT_TASK, 0, 1) == NEURON_WRONG_KIND);
    CHECK(neuron_console_write(NEURON_SLOT_CONSOLE, 0) == NEURON_BAD_LENGTH);
    CHECK(neuron_console_write(NEURON_SLOT_CONSOLE, NEURON_LINE_BYTES + 1) == NEURON_BAD_LENGTH);
    promise_kept("ipc refusals");
}

int main(void)
{
    test_roundtrip();
    test_registers();
    test_sender();
    test_tokens();
    test_deadlines();
    test_order();
    test_notifications();
    test_refusals();
    test_typed();
    test_death();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
