/* The server behind its guard: every way to be asked about, let through and refused. */
#include "vault.nexus.h"

#include <nexus/bulk.h>
#include <nexus/glue.h>

#include "fake.h"
#include "layout.h"

enum { LOOK = 1, OPEN = 2, LABEL = 3, FILL = 4 };

static int note(struct nexus_client client)
{
    fake.handled++;
    fake.task = client.task;
    return 0;
}

int front_look(struct nexus_client client, uint32_t *value)
{
    *value = 1;
    return note(client);
}

int front_open(struct nexus_client client, uint32_t task, uint32_t *value)
{
    *value = task;
    return note(client);
}

int front_label(struct nexus_client client, const char *text, char *back)
{
    (void)snprintf(fake.text, sizeof(fake.text), "%s", text);
    (void)snprintf(back, 17, "%s", text);
    return note(client);
}

int front_fill(struct nexus_client client, const void *data, size_t data_len, uint32_t *kept)
{
    (void)data;
    *kept = (uint32_t)data_len;
    return note(client);
}

int back_look(struct nexus_client client, uint32_t *value)
{
    return front_look(client, value);
}

int back_open(struct nexus_client client, uint32_t task, uint32_t *value)
{
    return front_open(client, task, value);
}

int back_label(struct nexus_client client, const char *text, char *back)
{
    return front_label(client, text, back);
}

int back_fill(struct nexus_client client, const void *data, size_t data_len, uint32_t *kept)
{
    return front_fill(client, data, data_len, kept);
}

void front_client_refused(struct nexus_client client, int status)
{
    (void)client;
    (void)status;
    fake.refused++;
}

/* Nobody is asked about a method that requires nothing, or that is none. */
static void unguarded(void)
{
    fake_reset();
    CHECK_EQUAL(deliver(FRIEND_FRONT, LOOK, "", 0, 0), 0);
    CHECK_EQUAL(fake.handled, 1);
    CHECK_EQUAL(deliver(FRIEND_FRONT, 9, "", 0, 0), NEXUS_UNKNOWN_METHOD);
    CHECK_EQUAL(deliver(99, OPEN, NULL, 0, 3), NEXUS_UNKNOWN_METHOD); /* of no connection */
    CHECK_EQUAL(fake.handled, 1);
    CHECK_EQUAL(fake.asked, 0);
}

/* What is no answer lets nobody through, is not kept, and has a status of its own. */
static void undecided(void)
{
    const struct says nothing[] = {{NEURON_TIMEOUT, 0, 1},
                                   {NEURON_PEER_DIED, 0, 1},
                                   {NEURON_PEER_GONE, 0, 1},
                                   {NEURON_PEER_RESTARTED, 0, 1}, /* again and again */
                                   {NEURON_EMPTY_SLOT, 0, 1},
                                   {0, NEURON_TAG(0, 2, 0), 2},
                                   {0, NEURON_TAG(0, 2, 0), 1 << 8},
                                   {0, NEURON_TAG(0, 2, 0), UINT64_C(1) << 32 | 1},
                                   {0, NEURON_TAG(0, 1, 0), 1},
                                   {0, NEURON_TAG(0, 3, 0), 1},
                                   {0, NEURON_TAG(0, 2, 8), 1},
                                   {0, NEURON_TAG(0, 0, 12), 1},
                                   {0, NEURON_TAG(1, 0, 0), 1},
                                   {0, NEURON_TAG(NEXUS_LABEL_STATUS, 0, 0), 1},
                                   {0, NEURON_TAG(NEXUS_LABEL_OF(NEXUS_UNDECIDED), 0, 0), 1},
                                   {0, NEURON_TAG(NEXUS_LABEL_OF(NEXUS_DENIED), 0, 0), 0}};

    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        const unsigned questions = nothing[i].status == NEURON_PEER_RESTARTED ? 2 : 1;
        fake_reset();
        fake_says(nothing[i]);
        CHECK_EQUAL(deliver(FRIEND_FRONT, OPEN, NULL, 0, 5), NEXUS_UNDECIDED);
        CHECK_EQUAL(fake.asked, questions);
        CHECK_EQUAL(deliver(FRIEND_FRONT, OPEN, NULL, 0, 5), NEXUS_UNDECIDED);
        CHECK_EQUAL(fake.asked, 2 * questions);
        CHECK_EQUAL(fake.handled, 0);
    }
}

