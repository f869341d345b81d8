/* What a virtio-mmio window says about its device (virtio 1.2, 4.2.2). */
#ifndef NEXUS_VIRTIO_H
#define NEXUS_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

/* Byte offsets of the registers that identify a device. */
#define VIRTIO_MMIO_MAGIC 0x000
#define VIRTIO_MMIO_VERSION 0x004
#define VIRTIO_MMIO_DEVICE_ID 0x008

#define VIRTIO_MMIO_MAGIC_VALUE 0x74726976u /* "virt" */
#define VIRTIO_MMIO_MODERN 2u               /* 1 is the legacy interface */

/* Whether the window holds a modern device of this class (enum neuron_class). */
bool nexus_virtio_is(const volatile uint32_t *window, uint32_t class_number);

#endif
