/* The serve loop, over a scripted kernel. */
#include "cmocka_all.h"

#include <neuron/abi.h>
#include <nexus/host.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <stdbool.h>

enum { STEPS = 8 };

/* What the next receives answer, and what was seen of them. */
static struct {
    int64_t status;
    struct neuron_recv_out out;
} script[STEPS];
static unsigned step;
static uint64_t replied_tag[STEPS];
static uint64_t replied_token[STEPS];
static uint64_t replied_word[STEPS];
static unsigned replies;
static bool defer;
static bool serve_others; /* in the next handler */
static uint64_t bits_seen;
static uint64_t peers_seen;
static struct nexus_token deferred;

static int64_t fake_recv(uint64_t deadline, struct neuron_recv_out *out)
{
    (void)deadline;
    assert_in_range(step, 0, STEPS - 1);
    *out = script[step].out;
    return script[step++].status;
}

static int64_t fake_reply_recv(uint64_t token, uint64_t tag, const uint64_t words[4],
                               uint64_t deadline, struct neuron_reply_recv_out *out)
{
    struct neuron_recv_out received;
    replied_token[replies] = token;
    replied_tag[replies] = tag;
    replied_word[replies] = words[0];
    replies++;
    int64_t status = fake_recv(deadline, &received);
    *out = (struct neuron_reply_recv_out){received.tag, received.w0,    received.w1,   received.w2,
                                          received.w3,  received.badge, received.token};
    return status;
}

static int64_t fake_peers_changed(struct neuron_peers_changed_out *out)
{
    out->tasks = 5;
    return NEURON_OK;
}

uint64_t nexus_glue_dispatch(int64_t status, uint64_t tag, uint64_t w0, uint64_t w1, uint64_t w2,
                             uint64_t w3, uint64_t badge)
{
    assert_int_equal(status, NEURON_OK);
    assert_int_equal(tag, NEURON_TAG(1, 1, 0));
    assert_int_equal(w1 | w2 | w3, 0);
    assert_int_equal(badge, 3);
    if (defer) {
        deferred = nexus_defer();
        return NEXUS_NO_REPLY;
    }
    if (serve_others) {
        serve_others = false;
        nexus_dispatch();
    }
    nexus_reply_words[0] = w0 + 1;
    return NEURON_TAG(0, 1, 0);
}

void nexus_glue_notified(uint64_t bits)
{
    bits_seen |= bits;
}

void nexus_glue_peers(uint64_t tasks)
{
    peers_seen |= tasks;
}

static int reset(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STEPS; i++) {
        script[i].status = NEURON_TIMEOUT;
        script[i].out = (struct neuron_recv_out){0};
    }
    step = 0;
    replies = 0;
    defer = false;
    serve_others = false;
    bits_seen = 0;
    peers_seen = 0;
    host_clock_set(0);
    host_kernel = (struct host_kernel){
        .recv = fake_recv, .reply_recv = fake_reply_recv, .peers_changed = fake_peers_changed};
    return 0;
}

static void message(unsigned index, uint64_t word, uint64_t token)
{
    script[index].status = NEURON_OK;
    script[index].out = (struct neuron_recv_out){
        .tag = NEURON_TAG(1, 1, 0), .w0 = word, .badge = 3, .token = token};
}

static void reply_leaves_with_the_next_receive(void **state)
{
    (void)state;
    message(0, 41, 640);
    message(1, 7, 641);
    nexus_dispatch();
    assert_int_equal(replies, 2);
    assert_int_equal(replied_token[0], 640);
    assert_int_equal(replied_word[0], 42);
    assert_int_equal(replied_token[1], 641);
    assert_int_equal(replied_tag[1], NEURON_TAG(0, 1, 0));
}

static void deferred_request_is_not_answered(void **state)
{
    (void)state;
    defer = true;
    message(0, 41, 640);
    nexus_dispatch();
    assert_int_equal(replies, 0);
    assert_int_equal(deferred.value, 640);
    assert_int_equal(deferred.first_word, 41);
    assert_int_equal(deferred.client, 3);
}

static void handler_that_serves_others_answers_its_own_client(void **state)
{
    (void)state;
    message(0, 41, 640);
    message(1, 7, 641);
    serve_others = true;
    nexus_dispatch();
    assert_int_equal(replies, 2);
    assert_int_equal(replied_token[0], 641);
    assert_int_equal(replied_word[0], 8);
    assert_int_equal(replied_token[1], 640);
    assert_int_equal(replied_word[1], 42);
}

static void notification_bits_reach_the_glue(void **state)
{
    (void)state;
    script[0].status = NEURON_NOTIFIED;
    script[0].out.tag = 1U << NEURON_BIT_PEER_DIED | 1U << 4;
    nexus_dispatch();
    assert_int_equal(bits_seen, 1U << 4);
    assert_int_equal(peers_seen, 5);
}

static void reply_that_was_refused_does_not_end_the_loop(void **state)
{
    (void)state;
    message(0, 1, 640);
    script[1].status = NEURON_BAD_TAG;
    message(2, 2, 641);
    nexus_dispatch();
    assert_int_equal(replies, 2);
}

static void serve_until_ends_at_the_deadline_under_load(void **state)
{
    (void)state;
    message(0, 1, 640);
    message(1, 1, 641);
    host_clock_set(100);
    nexus_serve_until(50);
    assert_int_equal(replies, 2); /* the second reply left; its receive found the time passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reply_leaves_with_the_next_receive, reset),
        cmocka_unit_test_setup(deferred_request_is_not_answered, reset),
        cmocka_unit_test_setup(handler_that_serves_others_answers_its_own_client, reset),
        cmocka_unit_test_setup(notification_bits_reach_the_glue, reset),
        cmocka_unit_test_setup(reply_that_was_refused_does_not_end_the_loop, reset),
        cmocka_unit_test_setup(serve_until_ends_at_the_deadline_under_load, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
