/* A virtio device and the kernel in front of it. Physical addresses are those of the host. */
#include "model.h"

#include "cmocka_all.h"

#include <neuron/abi.h>
#include <nexus/access.h>
#include <nexus/host.h>
#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 1,
    QUEUE_PAGE = 2,
    ARENA_PAGES = QUEUE_PAGE + NEURON_WINDOW_QUEUES,
    WORDS = NEURON_PAGE / 4
};

uint8_t __nexus_arena[ARENA_PAGES * NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));
uint8_t __nexus_out[NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));

struct model model;

/* A queue: what the device was told, and what the kernel keeps of it if the device is guarded. */
static struct queue {
    uint32_t size; /* 0: not open */
    uint64_t phys[3];
    uint16_t seen;    /* of the available ring */
    uint16_t used;    /* entries written */
    uint16_t taken;   /* entries that the kernel has looked at */
    uint16_t offered; /* chains that the kernel made available */
    uint8_t chain[NEURON_QUEUE_SIZE_MAX];
    bool busy[NEURON_QUEUE_SIZE_MAX];
} queues[NEURON_WINDOW_QUEUES];

static uint32_t device_word, driver_word, selected;
static bool mapped;
static unsigned reads[ARENA_PAGES + MODEL_DMA_PAGES][WORDS * 2]; /* of half words */

static uint8_t *arena(uint32_t page)
{
    return __nexus_arena + (size_t)page * NEURON_PAGE;
}

/* --- what the driver reads and writes ------------------------------------------------------------ */

static bool is_of_the_device(const volatile void *at)
{
    return (uint64_t)at - (uint64_t)__nexus_arena < sizeof(__nexus_arena) ||
           (uint64_t)at - (uint64_t)model.dma < model.dma_bytes;
}

static unsigned *reads_of(const volatile void *at)
{
    const uint64_t in_arena = (uint64_t)at - (uint64_t)__nexus_arena;
    const uint64_t in_dma = (uint64_t)at - (uint64_t)model.dma;
    const bool own = in_arena < sizeof(__nexus_arena);
    const uint64_t offset = own ? in_arena : in_dma;

    assert_true(is_of_the_device(at));
    return &reads[(own ? 0 : ARENA_PAGES) + offset / NEURON_PAGE][offset % NEURON_PAGE / 2];
}

unsigned model_reads(const volatile void *at)
{
    return *reads_of(at);
}

void model_forget_reads(void)
{
    memset(reads, 0, sizeof(reads));
}

static uint32_t told(const volatile void *at, uint32_t honest)
{
    ++*reads_of(at);
    return model.lie != NULL ? model.lie(at, honest) : honest;
}

static uint32_t read_register(uint64_t reg)
{
    switch (reg) {
    case VIRTIO_MMIO_MAGIC:
        return model.magic;
    case VIRTIO_MMIO_VERSION:
        return model.version;
    case VIRTIO_MMIO_DEVICE_ID:
        return model.class_number;
    case VIRTIO_MMIO_DEVICE_FEATURES:
        return device_word < 2 ? (uint32_t)(model.offered >> (32 * device_word)) : 0;
    case VIRTIO_MMIO_QUEUE_NUM_MAX:
        return selected < NEURON_WINDOW_QUEUES ? model.most : 0;
    case VIRTIO_MMIO_QUEUE_READY:
        return selected < NEURON_WINDOW_QUEUES && queues[selected].size != 0 ? 1 : 0;
    case VIRTIO_MMIO_STATUS:
        return model.status;
    case VIRTIO_MMIO_CONFIG_GENERATION:
        return 0;
    default:
        if (reg >= VIRTIO_MMIO_CONFIG && reg < VIRTIO_MMIO_CONFIG + sizeof(model.config)) {
            return model.config[(reg - VIRTIO_MMIO_CONFIG) / 4];
        }
        fail_msg("nobody needs to read register 0x%x", (unsigned)reg);
        return 0;
    }
}

/* What a client wrote, before the client changes it. */
static uint64_t before_change(const volatile void *at, uint64_t value)
{
    if (model.change != NULL) {
        model.change(at);
    }
    return value;
}

uint64_t nexus_read64(const volatile uint64_t *from)
{
    return before_change(from, *from);
}

