/* Maps its entropy device, if it has one, and sleeps. */
#include "holder.nexus.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/mmio.h>
#include <nexus/time.h>

int main(void)
{
    (void)nexus_mmio_map(RNG_SLOT, 0, NEURON_PROT_R);
    nexus_sleep_until(NEURON_FOREVER);
    return 0;
}
