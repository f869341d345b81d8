/* Looking at the task behind a slot. */
#include "peer.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>

bool peer_runs(uint64_t slot)
{
    struct neuron_cap_query_out port;
    struct neuron_task_inspect_out task;

    if (neuron_cap_query(slot, &port) != NEURON_OK || port.kind != NEURON_CAP_PORT) {
        return false;
    }
    return neuron_task_inspect(NEURON_SLOT_TASK, port.object, NEURON_INSPECT_STATE, 0, &task) ==
               NEURON_OK &&
           task.v0 == NEURON_TASK_RUNNING;
}
