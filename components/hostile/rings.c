/* Registers and rings: what a driver does itself if its device is trusted, and asks the kernel for else. */
#include "attacker.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/mmio.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

enum { VERSION_1 = 1, RING_PACKED = 4 }; /* in the second word of the features */

/* For what was refused, and for what was not. */
enum { PATIENCE_MS = 60, LONG_PATIENCE_MS = 600 };

static const volatile struct neuron_queue_page *working; /* the rings that the device was told */
static uint16_t available; /* index of the ring that we keep ourselves */
static bool expecting;     /* the device has something to do: nobody refused it */

uint64_t phys_of(uint64_t slot)
{
    struct neuron_cap_query_out out;

    return neuron_cap_query(slot, &out) == NEURON_OK ? out.base : 0;
}

uint64_t own_phys(void)
{
    return phys_of(hand.dma_slot);
}

volatile uint32_t *window(void)
{
    return (volatile uint32_t *)(void *)__nexus_arena;
}

static struct neuron_queue_page *own_ring(void)
{
    return (void *)(hand.dma + RING);
}

const volatile struct neuron_queue_page *ring(void)
{
    return working;
}

int poke(uint64_t reg, uint64_t value)
{
    if (hand.queue_page != 0) {
        return (int)neuron_dev_write(hand.slot, reg, value);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    window()[reg / 4] = (uint32_t)value;
    return NEURON_OK;
}

static void first_refusal(int *status, int next)
{
    if (*status == NEURON_OK) {
        *status = next;
    }
}

int begin(bool packed)
{
    int status = poke(VIRTIO_MMIO_STATUS, 0);

    available = 0;
    expecting = hand.queue_page == 0;
    working = own_ring();
    for (size_t i = 0; i < NEURON_PAGE; i++) {
        hand.dma[RING + i] = 0;
    }
    first_refusal(&status, poke(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE));
    first_refusal(&status,
                  poke(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER));
    first_refusal(&status, poke(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0));
    first_refusal(&status, poke(VIRTIO_MMIO_DRIVER_FEATURES, 0));
    if (hand.queue_page ==
        0) { /* INDIRECT_DESC; who asks the kernel for it is refused (refusals.c) */
        window()[VIRTIO_MMIO_DRIVER_FEATURES / 4] = 1u << 28;
    }
    first_refusal(&status, poke(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1));
    first_refusal(&status,
                  poke(VIRTIO_MMIO_DRIVER_FEATURES, packed ? VERSION_1 | RING_PACKED : VERSION_1));
    first_refusal(&status,
                  poke(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
                                               VIRTIO_STATUS_FEATURES_OK));
    return status;
}

int go(void)
{
    return poke(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
                                        VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
}

int notify(void)
{
    return poke(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}

static int poke_address(uint64_t low, uint64_t address)
{
    int status = poke(low, (uint32_t)address);

    first_refusal(&status, poke(low + 4, address >> 32));
    return status;
}

int place_rings(uint64_t descriptors, uint64_t driver, uint64_t device)
{
    int status = NEURON_OK;

    (void)poke(VIRTIO_MMIO_QUEUE_SEL, 0);
    first_refusal(&status, poke(VIRTIO_MMIO_QUEUE_READY, 0));
    first_refusal(&status, poke(VIRTIO_MMIO_QUEUE_NUM, QUEUE_SIZE));
    first_refusal(&status, poke_address(VIRTIO_MMIO_QUEUE_DESC_LOW, descriptors));
    first_refusal(&status, poke_address(VIRTIO_MMIO_QUEUE_DRIVER_LOW, driver));
    first_refusal(&status, poke_address(VIRTIO_MMIO_QUEUE_DEVICE_LOW, device));
    first_refusal(&status, poke(VIRTIO_MMIO_QUEUE_READY, 1));
    return status;
}

int start(void)
{
    const uint64_t own = own_phys() + RING;
    int status = begin(false);

    if (hand.queue_page != 0) {
        uint8_t *place = __nexus_arena + (size_t)hand.queue_page * NEURON_PAGE;
        first_refusal(&status, (int)neuron_dev_queue(hand.slot, 0, QUEUE_SIZE, (uint64_t)place));
        working = status == NEURON_OK ? (void *)place : working;
    } else {
        first_refusal(&status, place_rings(own, own + offsetof(struct neuron_queue_page, available),
                                           own + offsetof(struct neuron_queue_page, used)));
    }
    first_refusal(&status, go());
    return status;
}

void write_raw(uint32_t d, const struct part *part, uint16_t flags)
{
    own_ring()->descriptors[d].address = phys_of(part->slot) + part->offset;
    own_ring()->descriptors[d].bytes = part->bytes;
    own_ring()->descriptors[d].flags = (uint16_t)(flags | (part->writes ? VIRTQ_DESC_F_WRITE : 0));
    own_ring()->descriptors[d].next = (uint16_t)(d + 1);
}

void write_chain(uint32_t head, const struct part *parts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        write_raw(head + i, &parts[i], i + 1 < count ? VIRTQ_DESC_F_NEXT : 0);
    }
}

void write_available(uint32_t index, uint32_t head)
{
    own_ring()->available.ring[index % QUEUE_SIZE] = (uint16_t)head;
}

int post(uint32_t head, const struct part *parts, uint32_t count, bool kick)
{
    uint64_t *words = (uint64_t *)(void *)__nexus_out;

    if (hand.queue_page != 0) {
        for (uint32_t i = 0; i < count; i++) {
            words[2 * i] = parts[i].offset;
            words[2 * i + 1] =
                NEURON_DESCRIPTOR(parts[i].bytes, parts[i].slot, parts[i].writes ? 1 : 0);
        }
        const int status = (int)neuron_dev_post(hand.slot, 0, head, count, kick ? 1 : 0);
        expecting = expecting || status == NEURON_OK;
        return status;
    }
    write_chain(head, parts, count);
    write_available(available, head);
    available++;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    *(volatile uint16_t *)&own_ring()->available.index = available;
    return kick ? notify() : NEURON_OK;
}

uint32_t wait_used(uint32_t wanted)
{
    const int patience = expecting ? LONG_PATIENCE_MS : PATIENCE_MS;

    for (int ms = 0; ms < patience; ms++) {
        if (ring()->used.index == wanted || is_broken()) {
            break;
        }
        nexus_sleep_until(nexus_now() + NEXUS_MS(1));
    }
    return ring()->used.index;
}

bool is_broken(void)
{
    return (window()[VIRTIO_MMIO_STATUS / 4] & VIRTIO_STATUS_NEEDS_RESET) != 0;
}
