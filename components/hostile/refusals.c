/* What the kernel refuses the owner of a guarded device, each with its own status. */
#include "attacker.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>

#define EXPECT(truth)                                                                              \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            return __LINE__;                                                                       \
        }                                                                                          \
    } while (0)

enum { WINDOW_BYTES = 4096, FEATURE_BITS = 32 };
#define HIGH (UINT64_C(1) << 32)

static uint64_t block_slot; /* the other memory that our devices may access */

static int64_t write(uint64_t reg, uint64_t value)
{
    return neuron_dev_write(hand.slot, reg, value);
}

static int64_t post_one(uint64_t offset, uint64_t word, uint64_t head, uint64_t count)
{
    uint64_t *words = (uint64_t *)(void *)__nexus_out;

    for (int i = 0; i < NEURON_CHAIN_MAX; i++) {
        words[2 * i] = offset;
        words[2 * i + 1] = word;
    }
    return neuron_dev_post(hand.slot, 0, head, count, 0);
}

static int64_t post_range(uint64_t offset, uint64_t bytes)
{
    return post_one(offset, NEURON_DESCRIPTOR(bytes, hand.dma_slot, 1), 0, 1);
}

static bool is_allowed(uint64_t reg)
{
    return reg == VIRTIO_MMIO_DEVICE_FEATURES_SEL || reg == VIRTIO_MMIO_DRIVER_FEATURES_SEL ||
           reg == VIRTIO_MMIO_DRIVER_FEATURES || reg == VIRTIO_MMIO_QUEUE_SEL ||
           reg == VIRTIO_MMIO_QUEUE_NOTIFY || reg == VIRTIO_MMIO_STATUS;
}

/* All other offsets of the window, also those of QueueReset, shared memory, the legacy interface and the
 * device's configuration; before the device is started, and while it works. */
static uint32_t numbers(void)
{
    for (int live = 0; live < 2; live++) {
        EXPECT((live == 0 ? begin(false) : start()) == NEURON_OK);
        for (uint64_t reg = 0; reg < WINDOW_BYTES; reg++) {
            EXPECT(is_allowed(reg) || write(reg, 0) == NEURON_BAD_REGISTER);
        }
        EXPECT(write(VIRTIO_MMIO_QUEUE_READY, 1) == NEURON_BAD_REGISTER);
        EXPECT(write(HIGH + VIRTIO_MMIO_QUEUE_DESC_LOW, 1) == NEURON_BAD_REGISTER);
        EXPECT(write(HIGH + VIRTIO_MMIO_STATUS, 0) == NEURON_BAD_REGISTER);
        EXPECT(write(WINDOW_BYTES + VIRTIO_MMIO_STATUS, 0) == NEURON_BAD_REGISTER);
        EXPECT(write(UINT64_MAX, 0) == NEURON_BAD_REGISTER);
    }
    return 0;
}

static uint32_t values(void)
{
    EXPECT(start() == NEURON_OK);
    EXPECT(write(VIRTIO_MMIO_QUEUE_NOTIFY, 1) == NEURON_NOT_LIVE);
    EXPECT(write(VIRTIO_MMIO_QUEUE_NOTIFY, NEURON_WINDOW_QUEUES) == NEURON_BAD_VALUE);
    EXPECT(write(VIRTIO_MMIO_QUEUE_NOTIFY, HIGH) == NEURON_BAD_VALUE);
    EXPECT(write(VIRTIO_MMIO_STATUS, HIGH) == NEURON_BAD_VALUE);
    EXPECT(write(VIRTIO_MMIO_QUEUE_SEL, HIGH) == NEURON_BAD_VALUE);
    EXPECT(write(VIRTIO_MMIO_DEVICE_FEATURES_SEL, HIGH) == NEURON_BAD_VALUE);
    EXPECT(write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, VIRTIO_FEATURE_WORDS) == NEURON_BAD_VALUE);
    return 0;
}

