/* The loop of a server: receive, dispatch, reply together with the next receive. */
#include <neuron/abi.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

/* The request being dispatched. */
static struct nexus_token current;
uint64_t nexus_reply_words[NEURON_MESSAGE_WORDS];

__attribute__((weak)) void nexus_glue_start(void)
{
}

__attribute__((weak)) uint64_t nexus_glue_dispatch(int64_t status, uint64_t tag, uint64_t w0,
                                                   uint64_t w1, uint64_t w2, uint64_t w3,
                                                   uint64_t badge)
{
    (void)status, (void)tag, (void)w0, (void)w1, (void)w2, (void)w3, (void)badge;
    return NEURON_TAG(NEXUS_LABEL_OF(NEXUS_UNKNOWN_METHOD), 0, 0);
}

__attribute__((weak)) void nexus_glue_notified(uint64_t bits)
{
    (void)bits;
}

__attribute__((weak)) void nexus_glue_peers(uint64_t tasks)
{
    (void)tasks;
}

struct nexus_token nexus_defer(void)
{
    return current;
}

/* Replies, if there is a reply, and receives. */
static inline int64_t receive(uint64_t token, uint64_t reply, uint64_t deadline,
                              struct neuron_reply_recv_out *in)
{
    if (reply != NEXUS_NO_REPLY) {
        return neuron_reply_recv(token, reply, nexus_reply_words[0], nexus_reply_words[1],
                                 nexus_reply_words[2], nexus_reply_words[3], deadline, in);
    }
    struct neuron_recv_out out;
    const int64_t status = neuron_recv(deadline, &out);
    *in = (struct neuron_reply_recv_out){out.tag, out.w0,    out.w1,   out.w2,
                                         out.w3,  out.badge, out.token};
    return status;
}

static void notified(uint64_t bits)
{
    const uint64_t peer_died = UINT64_C(1) << NEURON_BIT_PEER_DIED;
    if ((bits & peer_died) != 0) {
        struct neuron_peers_changed_out out;
        if (neuron_peers_changed(&out) == NEURON_OK) {
            nexus_glue_peers(out.tasks);
        }
    }
    if ((bits & ~peer_died) != 0) {
        nexus_glue_notified(bits & ~peer_died);
    }
}

void nexus_serve_until(uint64_t deadline)
{
    uint64_t reply = NEXUS_NO_REPLY;
    uint64_t token = 0;

    for (;;) {
        struct neuron_reply_recv_out in;
        const int64_t status = receive(token, reply, deadline, &in);
        reply = NEXUS_NO_REPLY;
        if (status == NEURON_OK) {
            token = in.token;
            current = (struct nexus_token){in.token, in.w0, (uint32_t)in.badge};
            reply = nexus_glue_dispatch(status, in.tag, in.w0, in.w1, in.w2, in.w3, in.badge);
            if (reply != NEXUS_NO_REPLY) {
                continue;
            }
        } else if (status == NEURON_NOTIFIED) {
            notified(in.tag); /* where the kernel puts the bits */
        } else if (status == NEURON_TIMEOUT) {
            return;
        } /* else the reply was refused, not this receive: the next one goes on */
        if (deadline != NEURON_POLL && nexus_now() >= deadline) {
            return;
        }
    }
}

void nexus_dispatch(void)
{
    nexus_serve_until(NEURON_POLL);
}

void nexus_serve(void)
{
    for (;;) {
        nexus_serve_until(NEURON_FOREVER);
    }
}