uint32_t nexus_read32(const volatile uint32_t *from)
{
    if (!is_of_the_device(from)) {
        return (uint32_t)before_change(from, *from);
    }
    const uint64_t reg = (uint64_t)from - (uint64_t)arena(model.page);

    assert_true(mapped || reg >= NEURON_PAGE);
    return told(from, reg < NEURON_PAGE ? read_register(reg) : *from);
}

uint16_t nexus_read16(const volatile uint16_t *from)
{
    return (uint16_t)told(from, *from);
}

void nexus_device_fence(void)
{
}

static void reset(void)
{
    memset(queues, 0, sizeof(queues));
    for (uint32_t q = 0; q < NEURON_WINDOW_QUEUES; q++) { /* it is unmapped */
        __asan_poison_memory_region(arena(model.queue_page + q), NEURON_PAGE);
    }
    model.status = model.stuck;
    model.accepted = 0;
    model.resets++;
}

static void write_queue(uint64_t reg, uint32_t value)
{
    static uint32_t size;
    static uint64_t phys[3];

    assert_true(model.trusted && selected < NEURON_WINDOW_QUEUES);
    if (reg == VIRTIO_MMIO_QUEUE_NUM) {
        assert_true(value > 0 && (value & (value - 1)) == 0);
        assert_true(model.lie != NULL || value <= model.most);
        size = value;
    } else if (reg == VIRTIO_MMIO_QUEUE_READY) {
        assert_true(value == 1 && (model.lie != NULL || queues[selected].size == 0));
        queues[selected] = (struct queue){.size = size, .phys = {phys[0], phys[1], phys[2]}};
    } else {
        uint64_t *part = &phys[(reg - VIRTIO_MMIO_QUEUE_DESC_LOW) / 16];
        *part = reg % 16 == 0 ? (*part & ~(uint64_t)UINT32_MAX) | value
                              : (uint32_t)*part | (uint64_t)value << 32;
    }
}

static void write_register(uint64_t reg, uint32_t value)
{
    switch (reg) {
    case VIRTIO_MMIO_STATUS:
        if (value == 0) {
            reset();
        } else {
            model.status = value & model.kept;
        }
        break;
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
        device_word = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        driver_word = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES:
        assert_true(driver_word < 2);
        model.accepted &= ~((uint64_t)UINT32_MAX << (32 * driver_word));
        model.accepted |= (uint64_t)value << (32 * driver_word);
        break;
    case VIRTIO_MMIO_QUEUE_SEL:
        selected = value;
        break;
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        assert_true(value < NEURON_WINDOW_QUEUES && queues[value].size != 0);
        model.notified[value]++;
        break;
    default:
        write_queue(reg, value);
        break;
    }
}

void nexus_write32(volatile uint32_t *to, uint32_t value)
{
    assert_true(model.trusted && mapped);
    write_register((uint64_t)to - (uint64_t)arena(model.page), value);
}

/* --- the kernel ---------------------------------------------------------------------------------- */

static int64_t kernel_map(uint64_t slot, uint64_t va, uint64_t offset, uint64_t prot)
{
    if (model.refuse != 0) {
        return model.refuse;
    }
    assert_true(slot == model.slot && va == (uint64_t)arena(model.page) && offset == 0 && !mapped);
    assert_int_equal(prot, model.trusted ? NEURON_PROT_RW : NEURON_PROT_R);
    mapped = true;
    return NEURON_OK;
}

static int64_t kernel_ack(uint64_t slot, struct neuron_irq_ack_out *out)
{
    assert_true(slot == model.slot);
    out->reasons = 1;
    model.acks++;
    return model.refuse;
}

static int64_t kernel_query(uint64_t slot, struct neuron_cap_query_out *out)
{
    const uint64_t write = slot == model.dma_slot ? NEURON_RIGHT_WRITE : 0;

    out->kind = NEURON_CAP_PORT;
    if (slot == model.dma_slot || slot == MODEL_READ_ONLY_SLOT) {
        *out = (struct neuron_cap_query_out){.kind = NEURON_CAP_DMA,
                                             .rights = NEURON_RIGHT_READ | write,
                                             .base = (uint64_t)model.dma,
                                             .bytes = model.dma_bytes};
    }
    return NEURON_OK;
}

static int64_t kernel_write(uint64_t slot, uint64_t reg, uint64_t value)
{
    assert_true(!model.trusted && slot == model.slot && value <= UINT32_MAX);
    if (model.refuse != 0) {
        return model.refuse;
    }
    write_register(reg, (uint32_t)value);
    return reg == VIRTIO_MMIO_STATUS && value == 0 && model.stuck != 0 ? NEURON_STUCK : NEURON_OK;
}

