/* A guarded driver of virtio-rng: random bytes by descriptors that the kernel checks, and by interrupt. */
#include "noise.nexus.h"

#include <neuron/status.h>
#include <neuron/table.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <nexus/virtio.h>
#include <string.h>

enum {
    QUEUE = 0,
    SIZE = 8,
    BYTES = 64,
    FIRST = 256, /* where the buffers lie in the DMA memory */
    SECOND = 1024,
    UNTOUCHED = 0x5a
};

static struct nexus_virtio device = {
    .slot = DEV_SLOT, .page = DEV_PAGE, .queue_page = DEV_QUEUE_PAGE};
static struct nexus_queue queue;
static unsigned interrupts;
static uint32_t used_bytes[SIZE];
static bool used[SIZE];

void dev_interrupt(void)
{
    uint32_t request = 0;
    uint32_t bytes = 0;

    CHECK(nexus_virtio_acknowledge(&device) == NEURON_OK);
    interrupts++;
    while (nexus_queue_take(&queue, &request, &bytes)) {
        CHECK(!used[request]);
        used[request] = true;
        used_bytes[request] = bytes;
    }
    CHECK(device.failure == 0);
}

static int post(uint32_t request, uint64_t offset, uint32_t bytes)
{
    const struct nexus_buffer buffer = {DEV_DMA_SLOT, offset, bytes, true};

    return nexus_queue_post(&queue, request, &buffer, 1, true);
}

/* Posts one buffer and serves until it was used. */
static void fetch(uint32_t request, uint64_t offset)
{
    const uint64_t patience = nexus_now() + NEXUS_MS(500);

    used[request] = false;
    CHECK(post(request, offset, BYTES) == NEURON_OK);
    while (!used[request] && nexus_now() < patience) {
        nexus_serve_until(nexus_now() + NEXUS_MS(1));
    }
    CHECK(used[request]);
    CHECK(used_bytes[request] > 0 && used_bytes[request] <= BYTES);
}

/* Whether nobody wrote to [from, to). */
static bool untouched(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (dev_dma[i] != UNTOUCHED) {
            return false;
        }
    }
    return true;
}

static void set_up(void)
{
    uint64_t features = 0;

    CHECK(nexus_virtio_open(&device, NEURON_CLASS_VIRTIO_RNG, 0, &features) == NEURON_OK);
    CHECK(features == UINT64_C(1) << 32);
    CHECK(nexus_queue_open(&queue, &device, QUEUE, SIZE, 1) == NEURON_OK);
    CHECK(post(0, FIRST, BYTES) == NEURON_NOT_LIVE);
    CHECK(nexus_virtio_start(&device) == NEURON_OK);
}

/* One byte too many at either end, at both sides of the bound. */
static void test_bounds(void)
{
    CHECK(post(0, DEV_DMA_BYTES - BYTES + 1, BYTES) == NEURON_OUTSIDE_REGION);
    CHECK(post(0, DEV_DMA_BYTES, 1) == NEURON_OUTSIDE_REGION);
    CHECK(post(0, UINT64_MAX, BYTES) == NEURON_OUTSIDE_REGION);
    fetch(3, DEV_DMA_BYTES - BYTES);
    CHECK(untouched(0, DEV_DMA_BYTES - BYTES));
    memset(dev_dma, UNTOUCHED, DEV_DMA_BYTES);
    promise_kept("irq dma bounds");
}

int main(void)
{
    for (uint32_t i = 0; i < DEV_DMA_BYTES; i++) {
        CHECK(dev_dma[i] == 0);
    }
    memset(dev_dma, UNTOUCHED, DEV_DMA_BYTES);
    set_up();
    test_bounds();

    const unsigned before = interrupts;
    fetch(0, FIRST);
    fetch(1, SECOND);
    CHECK(interrupts == before + 2);
    const uint32_t shorter = used_bytes[0] < used_bytes[1] ? used_bytes[0] : used_bytes[1];
    CHECK(shorter >= 16); /* else they may be equal by chance */
    CHECK(memcmp(dev_dma + FIRST, dev_dma + SECOND, shorter) != 0);
    CHECK(!untouched(FIRST, FIRST + used_bytes[0]) && !untouched(SECOND, SECOND + used_bytes[1]));
    CHECK(untouched(0, FIRST) && untouched(FIRST + used_bytes[0], SECOND) &&
          untouched(SECOND + used_bytes[1], DEV_DMA_BYTES));
    promise_kept("irq entropy by interrupt");
    CHECK(ledger_noise_done() == 0);
    nexus_serve();
}
