/* The raw server: does what the label of a call says, with the system calls themselves. */
#include "server.nexus.h"

#include "raw.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern char __nexus_in[], __nexus_out[];

enum { HELD = 8 };

static struct {
    uint64_t held[HELD];
    uint32_t held_count;
    int64_t last;
    uint64_t order;
    uint32_t marks;
    bool look;
    uint64_t seen;
    bool poked;
    bool resting_poke;
    uint64_t dead_peers;
} state;

int raw_op(struct nexus_client client, uint64_t word)
{
    (void)client;
    (void)word;
    return 0;
}

void raw_poke(struct nexus_client client)
{
    (void)client;
}

static int64_t answer(uint64_t token, uint64_t word)
{
    return neuron_reply(token, NEURON_TAG(0, 1, 0), word, 0, 0, 0);
}

static void sleep_for(uint64_t ticks)
{
    nexus_sleep_until(nexus_now() + ticks);
}

/* While this request is open, calls the inner server: its bytes go to OUT, the request stays in IN. */
static uint64_t nest(uint64_t bytes)
{
    static char before[NEURON_MESSAGE_BYTES];
    struct neuron_call_out out;

    memcpy(before, __nexus_in, bytes);
    memset(__nexus_out, 'o', NEURON_MESSAGE_BYTES);
    int64_t status = neuron_call(INNER_SLOT, NEURON_TAG(ECHO, 1, NEURON_MESSAGE_BYTES), 21, 0, 0, 0,
                                 NEURON_FOREVER, &out);
    bool replied = status == NEURON_OK && out.w0 == 42 && __nexus_out[0] == 'i' &&
                   __nexus_out[NEURON_MESSAGE_BYTES - 1] == 'i';
    return replied && memcmp(before, __nexus_in, bytes) == 0 ? 1 : 0;
}

static void mark(uint64_t badge)
{
    state.order |= badge << (8 * (state.marks % 8));
    state.marks++;
}

static void release(const struct neuron_recv_out *in)
{
    int64_t status = in->w0 < HELD ? answer(state.held[in->w0], in->w0) : NEURON_BAD_INDEX;
    (void)answer(in->token, (uint64_t)status);
}

static void rest(const struct neuron_recv_out *in)
{
    (void)answer(in->token, 0);
    sleep_for(in->w0);
    if (in->w1 != 0) {
        *(volatile int *)0 = 1;
    }
    state.poked = false;
    state.resting_poke = false;
}

static void tell_order(uint64_t token)
{
    (void)answer(token, state.order);
    state.order = 0;
    state.marks = 0;
}

static void hold(uint64_t token, uint64_t remembered)
{
    state.held[state.held_count % HELD] = token;
    state.held_count++;
    state.last = (int64_t)remembered;
}

static void serve(const struct neuron_recv_out *in)
{
    if (state.poked && NEURON_TAG_LABEL(in->tag) != POKED_FIRST) {
        state.resting_poke = true;
    }
    switch (NEURON_TAG_LABEL(in->tag)) {
    case ECHO:
        (void)neuron_reply(in->token, in->tag, in->w0, in->w1, in->w2, in->w3);
        break;
    case HOLD:
        hold(in->token, 0);
        break;
    case TOKEN:
        hold(in->token, in->token);
        break;
    case RELEASE:
        release(in);
        break;
    case TWICE:
        (void)answer(in->token, 1);
        state.last = answer(in->token, 2);
        break;
    case LAST:
        (void)answer(in->token, (uint64_t)state.last);
        break;
    case REST:
        rest(in);
        break;
    case SLOW:
        sleep_for(in->w0);
        state.last = answer(in->token, 0);
        break;
    case ORDER:
        tell_order(in->token);
        break;
    case MARK:
        mark(in->badge);
        (void)answer(in->token, 0);
        break;
    case NEST:
        (void)answer(in->token, nest(NEURON_TAG_BYTES(in->tag)));
        break;
    case FAULT:
        *(volatile int *)0 = 1;
        break;
    case LEAVE:
        exit(7);
    case FOREIGN:
        (void)answer(in->token, (uint64_t)answer(in->w0, 99));
        break;
    case SECRETS:
        (void)neuron_reply(in->token, NEURON_TAG(0, 0, 0), PATTERN, PATTERN, PATTERN, PATTERN);
        break;
    case LOOK:
        state.look = true;
        (void)answer(in->token, 0);
        break;
    case SEEN:
        (void)answer(in->token, state.seen);
        break;
    case POKED_FIRST:
        (void)answer(in->token, state.resting_poke ? 1 : 0);
        break;
    case DEAD_PEERS:
        (void)answer(in->token, state.dead_peers);
        break;
    default:
        (void)neuron_reply(in->token, NEURON_TAG(1, 0, 0), 0, 0, 0, 0);
        break;
    }
}

/* Receives with every register filled, and counts those that carry no message and are not zero. */
static int64_t looking_recv(struct neuron_recv_out *in)
{
    static const uint8_t cleared[] = {1, 5, 6, 7, 28, 29, 30, 31};
    uint64_t x[32];

    for (uint64_t r = 0; r < 32; r++) {
        x[r] = PATTERN + r;
    }
    x[10] = NEURON_FOREVER;
    x[17] = NEURON_SYS_recv;
    raw_syscall(x);
    state.seen = 0;
    for (size_t i = 0; i < sizeof(cleared); i++) {
        state.seen += x[cleared[i]] != 0;
    }
    for (uint64_t word = NEURON_TAG_WORDS(x[11]); word < NEURON_MESSAGE_WORDS; word++) {
        state.seen += x[12 + word] != 0;
    }
    *in = (struct neuron_recv_out){x[11], x[12], x[13], x[14], x[15], x[16], x[17]};
    return (int64_t)x[10];
}

int main(void)
{
    for (;;) {
        struct neuron_recv_out in;
        int64_t status = state.look ? looking_recv(&in) : neuron_recv(NEURON_FOREVER, &in);

        state.look = false;
        if (status == NEURON_NOTIFIED) {
            if (in.tag & ~(UINT64_C(1) << NEURON_BIT_PEER_DIED)) {
                state.poked = true;
            }
            if (in.tag & (UINT64_C(1) << NEURON_BIT_PEER_DIED)) {
                struct neuron_peers_changed_out peers;
                (void)neuron_peers_changed(&peers);
                state.dead_peers |= peers.tasks;
            }
        } else if (status == NEURON_OK) {
            serve(&in);
        }
    }
}