/* INDIRECT_DESC is bit 28, RING_PACKED bit 34; none of the transport's but VERSION_1 passes. */
static uint32_t features(void)
{
    EXPECT(write(VIRTIO_MMIO_STATUS, 0) == NEURON_OK);
    for (uint32_t word = 0; word < VIRTIO_FEATURE_WORDS; word++) {
        EXPECT(write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, word) == NEURON_OK);
        for (uint32_t bit = word == 0 ? 24 : 1; bit < FEATURE_BITS + 1; bit++) {
            EXPECT(write(VIRTIO_MMIO_DRIVER_FEATURES, (UINT64_C(1) << bit) | 1) ==
                   NEURON_BAD_VALUE);
        }
    }
    /* What was chosen before a reset is forgotten by it. */
    EXPECT(write(VIRTIO_MMIO_STATUS, 0) == NEURON_OK);
    EXPECT(write(VIRTIO_MMIO_DRIVER_FEATURES, 0x00800000) == NEURON_OK);
    EXPECT(write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1) == NEURON_OK);
    EXPECT(write(VIRTIO_MMIO_DRIVER_FEATURES, 0x00800000) == NEURON_BAD_VALUE);
    return 0;
}

static uint32_t queues(void)
{
    const uint64_t arena = (uint64_t)__nexus_arena;
    const uint64_t place = arena + (uint64_t)hand.queue_page * NEURON_PAGE;
    const uint64_t slot = hand.slot;

    EXPECT(begin(false) == NEURON_OK);
    EXPECT(neuron_dev_queue(slot, 0, 0, place) == NEURON_BAD_SIZE);
    EXPECT(neuron_dev_queue(slot, 0, 3, place) == NEURON_BAD_SIZE);
    EXPECT(neuron_dev_queue(slot, 0, UINT64_C(2) * NEURON_QUEUE_SIZE_MAX, place) ==
           NEURON_BAD_SIZE);
    EXPECT(neuron_dev_queue(slot, 0, HIGH + QUEUE_SIZE, place) == NEURON_BAD_SIZE);
    EXPECT(neuron_dev_queue(slot, NEURON_WINDOW_QUEUES, QUEUE_SIZE, place) == NEURON_BAD_QUEUE);
    EXPECT(neuron_dev_queue(slot, 1, QUEUE_SIZE, place) == NEURON_BAD_QUEUE);
    EXPECT(neuron_dev_queue(slot, HIGH, QUEUE_SIZE, place) == NEURON_BAD_QUEUE);
    EXPECT(neuron_dev_queue(slot, 0, QUEUE_SIZE, (uint64_t)hand.dma) == NEURON_OUTSIDE_ARENA);
    EXPECT(neuron_dev_queue(slot, 0, QUEUE_SIZE, arena) == NEURON_ALREADY_MAPPED);
    EXPECT(neuron_dev_queue(slot, 0, QUEUE_SIZE, place) == NEURON_OK);
    EXPECT(neuron_dev_queue(slot, 0, QUEUE_SIZE, place + NEURON_PAGE) == NEURON_QUEUE_SET_UP);
    EXPECT(neuron_unmap(place) == NEURON_NOT_MAPPED);
    return 0;
}

/* Nothing is posted to what does not run. */
static uint32_t stopped(void)
{
    const uint64_t place = (uint64_t)__nexus_arena + (uint64_t)hand.queue_page * NEURON_PAGE;

    EXPECT(begin(false) == NEURON_OK);
    EXPECT(post_range(BUFFER, STRUCK) == NEURON_NOT_LIVE);
    EXPECT(neuron_dev_queue(hand.slot, 0, QUEUE_SIZE, place) == NEURON_OK);
    EXPECT(post_range(BUFFER, STRUCK) == NEURON_NOT_LIVE);
    EXPECT(notify() == NEURON_NOT_LIVE);
    EXPECT(go() == NEURON_OK);
    EXPECT(post_range(BUFFER, STRUCK) == NEURON_OK);
    return 0;
}

