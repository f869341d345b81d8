/* Drivers of guarded devices. */
#include <neuron/limits.h>
#include <neuron/status.h>
#include <nexus/device.h>
#include <nexus/syscall.h>
#include <stddef.h>

/* From the linker script. */
extern uint8_t __nexus_arena[] __attribute__((aligned(NEURON_PAGE)));
extern uint8_t __nexus_out[];

enum { VERSION_1_WORD = 1, VERSION_1_BIT = 1 }; /* feature bit 32 */

int nexus_irq_ack(uint64_t slot, uint32_t *reasons)
{
    struct neuron_irq_ack_out out;
    int status = (int)neuron_irq_ack(slot, &out);

    if (status == NEURON_OK && reasons != NULL) {
        *reasons = (uint32_t)out.reasons;
    }
    return status;
}

static int write_register(const struct nexus_virtio *device, uint64_t reg, uint32_t value)
{
    return (int)neuron_dev_write(device->slot, reg, value);
}

/* Accepts what is wanted of one word of the feature bits. */
static int accept_word(const struct nexus_virtio *device, uint32_t word, uint32_t wanted,
                       uint32_t *accepted)
{
    int status = write_register(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, word);

    if (status != NEURON_OK) {
        return status;
    }
    *accepted = device->window[VIRTIO_MMIO_DEVICE_FEATURES / 4] & wanted;
    status = write_register(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, word);
    return status != NEURON_OK ? status
                               : write_register(device, VIRTIO_MMIO_DRIVER_FEATURES, *accepted);
}

/* The steps of virtio 1.2, 3.1.1. */
int nexus_virtio_begin(const struct nexus_virtio *device, uint64_t wanted, uint64_t *accepted)
{
    static const uint32_t steps[] = {0, VIRTIO_STATUS_ACKNOWLEDGE,
                                     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER};
    const uint32_t settled =
        VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK;
    uint32_t words[VIRTIO_FEATURE_WORDS];
    int status = NEURON_OK;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == NEURON_OK; i++) {
        status = write_register(device, VIRTIO_MMIO_STATUS, steps[i]);
    }
    for (uint32_t word = 0; word < VIRTIO_FEATURE_WORDS && status == NEURON_OK; word++) {
        uint32_t asked = (uint32_t)(wanted >> (32 * word));
        asked |= word == VERSION_1_WORD ? VERSION_1_BIT : 0;
        status = accept_word(device, word, asked, &words[word]);
    }
    if (status == NEURON_OK) {
        status = write_register(device, VIRTIO_MMIO_STATUS, settled);
    }
    if (status != NEURON_OK) {
        return status;
    }
    if ((words[VERSION_1_WORD] & VERSION_1_BIT) == 0 ||
        device->window[VIRTIO_MMIO_STATUS / 4] != settled) {
        return NEURON_BAD_VALUE;
    }
    *accepted = words[0] | (uint64_t)words[1] << 32;
    return NEURON_OK;
}

int nexus_virtio_go(const struct nexus_virtio *device)
{
    return write_register(device, VIRTIO_MMIO_STATUS,
                          VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
                              VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
}

int nexus_queue_open(struct nexus_queue *queue, uint64_t slot, uint32_t number, uint32_t size,
                     uint32_t arena_page)
{
    uint8_t *place = __nexus_arena + (size_t)arena_page * NEURON_PAGE;
    int status = (int)neuron_dev_queue(slot, number, size, (uint64_t)place);

    if (status == NEURON_OK) {
        *queue = (struct nexus_queue){slot, number, size, 0, (void *)place};
    }
    return status;
}

void nexus_describe(uint32_t i, uint32_t dma_slot, uint64_t offset, uint32_t bytes, bool writes)
{
    uint64_t *words = (uint64_t *)(void *)__nexus_out + (size_t)NEURON_DESCRIPTOR_WORDS * i;

    words[0] = offset;
    words[1] = NEURON_DESCRIPTOR(bytes, dma_slot, writes ? 1 : 0);
}

int nexus_queue_post(struct nexus_queue *queue, uint32_t head, uint32_t count, bool kick)
{
    return (int)neuron_dev_post(queue->slot, queue->number, head, count, kick ? 1 : 0);
}

bool nexus_queue_take(struct nexus_queue *queue, uint32_t *head, uint32_t *bytes)
{
    if (queue->page->used.index == queue->used) {
        return false;
    }
    /* What the entry says is there before the index says that there is one. */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    *head = queue->page->used.ring[queue->used % queue->size].id;
    *bytes = queue->page->used.ring[queue->used % queue->size].bytes;
    queue->used++;
    return true;
}
