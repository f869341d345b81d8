/* The kernel and policyd of the test of guarded methods. */
#include "fake.h"

#include <nexus/syscall.h>

struct fake fake;
uint64_t nexus_reply_words[NEURON_MESSAGE_WORDS];
uint8_t __nexus_in[NEURON_MESSAGE_BYTES], __nexus_out[NEURON_MESSAGE_BYTES];

enum { CHECK_METHOD = 1 };
const struct says says_allow = {0, NEURON_TAG(0, 2, 0), 1};
const struct says says_deny = {0, NEURON_TAG(0, 2, 0), 0};

void check(bool truth, const char *text, const char *file, int line)
{
    if (!truth) {
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, text);
        exit(1);
    }
}

void check_equal(long long actual, long long expected, const char *text, const char *file, int line)
{
    if (actual != expected) {
        fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", file, line, text, actual, expected);
        exit(1);
    }
}

void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.now = 1000;
}

void fake_says(struct says first)
{
    fake.says[0] = first;
    fake.count = 1;
    fake.asked = 0;
}

void fake_then(struct says next)
{
    CHECK(fake.count < sizeof(fake.says) / sizeof(fake.says[0]));
    fake.says[fake.count++] = next;
}

uint64_t nexus_now(void)
{
    return fake.now;
}

struct nexus_token nexus_defer(void)
{
    return (struct nexus_token){0};
}

int64_t neuron_reply(uint64_t token, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                     uint64_t w3)
{
    (void)token, (void)tag, (void)w0, (void)w1, (void)w2, (void)w3;
    CHECK(!"no method of the vault replies later");
    return NEURON_OK;
}

int64_t neuron_notify(uint64_t slot, uint64_t bits)
{
    (void)slot;
    (void)bits;
    return NEURON_OK;
}

/* A question to policyd: a u32 and four zeros, and a string as a u64 length, its bytes and zeros up to a multiple of
 * eight. Nothing else is called. */
int64_t neuron_call(uint64_t slot, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3,
                    uint64_t deadline, struct neuron_call_out *out)
{
    uint64_t length;

    CHECK((w0 | w1 | w2 | w3) == 0 && NEURON_TAG_WORDS(tag) == 0);
    CHECK(NEURON_TAG_LABEL(tag) == CHECK_METHOD && NEURON_TAG_BYTES(tag) >= 16);
    memcpy(&fake.subject, __nexus_out, 4);
    memcpy(&length, __nexus_out + 8, 8);
    CHECK(length < sizeof(fake.capability) && NEURON_TAG_BYTES(tag) == 16 + (length + 7) / 8 * 8);
    memcpy(fake.capability, __nexus_out + 16, length);
    fake.capability[length] = '\0';
    memset(__nexus_out, 0x5a, NEURON_MESSAGE_BYTES); /* a reply may write all of it */
    fake.slot = slot;
    fake.deadline = deadline;
    CHECK(fake.count > 0);
    const struct says *says = &fake.says[fake.asked < fake.count ? fake.asked : fake.count - 1];
    fake.asked++;
    *out = (struct neuron_call_out){says->tag, says->decision, 77, 0, 0};
    return says->status;
}

int deliver(uint64_t badge, uint64_t method, const void *message, size_t bytes, uint64_t word)
{
    memset(__nexus_in, 0xa5, NEURON_MESSAGE_BYTES);
    if (message != NULL) {
        memcpy(__nexus_in, message, bytes);
    }
    fake.reply = nexus_glue_dispatch(NEURON_OK, NEURON_TAG(method, message == NULL ? 1 : 0, bytes),
                                     word, 0, 0, 0, badge);
    return fake_status();
}

int fake_status(void)
{
    CHECK(fake.reply != NEXUS_NO_REPLY);
    const uint64_t label = NEURON_TAG_LABEL(fake.reply);
    return label >= NEXUS_LABEL_STATUS ? NEXUS_STATUS_OF(label) : (int)label;
}