/* A reset takes the queues; the device that runs again has none. */
static uint32_t after_reset(void)
{
    EXPECT(start() == NEURON_OK);
    EXPECT(post_range(BUFFER, STRUCK) == NEURON_OK);
    EXPECT(write(VIRTIO_MMIO_STATUS, 0) == NEURON_OK);
    EXPECT(post_range(BUFFER, STRUCK) == NEURON_NOT_LIVE);
    EXPECT(notify() == NEURON_NOT_LIVE);
    EXPECT(begin(false) == NEURON_OK && go() == NEURON_OK);
    EXPECT(post_range(BUFFER, STRUCK) == NEURON_NOT_LIVE);
    EXPECT(notify() == NEURON_NOT_LIVE);
    return 0;
}

/* Memory is named by the slots that one has. */
static uint32_t slots(void)
{
    const struct {
        uint64_t slot;
        int status;
    } others[] = {
        {NEURON_SLOT_CONSOLE, NEURON_WRONG_KIND},
        {hand.slot, NEURON_WRONG_KIND},
        {NEURON_TASK_SLOTS_MAX, NEURON_BAD_SLOT},
        {UINT16_MAX, NEURON_BAD_SLOT},
    };

    EXPECT(start() == NEURON_OK);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        EXPECT(post_one(0, NEURON_DESCRIPTOR(STRUCK, others[i].slot, 1), 0, 1) == others[i].status);
    }
    for (uint64_t slot = 0; slot < NEURON_TASK_SLOTS_MAX; slot++) {
        EXPECT(slot == hand.dma_slot || slot == block_slot ||
               post_one(0, NEURON_DESCRIPTOR(STRUCK, slot, 1), 0, 1) != NEURON_OK);
    }
    return 0;
}

/* Of the DMA region and nothing before or behind it, wherever the sum would wrap. */
static uint32_t bounds(void)
{
    const uint64_t end = hand.dma_bytes;

    EXPECT(start() == NEURON_OK);
    EXPECT(post_range(end, 1) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(end - STRUCK, STRUCK + 1) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(0, end + 1) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(end + 1, 1) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(UINT64_MAX, 1) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(UINT64_MAX, 2) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(UINT64_MAX - STRUCK + 1, UINT32_MAX) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(-own_phys(), STRUCK) == NEURON_OUTSIDE_REGION);
    EXPECT(post_range(0, 0) == NEURON_BAD_DESCRIPTOR);
    EXPECT(post_range(end - STRUCK, STRUCK) == NEURON_OK);
    return 0;
}

/* The flags of descriptors are not for the owner to choose; a chain is a run of descriptors of the queue. */
static uint32_t chains(void)
{
    const uint64_t word = NEURON_DESCRIPTOR(STRUCK, hand.dma_slot, 1);

    EXPECT(start() == NEURON_OK);
    for (uint32_t bit = 49; bit < 64; bit++) {
        EXPECT(post_one(0, word | UINT64_C(1) << bit, 0, 1) == NEURON_BAD_DESCRIPTOR);
    }
    EXPECT(post_one(0, word, 0, 0) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, 0, QUEUE_SIZE + 1) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, 0, NEURON_CHAIN_MAX + 1) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, 0, UINT64_MAX) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, 1, UINT64_MAX) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, QUEUE_SIZE, 1) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, HIGH, 1) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, QUEUE_SIZE - 1, 2) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, UINT64_MAX, 2) == NEURON_BAD_INDEX);
    EXPECT(post_one(0, word, 0, 2) == NEURON_OK);
    EXPECT(post_one(0, word, 1, 1) == NEURON_IN_FLIGHT);
    return 0;
}

int attack_refused(struct nexus_client client, enum Refusal refusal, uint32_t *line)
{
    static uint32_t (*const all[])(void) = {numbers, values, features, queues,     stopped,
                                            slots,   bounds, chains,   after_reset};

    block_slot = (uint64_t)attack_block_slot(client);
    *line = all[refusal]();
    return 0;
}
