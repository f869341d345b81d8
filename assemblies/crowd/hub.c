/* Whom all members call: holds calls, answers with a page, or faults, as the schedule says. */
#include "hub.nexus.h"
#include "schedule.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>

int hub_hold(struct nexus_client client)
{
    (void)client;
    return 0;
}

static void serve_until(uint64_t deadline)
{
    struct neuron_recv_out in;
    int64_t status = neuron_recv(deadline, &in);

    while (status != NEURON_TIMEOUT) {
        if (status == NEURON_OK && NEURON_TAG_LABEL(in.tag) == ECHO) {
            struct neuron_reply_recv_out next;
            status = neuron_reply_recv(in.token, in.tag, 0, 0, 0, 0, deadline, &next);
            in.tag = next.tag;
            in.token = next.token;
        } else {
            status = neuron_recv(deadline, &in);
        }
    }
}

int main(void)
{
    if (nexus_now() < middle(FAULT)) {
        serve_until(middle(FAULT));
        __builtin_trap();
    }
    if (nexus_now() < beginning(PAGES)) {
        serve_until(beginning(PAGES) - 1);
        nexus_sleep_until(middle(PAGES));
    }
    serve_until(NEURON_FOREVER);
    return 1;
}
