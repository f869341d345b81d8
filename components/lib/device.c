/* What drivers of all devices share. */
#include <neuron/status.h>
#include <nexus/device.h>
#include <nexus/syscall.h>
#include <stddef.h>

int nexus_irq_ack(uint64_t slot, uint32_t *reasons)
{
    struct neuron_irq_ack_out out;
    const int status = (int)neuron_irq_ack(slot, &out);

    if (status == NEURON_OK && reasons != NULL) {
        *reasons = (uint32_t)out.reasons;
    }
    return status;
}
