/* What a virtio-mmio window says about its device (virtio 1.2, 4.2.2). */
#ifndef NEXUS_VIRTIO_H
#define NEXUS_VIRTIO_H

#include <neuron/registers.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether the window holds a modern device of this class (enum neuron_class). */
bool nexus_virtio_is(const volatile uint32_t *window, uint32_t class_number);

#endif
