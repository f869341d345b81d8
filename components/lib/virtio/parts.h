/* Between the parts of this folder. */
#ifndef VIRTIO_PARTS_H
#define VIRTIO_PARTS_H

#include <nexus/virtio.h>
#include <stddef.h>

/* Writes a register: asks the kernel, or itself if the device is trusted. */
int tell_device(const struct nexus_virtio *device, uint32_t reg, uint32_t value);

/* A word of the window, read once. */
uint32_t ask_device(const struct nexus_virtio *device, uint32_t reg);

/* 0 if the device is open. */
static inline int device_state(const struct nexus_virtio *device)
{
    return device->failure == 0 && device->life == 0 ? NEURON_NOT_LIVE : device->failure;
}

/* Whether the component writes the device's queues itself. */
static inline bool is_trusted(const struct nexus_virtio *device)
{
    return device->rings != NULL;
}

/* --- direct.c: what the kernel does for a guarded device, and its owner for a trusted one -------- */

/* Finds out where the memory for the rings is. */
int direct_find_rings(struct nexus_virtio *device);

/* Sets up an empty queue in its page. */
int direct_open(struct nexus_queue *queue);

/* Makes a chain available: checked as dev_post checks it, so that a driver can be either. */
int direct_post(struct nexus_queue *queue, uint32_t head, const struct nexus_buffer *buffers,
                uint32_t count, bool kick);

#endif
