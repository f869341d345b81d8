/*
 * Driving a virtio device (virtio 1.2): a modern one behind virtio-mmio, with split virtqueues.
 *
 *     static struct nexus_virtio device = {
 *         .slot = DEV_SLOT, .page = DEV_PAGE, .queue_page = DEV_QUEUE_PAGE};
 *     static struct nexus_queue queue;
 *
 *     nexus_virtio_open(&device, NEURON_CLASS_VIRTIO_RNG, 0, NULL);  it is reset, features are settled
 *     nexus_queue_open(&queue, &device, 0, 4, 1);                    queue 0: 4 requests of one buffer each
 *     nexus_virtio_start(&device);
 *     nexus_queue_post(&queue, 2, &buffer, 1, true);                 as request 2
 *
 * and when its interrupt comes:
 *
 *     nexus_virtio_acknowledge(&device);
 *     while (nexus_queue_take(&queue, &request, &bytes)) { ... }
 *
 * What a device says is as hostile as any message: it is read once, checked, and then used. A device that says
 * what cannot be is reset, and does nothing more: nothing more comes out of its queues, all calls answer
 * device.failure, and only opening it again ends that. What it was asked to do is then lost; it may have done it.
 *
 * Results are 0, an enum neuron_status, or NEXUS_BAD_DEVICE.
 */
#ifndef NEXUS_VIRTIO_H
#define NEXUS_VIRTIO_H

#include <neuron/queue.h>
#include <neuron/registers.h>
#include <neuron/table.h>
#include <nexus/status.h>
#include <stdbool.h>
#include <stdint.h>

/* A device. The first part says where its component finds it, the rest is for the library to write. */
struct nexus_virtio {
    uint64_t slot;       /* DEV_SLOT */
    uint32_t page;       /* DEV_PAGE */
    uint32_t queue_page; /* DEV_QUEUE_PAGE; nothing if the device is declared `trusted` */
    /* Of a trusted device only: its DMA memory, and the slot of that (DEV_DMA_SLOT). Each queue takes a page of
     * it for its rings, queue 0 the first one. */
    uint8_t *rings;
    uint64_t dma_slot;

    int failure;   /* 0, or why it does nothing */
    uint32_t life; /* how often it was opened */
    uint64_t rings_phys, rings_bytes;
    volatile uint32_t *window;
};

/* Part of a request: memory in a DMA region, named by the region's slot. */
struct nexus_buffer {
    uint64_t slot;
    uint64_t offset;
    uint32_t bytes;
    bool device_writes;
};

/* A queue; for the library to write. */
struct nexus_queue {
    struct nexus_virtio *device;
    uint32_t life; /* of the device, in which it was opened */
    uint32_t number;
    uint32_t size; /* descriptors */
    uint32_t requests;
    uint32_t buffers;
    uint32_t in_flight;
    uint16_t available; /* chains made available; the kernel counts those of guarded devices */
    uint16_t used;      /* and taken back */
    volatile struct neuron_queue_page *page;
    bool posted[NEURON_QUEUE_SIZE_MAX];   /* of each request: the device has it */
    uint64_t room[NEURON_QUEUE_SIZE_MAX]; /* and may write so many bytes */
};

/* Whether the window holds a modern device of this class (enum neuron_class). */
bool nexus_virtio_is(const volatile uint32_t *window, uint32_t class_number);

/*
 * Maps the device's window the first time, resets the device, and accepts those of the `wanted` feature bits
 * that it offers, VERSION_1 always; `features`, if not NULL, gets the accepted ones. Queues can be opened then.
 * EMPTY_SLOT: there is no device; WRONG_CLASS: it is another one, or a legacy one; BAD_VALUE: bits are wanted
 * that change what queues are; BAD_DEVICE: it does not offer VERSION_1, or does not want what it offered.
 */
int nexus_virtio_open(struct nexus_virtio *device, uint32_t class_number, uint64_t wanted,
                      uint64_t *features);

/* Reads `count` words from `offset` on of what a device of its class says of itself (its configuration space), all at one
 * moment. BAD_DEVICE: it changes them again and again. */
int nexus_virtio_config(const struct nexus_virtio *device, uint32_t offset, uint32_t *words,
                        uint32_t count);

/* Its queues are open: the device may work. */
int nexus_virtio_start(struct nexus_virtio *device);

/* Acknowledges its interrupt. Take what is there then, and no interrupt is lost; there may be nothing.
 * NOT_CLAIMED: none came; BAD_DEVICE: it says that it is broken, or stopped by itself. */
int nexus_virtio_acknowledge(struct nexus_virtio *device);

/* Resets the device, which is then as one that failed with `why`: for a driver that found its device wrong in a
 * way that only it knows, as one that does not answer. */
void nexus_virtio_fail(struct nexus_virtio *device, int why);

/* Opens queue `number` for requests 0 to `requests` - 1, each of at most `buffers` buffers. BAD_SIZE: that is more
 * than the queue can have. */
int nexus_queue_open(struct nexus_queue *queue, struct nexus_virtio *device, uint32_t number,
                     uint32_t requests, uint32_t buffers);

/* Gives a request to the device: its buffers, those that the device reads first. It may wait until one comes
 * with `kick`. IN_FLIGHT: the device has a request of this number; BAD_INDEX: there is no such request, or it has
 * not so many buffers; or what dev_post answers about a buffer. */
int nexus_queue_post(struct nexus_queue *queue, uint32_t request,
                     const struct nexus_buffer *buffers, uint32_t count, bool kick);

/* Takes back a request that the device has done; it wrote the first `bytes` bytes of what it may write. False:
 * there is none now, or the device has failed. */
bool nexus_queue_take(struct nexus_queue *queue, uint32_t *request, uint32_t *bytes);

#endif
