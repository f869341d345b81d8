/* A guarded driver of virtio-rng: random bytes by descriptors that the kernel checks, and by interrupt. */
#include "noise.nexus.h"

#include <neuron/status.h>
#include <neuron/table.h>
#include <nexus/device.h>
#include <nexus/mmio.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <string.h>

enum {
    QUEUE = 0,
    SIZE = 8,
    BYTES = 64,
    FIRST = 256, /* where the buffers lie in the DMA memory */
    SECOND = 1024,
    UNTOUCHED = 0x5a,
    INTERRUPT_USED = 1 /* virtio 1.2, 4.2.2, InterruptStatus: a buffer was used */
};

static struct nexus_queue queue;
static unsigned interrupts;
static uint32_t used_bytes[SIZE];
static bool used[SIZE];

void dev_interrupt(void)
{
    uint32_t reasons = 0;
    uint32_t head = 0;
    uint32_t bytes = 0;

    CHECK(nexus_irq_ack(DEV_SLOT, &reasons) == NEURON_OK);
    CHECK(reasons == INTERRUPT_USED);
    interrupts++;
    while (nexus_queue_take(&queue, &head, &bytes)) {
        CHECK(head < SIZE && !used[head]);
        used[head] = true;
        used_bytes[head] = bytes;
    }
}

/* Posts one buffer at descriptor `head` and serves until it was used. */
static void fetch(uint32_t head, uint64_t offset)
{
    const uint64_t patience = nexus_now() + NEXUS_MS(500);

    used[head] = false;
    nexus_describe(0, DEV_DMA_SLOT, offset, BYTES, true);
    CHECK(nexus_queue_post(&queue, head, 1, true) == NEURON_OK);
    while (!used[head] && nexus_now() < patience) {
        nexus_serve_until(nexus_now() + NEXUS_MS(1));
    }
    CHECK(used[head]);
    CHECK(used_bytes[head] > 0 && used_bytes[head] <= BYTES);
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
    const struct nexus_virtio device = {DEV_SLOT,
                                        nexus_mmio_map(DEV_SLOT, DEV_PAGE, NEURON_PROT_R)};
    uint64_t features = 0;

    CHECK(device.window != NULL);
    CHECK(nexus_virtio_begin(&device, 0, &features) == NEURON_OK);
    CHECK(features == UINT64_C(1) << 32);
    CHECK(nexus_queue_open(&queue, DEV_SLOT, QUEUE, SIZE, DEV_QUEUE_PAGE) == NEURON_OK);
    nexus_describe(0, DEV_DMA_SLOT, FIRST, BYTES, true);
    CHECK(nexus_queue_post(&queue, 0, 1, true) == NEURON_NOT_LIVE);
    CHECK(nexus_virtio_go(&device) == NEURON_OK);
}

/* One byte too many at either end, at both sides of the bound. */
static void test_bounds(void)
{
    nexus_describe(0, DEV_DMA_SLOT, DEV_DMA_BYTES - BYTES + 1, BYTES, true);
    CHECK(nexus_queue_post(&queue, 0, 1, true) == NEURON_OUTSIDE_REGION);
    nexus_describe(0, DEV_DMA_SLOT, DEV_DMA_BYTES, 1, true);
    CHECK(nexus_queue_post(&queue, 0, 1, true) == NEURON_OUTSIDE_REGION);
    nexus_describe(0, DEV_DMA_SLOT, UINT64_MAX, BYTES, true);
    CHECK(nexus_queue_post(&queue, 0, 1, true) == NEURON_OUTSIDE_REGION);
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
