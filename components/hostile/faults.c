/* Attacks that end a life of the driver: stores where it may only read, and a request that outlives it. */
#include "attacker.h"

#include <nexus/serve.h>
#include <nexus/time.h>
#include <stdlib.h>

static volatile uint64_t sink;
static volatile int *volatile nowhere;

int attack_places(struct nexus_client client, uint64_t *window_place, uint64_t *queue)
{
    (void)client;
    *window_place = (uint64_t)__nexus_arena;
    *queue = (uint64_t)__nexus_arena + (uint64_t)hand.queue_page * NEURON_PAGE;
    return 0;
}

/* The queue works and has a request in it that the device does not know of yet. */
static struct neuron_queue_page *prepare(void)
{
    struct part parts[CHAIN];

    if (start() != 0 || post(0, parts, request_write(parts, OTHER), false) != 0) {
        exit(1);
    }
    return (void *)(__nexus_arena + (size_t)hand.queue_page * NEURON_PAGE);
}

int attack_fault(struct nexus_client client, enum Fault fault)
{
    const uint64_t victim = own_phys() + offset_of(TARGET_VICTIM);
    volatile struct neuron_queue_page *page = prepare();

    (void)client;
    switch (fault) {
    case FAULT_WINDOW:
        window()[VIRTIO_MMIO_QUEUE_DESC_LOW / 4] = (uint32_t)victim;
        break;
    case FAULT_DESCRIPTOR:
        page->descriptors[0].address = victim;
        break;
    case FAULT_AVAILABLE:
        page->available.index = 2;
        break;
    case FAULT_STALE:
        (void)poke(VIRTIO_MMIO_STATUS, 0);
        sink = page->descriptors[0].address;
        break;
    }
    return 0; /* it was not refused */
}

int attack_leave(struct nexus_client client)
{
    const struct part part = {hand.dma_slot, BUFFER, (uint32_t)(hand.dma_bytes - BUFFER), true};

    (void)client;
    if (start() == 0) {
        for (uint32_t i = 0; i < QUEUE_SIZE; i++) {
            (void)post(i, &part, 1, i == QUEUE_SIZE - 1); /* asked once, it takes one */
        }
        if (wait_used(1) != 0 && ring()->used.index < QUEUE_SIZE) {
            *nowhere = 1; /* it has begun, and is not through */
        }
    }
    return 0;
}

int attack_untouched(struct nexus_client client, uint32_t after_ms, bool *zero)
{
    (void)client;
    nexus_sleep_until(nexus_now() + NEXUS_MS(after_ms));
    *zero = true;
    for (size_t i = BUFFER; i < hand.dma_bytes; i++) {
        *zero = *zero && ((volatile uint8_t *)hand.dma)[i] == 0;
    }
    return 0;
}
