/*
 * What drivers of guarded devices share: acknowledging interrupts, setting a virtio device up, posting
 * descriptors and taking back what was used. All that changes the device is a call of the kernel; what the
 * device says is read from the mapped window and from the queue's page, and is as hostile as any message.
 *
 * Results are 0 or an enum neuron_status.
 */
#ifndef NEXUS_DEVICE_H
#define NEXUS_DEVICE_H

#include <neuron/queue.h>
#include <neuron/registers.h>
#include <stdbool.h>
#include <stdint.h>

/* Acknowledges the interrupt of the device in a slot. `reasons` is the InterruptStatus of a virtio device
 * (virtio 1.2, 4.2.2), which is told too; 0 for others. NULL: nobody asks. */
int nexus_irq_ack(uint64_t slot, uint32_t *reasons);

/* A virtio device behind its window, which is mapped, of its class, and as the last owner left it. */
struct nexus_virtio {
    uint64_t slot;
    const volatile uint32_t *window;
};

/* Resets the device and accepts those of the `wanted` feature bits that it offers; VERSION_1 always. Queues
 * can be opened then. BAD_VALUE: it does not offer VERSION_1, or does not want what it offered. */
int nexus_virtio_begin(const struct nexus_virtio *device, uint64_t wanted, uint64_t *accepted);

/* The queues are open: the device may work. */
int nexus_virtio_go(const struct nexus_virtio *device);

/* A queue, as its owner sees it. */
struct nexus_queue {
    uint64_t slot;
    uint32_t number;
    uint32_t size;
    uint16_t used; /* of the used ring: what has been taken */
    const volatile struct neuron_queue_page *page;
};

/* Opens queue `number` with `size` descriptors, its page at page `arena_page` of the arena. */
int nexus_queue_open(struct nexus_queue *queue, uint64_t slot, uint32_t number, uint32_t size,
                     uint32_t arena_page);

/* Writes descriptor `i` of the next chain into the OUT page: part of the DMA region in slot `dma_slot`. */
void nexus_describe(uint32_t i, uint32_t dma_slot, uint64_t offset, uint32_t bytes, bool writes);

/* Posts `count` descriptors, described before, as the chain that begins at `head`. */
int nexus_queue_post(struct nexus_queue *queue, uint32_t head, uint32_t count, bool kick);

/* Takes the next chain that the device has used: its head and how many bytes were written. False: none. Check
 * both, the device may say anything. */
bool nexus_queue_take(struct nexus_queue *queue, uint32_t *head, uint32_t *bytes);

#endif