/* The first decision is kept for all connections of the client, and for this capability alone. */
static void allowed_once(void)
{
    fake_reset();
    fake_says((struct says){NEURON_PEER_RESTARTED, 0, 0});
    fake_then(says_allow);
    CHECK_EQUAL(deliver(FRIEND_FRONT, OPEN, NULL, 0, STRANGER_TASK),
                0);             /* what it says of itself */
    CHECK_EQUAL(fake.asked, 2); /* the restart, then the answer */
    CHECK_EQUAL(fake.subject, FRIEND_TASK);
    CHECK_EQUAL(fake.slot, GUARD_SLOT);
    CHECK_EQUAL(fake.deadline, fake.now + NEXUS_MS(500));
    CHECK(strcmp(fake.capability, "vault.open") == 0);
    CHECK_EQUAL(fake.handled, 1);
    CHECK_EQUAL(fake.task, FRIEND_TASK);
    CHECK_EQUAL(nexus_reply_words[0], STRANGER_TASK);
    fake_says(says_deny); /* nobody asks any more */
    CHECK_EQUAL(deliver(FRIEND_FRONT, OPEN, NULL, 0, 5), 0);
    CHECK_EQUAL(deliver(FRIEND_BACK, OPEN, NULL, 0, 5), 0);
    CHECK_EQUAL(fake.asked, 0);
    CHECK_EQUAL(fake.handled, 3);
}

static void denied_once(void)
{
    fake_reset();
    fake_says(says_deny);
    CHECK_EQUAL(deliver(STRANGER_FRONT, OPEN, NULL, 0, FRIEND_TASK), NEXUS_DENIED);
    CHECK_EQUAL(fake.asked, 1);
    CHECK_EQUAL(fake.subject, STRANGER_TASK);
    fake_says(says_allow);
    CHECK_EQUAL(deliver(STRANGER_FRONT, OPEN, NULL, 0, FRIEND_TASK), NEXUS_DENIED);
    CHECK_EQUAL(deliver(STRANGER_BACK, OPEN, NULL, 0, FRIEND_TASK), NEXUS_DENIED);
    CHECK_EQUAL(deliver(STRANGER_FRONT, OPEN, "abcd", 4, 0), NEXUS_DENIED); /* malformed */
    CHECK_EQUAL(fake.asked, 0);
    CHECK_EQUAL(fake.handled, 0);
    CHECK_EQUAL(fake.refused, 0); /* none of the author's code runs for it */
    CHECK_EQUAL(deliver(FRIEND_FRONT, OPEN, "abcd", 4, 0), NEXUS_MALFORMED);
    CHECK_EQUAL(fake.refused, 1);
}

/* The request waits in its page while policyd is asked, and arrives whole. */
static void label(void)
{
    static const uint8_t message[] = {3, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 0, 0, 0, 0, 0};

    fake_reset();
    fake_says(says_allow);
    CHECK_EQUAL(deliver(FRIEND_BACK, LABEL, message, sizeof(message), 0), 0);
    CHECK_EQUAL(fake.asked, 1);
    CHECK(strcmp(fake.capability, "vault.label") == 0);
    CHECK(strcmp(fake.text, "abc") == 0);
    CHECK_EQUAL(NEURON_TAG_BYTES(fake.reply), sizeof(message));
    CHECK(memcmp(__nexus_in, message, sizeof(message)) == 0);
    fake_says(says_deny);
    CHECK_EQUAL(deliver(STRANGER_BACK, LABEL, message, sizeof(message), 0), NEXUS_DENIED);
    CHECK_EQUAL(fake.subject, STRANGER_TASK);
    CHECK_EQUAL(fake.handled, 1);
}

/* A bulk call is taken before anybody is asked, as its protocol wants, and ended when it is refused. */
static int bulk(uint64_t badge, uint64_t call)
{
    struct nexus_bulk *const pair = nexus_client_of(badge)->bulk;
    static const uint8_t message[] = {3, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 0, 0, 0, 0, 0};

    memcpy(nexus_bulk_body(pair->in), message, sizeof(message));
    fake.reply =
        nexus_glue_dispatch(NEURON_OK, NEURON_TAG(FILL, 2, 0), call, sizeof(message), 0, 0, badge);
    CHECK_EQUAL(pair->out->started, call);
    CHECK_EQUAL(pair->out->tag, call);
    return fake_status();
}

static void fill(void)
{
    fake_reset();
    CHECK_EQUAL(bulk(STRANGER_FRONT, 1), NEXUS_DENIED);
    CHECK_EQUAL(fake.handled, 0);
    CHECK_EQUAL(bulk(FRIEND_FRONT, 1), 0);
    CHECK_EQUAL(fake.handled, 1);
    CHECK_EQUAL(fake.asked, 0); /* open() has asked for the same */
}

int main(void)
{
    unguarded();
    undecided();
    allowed_once();
    denied_once();
    label();
    fill();
    puts("guard: all parts passed");
    return 0;
}