static int64_t kernel_queue(uint64_t slot, uint64_t queue, uint64_t size, uint64_t va)
{
    assert_true(!model.trusted && slot == model.slot && queue < NEURON_WINDOW_QUEUES);
    assert_true(va == (uint64_t)arena(model.queue_page + (uint32_t)queue));
    if (queues[queue].size != 0) {
        return NEURON_QUEUE_SET_UP;
    }
    if (size == 0 || size > model.most || (size & (size - 1)) != 0) {
        return NEURON_BAD_SIZE;
    }
    __asan_unpoison_memory_region((void *)va, NEURON_PAGE);
    memset((void *)va, 0, NEURON_PAGE);
    queues[queue] = (struct queue){
        .size = (uint32_t)size,
        .phys = {va, va + offsetof(struct neuron_queue_page, available),
                 va + NEURON_QUEUE_USED_OFFSET},
    };
    return NEURON_OK;
}

static void collect(struct queue *q, const struct neuron_queue_page *page)
{
    for (uint32_t n = 0; n < q->size && q->taken != page->used.index; n++) {
        const uint32_t head = page->used.ring[q->taken % q->size].id;
        q->taken++;
        for (uint32_t i = 0; head < q->size && i < q->chain[head]; i++) {
            q->busy[head + i] = false;
        }
        if (head < q->size) {
            q->chain[head] = 0;
        }
    }
}

/* The memory that a descriptor names. */
static uint8_t *memory_of(const uint64_t *words)
{
    return model.shared != NULL && NEURON_DESCRIPTOR_SLOT(words[1]) == model.shared_slot
               ? model.shared
               : model.dma;
}

static int64_t check_part(const uint64_t *words)
{
    const uint64_t slot = NEURON_DESCRIPTOR_SLOT(words[1]);
    const uint64_t bytes = NEURON_DESCRIPTOR_BYTES(words[1]);
    const bool shared = model.shared != NULL && slot == model.shared_slot;
    const uint64_t region = shared ? model.shared_bytes : model.dma_bytes;

    if (NEURON_DESCRIPTOR_WRITES(words[1]) > 1 || bytes == 0) {
        return NEURON_BAD_DESCRIPTOR;
    }
    if (slot != model.dma_slot && slot != MODEL_READ_ONLY_SLOT && !shared) {
        return NEURON_WRONG_KIND;
    }
    if (slot == MODEL_READ_ONLY_SLOT && NEURON_DESCRIPTOR_WRITES(words[1]) == 1) {
        return NEURON_NO_RIGHT;
    }
    return words[0] > region || bytes > region - words[0] ? NEURON_OUTSIDE_REGION : NEURON_OK;
}

static int64_t kernel_post(uint64_t slot, uint64_t queue, uint64_t head, uint64_t count,
                           uint64_t kick)
{
    struct queue *q = &queues[queue];
    struct neuron_queue_page *page = model_page((uint32_t)queue);
    const uint64_t *words = (const uint64_t *)(const void *)__nexus_out;

    assert_true(!model.trusted && slot == model.slot);
    if (page == NULL || (model.status & VIRTIO_STATUS_DRIVER_OK) == 0) {
        return NEURON_NOT_LIVE;
    }
    assert_true(count > 0 && count <= NEURON_CHAIN_MAX && head + count <= q->size);
    for (uint64_t i = 0; i < count; i++) {
        const int64_t status = check_part(&words[NEURON_DESCRIPTOR_WORDS * i]);
        if (status != NEURON_OK) {
            return status;
        }
    }
    collect(q, page);
    for (uint64_t i = 0; i < count; i++) {
        if (q->busy[head + i]) {
            return NEURON_IN_FLIGHT;
        }
    }
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t *part = &words[NEURON_DESCRIPTOR_WORDS * i];
        page->descriptors[head + i].address = (uint64_t)memory_of(part) + part[0];
        page->descriptors[head + i].bytes = (uint32_t)NEURON_DESCRIPTOR_BYTES(part[1]);
        page->descriptors[head + i].flags =
            (uint16_t)(NEURON_DESCRIPTOR_WRITES(part[1]) * VIRTQ_DESC_F_WRITE +
                       (i + 1 < count ? VIRTQ_DESC_F_NEXT : 0));
        page->descriptors[head + i].next = (uint16_t)(head + i + 1);
        q->busy[head + i] = true;
    }
    q->chain[head] = (uint8_t)count;
    page->available.ring[q->offered % q->size] = (uint16_t)head;
    q->offered++;
    page->available.index = q->offered;
    model.notified[queue] += kick != 0 ? 1 : 0;
    return NEURON_OK;
}

