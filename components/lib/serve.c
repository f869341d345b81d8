/* The loop of a server: receive, dispatch, reply together with the next receive. */
#include <neuron/abi.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

/* The request being dispatched. */
static struct nexus_request current;
struct nexus_answer nexus_answer;

__attribute__((weak)) void nexus_glue_start(void)
{
}

__attribute__((weak)) void nexus_glue_dispatch(const struct nexus_request *request)
{
    (void)request;
    nexus_reply_bare(NEURON_TAG(NEXUS_LABEL_OF(NEXUS_UNKNOWN_METHOD), 0, 0));
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
    return (struct nexus_token){
        .value = current.token,
        .first_word = current.words[0],
        .client = (uint32_t)current.badge,
    };
}

static int64_t receive(uint64_t deadline)
{
    int64_t status;
    if (nexus_answer.pending) {
        struct neuron_reply_recv_out out;
        nexus_answer.pending = false;
        status = neuron_reply_recv(current.token, nexus_answer.tag, nexus_answer.words[0],
                                   nexus_answer.words[1], nexus_answer.words[2],
                                   nexus_answer.words[3], deadline, &out);
        current =
            (struct nexus_request){out.tag, {out.w0, out.w1, out.w2, out.w3}, out.badge, out.token};
    } else {
        struct neuron_recv_out out;
        status = neuron_recv(deadline, &out);
        current =
            (struct nexus_request){out.tag, {out.w0, out.w1, out.w2, out.w3}, out.badge, out.token};
    }
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

/* Handles one message or notification. False: the deadline passed first. */
static bool serve_one(uint64_t deadline)
{
    switch (receive(deadline)) {
    case NEURON_OK:
        nexus_glue_dispatch(&current);
        return true;
    case NEURON_NOTIFIED:
        notified(current.tag); /* where the kernel puts the bits */
        return true;
    case NEURON_TIMEOUT:
        return false;
    default:
        return true; /* the reply was refused, not this receive: the next one goes on */
    }
}

void nexus_serve_until(uint64_t deadline)
{
    while (serve_one(deadline)) {
        if (!nexus_answer.pending && deadline != NEURON_POLL && nexus_now() >= deadline) {
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
