/* A driver whose device is trusted: it writes registers and rings itself, with the calls of one whose device is not. */
#include "direct.nexus.h"

#include <neuron/table.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <nexus/virtio.h>
#include <string.h>

enum { REQUESTS = 3, BYTES = 64, FIRST = NEURON_PAGE /* behind the rings */ };

static struct nexus_virtio device = {
    .slot = DEV_SLOT, .page = DEV_PAGE, .rings = dev_dma, .dma_slot = DEV_DMA_SLOT};
static struct nexus_queue queue;
static uint32_t delivered[REQUESTS]; /* bytes of each request */

static int post(uint32_t request, uint64_t offset, bool kick)
{
    const struct nexus_buffer buffer = {DEV_DMA_SLOT, offset, BYTES, true};

    return nexus_queue_post(&queue, request, &buffer, 1, kick);
}

void dev_interrupt(void)
{
    uint32_t request = 0;
    uint32_t bytes = 0;

    CHECK(nexus_virtio_acknowledge(&device) == 0);
    while (nexus_queue_take(&queue, &request, &bytes)) {
        CHECK(delivered[request] == 0 && bytes > 0);
        delivered[request] = bytes;
    }
    CHECK(device.failure == 0);
}

static bool all_delivered(void)
{
    for (uint32_t r = 0; r < REQUESTS; r++) {
        if (delivered[r] == 0) {
            return false;
        }
    }
    return true;
}

int main(void)
{
    const uint64_t patience = nexus_now() + NEXUS_S(1);

    CHECK(nexus_virtio_open(&device, NEURON_CLASS_VIRTIO_RNG, 0, NULL) == 0);
    CHECK(nexus_queue_open(&queue, &device, 0, REQUESTS, 1) == 0);
    CHECK(nexus_virtio_start(&device) == 0);
    CHECK(post(0, DEV_DMA_BYTES - BYTES + 1, true) == NEURON_OUTSIDE_REGION);
    for (uint32_t r = 0; r < REQUESTS; r++) {
        CHECK(post(r, FIRST + (uint64_t)r * BYTES, r + 1 == REQUESTS) == 0);
    }
    while (!all_delivered() && nexus_now() < patience) {
        nexus_serve_until(nexus_now() + NEXUS_MS(1));
    }
    CHECK(all_delivered());
    /* 16 bytes are equal by chance never. */
    CHECK(memcmp(dev_dma + FIRST, dev_dma + FIRST + BYTES, 16) != 0);
    CHECK(memcmp(dev_dma + FIRST + BYTES, dev_dma + FIRST + (size_t)2 * BYTES, 16) != 0);
    for (size_t i = FIRST + (size_t)REQUESTS * BYTES; i < DEV_DMA_BYTES; i++) {
        CHECK(dev_dma[i] == 0);
    }
    promise_kept("rng trusted queues");
    return 0;
}