/* --- the device ---------------------------------------------------------------------------------- */

struct neuron_queue_page *model_page(uint32_t queue)
{
    const struct queue *q = &queues[queue];

    if (q->size == 0) {
        return NULL;
    }
    assert_true(q->phys[1] - q->phys[0] == offsetof(struct neuron_queue_page, available));
    assert_true(q->phys[2] - q->phys[0] == NEURON_QUEUE_USED_OFFSET);
    return (struct neuron_queue_page *)q->phys[0];
}

static bool lies_in(const uint8_t *place, uint64_t bytes, const uint8_t *memory,
                    uint64_t memory_bytes)
{
    const uint64_t offset = (uint64_t)place - (uint64_t)memory;

    return offset <= memory_bytes && bytes <= memory_bytes - offset;
}

/* Writes to the buffers of a chain, which all lie in memory that it may reach. */
static uint32_t fill(const struct queue *q, const struct neuron_queue_page *page, uint32_t head,
                     uint32_t bytes, uint8_t byte)
{
    uint32_t written = 0;

    for (uint32_t d = head, n = 0;; d = page->descriptors[d].next, n++) {
        assert_true(d < q->size && n < q->size);
        uint8_t *place = (uint8_t *)page->descriptors[d].address;
        uint32_t part = page->descriptors[d].bytes;
        assert_true(lies_in(place, part, model.dma, model.dma_bytes) ||
                    lies_in(place, part, model.shared, model.shared_bytes));
        if ((page->descriptors[d].flags & VIRTQ_DESC_F_WRITE) != 0) {
            part = part < bytes - written ? part : bytes - written;
            memset(place, byte, part);
            written += part;
        }
        if ((page->descriptors[d].flags & VIRTQ_DESC_F_NEXT) == 0) {
            return written;
        }
    }
}

void model_use(uint32_t queue, uint32_t id, uint32_t bytes)
{
    struct queue *q = &queues[queue];
    struct neuron_queue_page *page = model_page(queue);

    page->used.ring[q->used % q->size].id = id;
    page->used.ring[q->used % q->size].bytes = bytes;
    q->used++;
    page->used.index = q->used;
}

int model_serve(uint32_t queue, uint32_t bytes, uint8_t byte)
{
    struct queue *q = &queues[queue];
    const struct neuron_queue_page *page = model_page(queue);

    if (page == NULL || q->seen == page->available.index) {
        return -1;
    }
    const uint32_t head = page->available.ring[q->seen % q->size];
    q->seen++;
    model_use(queue, head, fill(q, page, head, bytes, byte));
    return (int)head;
}

void model_begin(bool trusted)
{
    static uint8_t memory[MODEL_DMA_PAGES * NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));

    memset(memory, 0, sizeof(memory));
    mapped = false;
    model = (struct model){.slot = 5,
                           .dma_slot = MODEL_DMA_SLOT,
                           .page = PAGE,
                           .queue_page = QUEUE_PAGE,
                           .dma = memory,
                           .dma_bytes = sizeof(memory),
                           .trusted = trusted,
                           .magic = VIRTIO_MMIO_MAGIC_VALUE,
                           .version = VIRTIO_MMIO_MODERN,
                           .class_number = MODEL_CLASS,
                           .offered = UINT64_C(1) << 32,
                           .most = 1024,
                           .kept = UINT32_MAX};
    reset();
    model.resets = 0;
    model_forget_reads();
    memset(&host_kernel, 0, sizeof(host_kernel));
    host_kernel.mmio_map = kernel_map;
    host_kernel.irq_ack = kernel_ack;
    host_kernel.cap_query = kernel_query;
    host_kernel.dev_write = kernel_write;
    host_kernel.dev_queue = kernel_queue;
    host_kernel.dev_post = kernel_post;
}

struct nexus_virtio model_device(void)
{
    struct nexus_virtio device = {.slot = model.slot, .page = model.page};

    if (model.trusted) {
        device.rings = model.dma;
        device.dma_slot = model.dma_slot;
    } else {
        device.queue_page = model.queue_page;
    }
    return device;
}
