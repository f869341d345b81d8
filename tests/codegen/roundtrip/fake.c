/* The kernel of the round-trip test. */
#include "fake.h"

#include <nexus/syscall.h>

struct fake fake;
uint64_t nexus_reply_words[NEURON_MESSAGE_WORDS];

/* Not larger than a message page, so that the sanitizers see any step beyond. */
uint8_t client_in[NEURON_MESSAGE_BYTES], client_out[NEURON_MESSAGE_BYTES];
uint8_t server_in[NEURON_MESSAGE_BYTES], server_out[NEURON_MESSAGE_BYTES];

/* The request that is being served. */
static struct nexus_token current;
static uint64_t next_token = 1;

void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.badge = 1;
}

static void answer(uint64_t token, uint64_t tag, const uint64_t words[NEURON_MESSAGE_WORDS])
{
    CHECK(NEURON_TAG_WORDS(tag) <= NEURON_MESSAGE_WORDS);
    CHECK(NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES);
    fake.answered_token = token;
    fake.answer.tag = tag;
    for (uint64_t i = 0; i < NEURON_MESSAGE_WORDS; i++) {
        fake.answer.words[i] = i < NEURON_TAG_WORDS(tag) ? words[i] : 0;
    }
    memcpy(fake.answer.page, server_in, NEURON_TAG_BYTES(tag));
}

struct nexus_token nexus_defer(void)
{
    return current;
}

int64_t neuron_reply(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                     uint64_t w3)
{
    const uint64_t words[NEURON_MESSAGE_WORDS] = {w0, w1, w2, w3};
    if (fake.reply_status == NEURON_OK) {
        answer(token, tag, words);
    }
    return fake.reply_status;
}

int64_t neuron_notify(uint64_t slot, uint64_t bits)
{
    fake.notified_slot = slot;
    fake.notified_bits = bits;
    return NEURON_OK;
}

const struct fake_message *fake_deliver(const struct fake_message *message)
{
    memset(server_in, 0xa5, sizeof(server_in));
    memcpy(server_in, message->page, NEURON_TAG_BYTES(message->tag) % (NEURON_MESSAGE_BYTES + 1));
    current = (struct nexus_token){next_token++, message->words[0], (uint32_t)fake.badge};
    const uint64_t reply =
        nexus_glue_dispatch(NEURON_OK, message->tag, message->words[0], message->words[1],
                            message->words[2], message->words[3], fake.badge);
    if (reply != NEXUS_NO_REPLY) {
        CHECK(fake.answered_token != current.value);
        answer(current.value, reply, nexus_reply_words);
    }
    if (fake.answered_token != current.value && fake.later != NULL) {
        fake.later();
    }
    return fake.answered_token == current.value ? &fake.answer : NULL;
}

int64_t neuron_call(uint64_t slot, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3,
                    uint64_t deadline, struct neuron_call_out *out)
{
    struct fake_message message = {.tag = tag, .words = {w0, w1, w2, w3}};
    (void)slot;
    (void)deadline;
    *out = (struct neuron_call_out){0};
    if (fake.refuse != 0) {
        return fake.refuse;
    }
    CHECK(NEURON_TAG_BYTES(tag) <= NEURON_MESSAGE_BYTES);
    memcpy(message.page, client_out, NEURON_TAG_BYTES(tag));
    if (fake.spoil_request != NULL) {
        fake.spoil_request(&message);
    }
    const struct fake_message *reply = fake_deliver(&message);
    if (reply == NULL || fake.withdrawn) {
        return NEURON_TIMEOUT;
    }
    message = *reply;
    if (fake.spoil_reply != NULL) {
        fake.spoil_reply(&message);
    }
    memcpy(client_out, message.page, sizeof(client_out));
    *out = (struct neuron_call_out){message.tag, message.words[0], message.words[1],
                                    message.words[2], message.words[3]};
    return NEURON_OK;
}
