/* What drivers of all devices share. Those of virtio devices go on in nexus/virtio.h. */
#ifndef NEXUS_DEVICE_H
#define NEXUS_DEVICE_H

#include <stdint.h>

/* Acknowledges the interrupt of the device in a slot: 0, or an enum neuron_status. `reasons` is the InterruptStatus
 * of a virtio device (virtio 1.2, 4.2.2), which is told too; 0 for others. NULL: nobody asks. */
int nexus_irq_ack(uint64_t slot, uint32_t *reasons);

#endif
