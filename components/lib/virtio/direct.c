/* The queues of a trusted device, in memory of its owner, who tells it their addresses (virtio 1.2, 4.2.3.2). */
#include "parts.h"

#include <neuron/abi.h>
#include <nexus/access.h>
#include <nexus/syscall.h>
#include <string.h>

/* A DMA region that we hold. */
static int find_region(uint64_t slot, struct neuron_cap_query_out *region)
{
    const int status = (int)neuron_cap_query(slot, region);

    return status == NEURON_OK && region->kind != NEURON_CAP_DMA ? NEURON_WRONG_KIND : status;
}

int direct_find_rings(struct nexus_virtio *device)
{
    struct neuron_cap_query_out region;
    const int status = find_region(device->dma_slot, &region);

    if (status != NEURON_OK) {
        return status;
    }
    device->rings_phys = region.base;
    device->rings_bytes = region.bytes;
    return NEURON_OK;
}

static void tell_address(const struct nexus_virtio *device, uint32_t low, uint64_t address)
{
    (void)tell_device(device, low, (uint32_t)address);
    (void)tell_device(device, low + 4, (uint32_t)(address >> 32));
}

int direct_open(struct nexus_queue *queue)
{
    const struct nexus_virtio *device = queue->device;
    const uint64_t phys = device->rings_phys + (uint64_t)queue->number * NEURON_PAGE;
    uint8_t *page = device->rings + (size_t)queue->number * NEURON_PAGE;

    if (device->rings_bytes < (queue->number + UINT64_C(1)) * NEURON_PAGE) {
        return NEURON_OUTSIDE_REGION;
    }
    (void)tell_device(device, VIRTIO_MMIO_QUEUE_SEL, queue->number);
    const uint32_t most = ask_device(device, VIRTIO_MMIO_QUEUE_NUM_MAX);
    if (most == 0) {
        return NEURON_BAD_QUEUE;
    }
    if (queue->size > most) {
        return NEURON_BAD_SIZE;
    }
    if (ask_device(device, VIRTIO_MMIO_QUEUE_READY) != 0) {
        return NEURON_QUEUE_SET_UP;
    }
    memset(page, 0, NEURON_PAGE);
    queue->page = (void *)page;
    (void)tell_device(device, VIRTIO_MMIO_QUEUE_NUM, queue->size);
    tell_address(device, VIRTIO_MMIO_QUEUE_DESC_LOW, phys);
    tell_address(device, VIRTIO_MMIO_QUEUE_DRIVER_LOW,
                 phys + offsetof(struct neuron_queue_page, available));
    tell_address(device, VIRTIO_MMIO_QUEUE_DEVICE_LOW, phys + NEURON_QUEUE_USED_OFFSET);
    (void)tell_device(device, VIRTIO_MMIO_QUEUE_READY, 1);
    return NEURON_OK;
}

/* Finds where a buffer is in memory. */
static int find_buffer(const struct nexus_buffer *buffer, uint64_t *phys)
{
    const uint64_t right = buffer->device_writes ? NEURON_RIGHT_WRITE : NEURON_RIGHT_READ;
    struct neuron_cap_query_out region;

    if (buffer->bytes == 0) {
        return NEURON_BAD_DESCRIPTOR;
    }
    const int status = find_region(buffer->slot, &region);
    if (status != NEURON_OK) {
        return status;
    }
    if ((region.rights & right) == 0) {
        return NEURON_NO_RIGHT;
    }
    if (buffer->offset > region.bytes || buffer->bytes > region.bytes - buffer->offset) {
        return NEURON_OUTSIDE_REGION;
    }
    *phys = region.base + buffer->offset;
    return NEURON_OK;
}

int direct_post(struct nexus_queue *queue, uint32_t head, const struct nexus_buffer *buffers,
                uint32_t count, bool kick)
{
    uint64_t phys[NEURON_CHAIN_MAX];

    for (uint32_t i = 0; i < count; i++) {
        const int status = find_buffer(&buffers[i], &phys[i]);
        if (status != NEURON_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t d = head + i;
        queue->page->descriptors[d].address = phys[i];
        queue->page->descriptors[d].bytes = buffers[i].bytes;
        queue->page->descriptors[d].flags =
            (uint16_t)((buffers[i].device_writes ? VIRTQ_DESC_F_WRITE : 0) |
                       (i + 1 < count ? VIRTQ_DESC_F_NEXT : 0));
        queue->page->descriptors[d].next = (uint16_t)(d + 1);
    }
    queue->page->available.ring[queue->available % queue->size] = (uint16_t)head;
    queue->available++;
    nexus_device_fence();
    queue->page->available.index = queue->available;
    return kick ? tell_device(queue->device, VIRTIO_MMIO_QUEUE_NOTIFY, queue->number) : NEURON_OK;
}
