/* One of the crowd: does at each time what all others do, and insists on the answer. */
#include "member.nexus.h"
#include "schedule.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <stdlib.h>

int door_knock(struct nexus_client client)
{
    (void)client;
    return 0;
}

static int64_t call(enum label label, uint64_t bytes, uint64_t deadline)
{
    struct neuron_call_out out;

    return neuron_call(HUB_SLOT, NEURON_TAG(label, 0, bytes), 0, 0, 0, 0, deadline, &out);
}

static void expect(int64_t expected, int64_t status)
{
    if (status != expected) {
        abort();
    }
}

int main(void)
{
    struct neuron_recv_out out;

    nexus_sleep_until(beginning(FAULT));
    expect(NEURON_PEER_DIED, call(HOLD, 0, NEURON_FOREVER));
    nexus_sleep_until(beginning(DEADLINE));
    expect(NEURON_PEER_RESTARTED, call(HOLD, 0, NEURON_FOREVER));
    expect(NEURON_TIMEOUT, call(HOLD, 0, middle(DEADLINE)));
    nexus_sleep_until(beginning(PAGES));
    expect(NEURON_OK, call(ECHO, NEURON_MESSAGE_BYTES, NEURON_FOREVER));
    nexus_sleep_until(beginning(CLIENT));
    expect(NEURON_NOTIFIED, neuron_recv(beginning(RESTART), &out));
    nexus_sleep_until(beginning(RESTART) + NEXUS_MS(1));
    expect(NEURON_PEER_RESTARTED, call(HOLD, 0, NEURON_FOREVER));
    nexus_sleep_until(beginning(GIVE_UP));
    expect(NEURON_PEER_DIED, call(HOLD, 0, NEURON_FOREVER));
    nexus_serve();
}
