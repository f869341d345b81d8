/* A second client: when told to, it calls the raw server once; if it is to die, it lets its call time
 * out while it is being served, then faults. */
#include "rival.nexus.h"

#include "raw.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

static uint32_t runs;

void go_run(struct nexus_client client)
{
    struct neuron_call_out out;

    (void)client;
    runs++;
    if (dies != 0 && runs == 2) {
        (void)neuron_call(RAW_SLOT, NEURON_TAG(HOLD, 0, 0), 0, 0, 0, 0, nexus_now() + NEXUS_MS(5),
                          &out);
        *(volatile int *)0 = 1;
    }
    (void)neuron_call(RAW_SLOT, NEURON_TAG(MARK, 0, 0), 0, 0, 0, 0, NEURON_FOREVER, &out);
}
