/* Who may not open the door: says to be selftest, sends what no stub would, and stays outside. */
#include "stranger.nexus.h"

#include "tasks.h"

#include <neuron/abi.h>
#include <nexus/selftest.h>
#include <nexus/status.h>
#include <nexus/syscall.h>

enum { OPEN_METHOD = 1, TRIES = 3 };

int main(void)
{
    const uint64_t denied = NEURON_TAG(NEXUS_LABEL_OF(NEXUS_DENIED), 0, 0);
    struct neuron_call_out out;
    uint32_t entered = 1, last = 0;

    for (int i = 0; i < TRIES; i++) {
        CHECK(door_open(TASK_SELFTEST, &entered) == NEXUS_DENIED);
        /* Malformed too: who may not is not told what is wrong with its message. */
        CHECK(neuron_call(DOOR_SLOT, NEURON_TAG(OPEN_METHOD, 4, 0), TASK_SELFTEST, TASK_SELFTEST,
                          TASK_SELFTEST, TASK_SELFTEST, NEURON_FOREVER, &out) == NEURON_OK);
        CHECK(out.tag == denied);
    }
    CHECK(door_look(&entered, &last) == 0 && entered == 0);
    promise_kept("guarded call denied");
    return 0;
}
