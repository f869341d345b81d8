/*
 * A virtio device and the kernel in front of it, for native tests: registers, one or two queues, and memory that
 * it may reach. It does what it should, or what a test has it do: `lie` may change whatever is read from it, at
 * every read.
 */
#ifndef VIRTIO_MODEL_H
#define VIRTIO_MODEL_H

#include <neuron/queue.h>
#include <nexus/virtio.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    MODEL_CLASS = 4,
    MODEL_DMA_SLOT = 6,
    MODEL_READ_ONLY_SLOT = 77, /* the same memory, which the device may only read */
    MODEL_DMA_PAGES = 3
};

struct model {
    /* Where a driver finds it: its slot, its pages in the arena, and the memory that it may reach. */
    uint64_t slot, dma_slot;
    uint32_t page, queue_page;
    uint8_t *dma;
    uint64_t dma_bytes;
    /* Memory of a client that it may reach too, and its slot; NULL: there is none. */
    uint64_t shared_slot;
    uint8_t *shared;
    uint64_t shared_bytes;
    bool trusted; /* the driver writes registers and rings itself */
    uint32_t magic, version, class_number;
    uint64_t offered, accepted;
    uint32_t config[8];    /* its configuration space */
    uint32_t most;         /* descriptors of a queue */
    uint32_t kept;         /* bits of the status that it lets stand */
    uint32_t stuck;        /* bits of the status that survive a reset */
    uint32_t status;       /* as it reads */
    unsigned resets, acks; /* how often */
    unsigned notified[2];
    int refuse; /* what the kernel's calls answer, if not 0 */
    /* What is read from the device instead of `honest`; NULL: that. `at` is in the window or in a queue's page. */
    uint32_t (*lie)(const volatile void *at, uint32_t honest);
    /* Called after each read of what a client sees too, which may change it before the next one; NULL: nobody does. */
    void (*change)(const volatile void *at);
};
extern struct model model;

/* A device as it is when the machine has booted, in places of its own, and no lies. */
void model_begin(bool trusted);

/* What a driver knows of it. */
struct nexus_virtio model_device(void);

/* The page of an open queue; NULL: it is not open. */
struct neuron_queue_page *model_page(uint32_t queue);

/* Does the next request: writes `byte` to as much of what it may write as `bytes` says, and says so. Returns the head
 * of the chain; -1: there is none. */
int model_serve(uint32_t queue, uint32_t bytes, uint8_t byte);

/* Says that a chain was used, whatever that is. */
void model_use(uint32_t queue, uint32_t id, uint32_t bytes);

/* How often a word of a queue's page, or of the window, was read since the last model_begin() or this. */
unsigned model_reads(const volatile void *at);
void model_forget_reads(void);

#endif
