/*
 * Virtqueues of guarded devices: what dev_post reads from its caller, and the page that a queue lives in.
 */
#ifndef NEURON_QUEUE_H
#define NEURON_QUEUE_H

#include <neuron/limits.h>
#include <stddef.h>
#include <stdint.h>

/*
 * dev_post: descriptor i of a chain is two words at 16 * i in the caller's OUT page.
 *   word 0           offset in bytes from the beginning of the DMA region
 *   word 1, bits     0..31 bytes, at least 1; 32..47 the slot of the region; 48 set: the device writes
 * All other bits are zero, else BAD_DESCRIPTOR.
 */
#define NEURON_DESCRIPTOR_WORDS 2
#define NEURON_DESCRIPTOR(bytes, slot, writes)                                                     \
    ((uint64_t)(bytes) | ((uint64_t)(slot) << 32) | ((uint64_t)(writes) << 48))
#define NEURON_DESCRIPTOR_BYTES(word) ((uint64_t)(word) % 0x100000000)
#define NEURON_DESCRIPTOR_SLOT(word) ((uint64_t)(word) / 0x100000000 % 0x10000)
#define NEURON_DESCRIPTOR_WRITES(word) ((uint64_t)(word) / 0x1000000000000)

/*
 * The page of a virtqueue, which its owner can only read: a split virtqueue (virtio 1.2, 2.7) of which
 * the kernel writes descriptors and available ring, and the device the used ring.
 */
struct neuron_queue_page {
    struct {
        uint64_t address; /* physical */
        uint32_t bytes;
        uint16_t flags;
        uint16_t next;
    } descriptors[NEURON_QUEUE_SIZE_MAX];
    struct {
        uint16_t flags;
        uint16_t index;
        uint16_t ring[NEURON_QUEUE_SIZE_MAX];
        uint16_t used_event;
        uint16_t unused[(NEURON_QUEUE_USED_OFFSET - 2310) / 2];
    } available;
    struct {
        /* The device writes these at any time. */
        volatile uint16_t flags;
        volatile uint16_t index;
        struct {
            volatile uint32_t id;
            volatile uint32_t bytes;
        } ring[NEURON_QUEUE_SIZE_MAX];
        uint16_t available_event;
        uint16_t unused[(NEURON_PAGE - NEURON_QUEUE_USED_OFFSET - 1030) / 2];
    } used;
} __attribute__((aligned(NEURON_PAGE)));

_Static_assert(offsetof(struct neuron_queue_page, used) == NEURON_QUEUE_USED_OFFSET,
               "the used ring begins where the device is told");
_Static_assert(sizeof(struct neuron_queue_page) == NEURON_PAGE, "a queue fits in a page");

#endif
