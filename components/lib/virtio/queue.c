/*
 * Queues: requests go in and come out (virtio 1.2, 2.7). A request has a run of descriptors for its own, from
 * `buffers` times its number on, so that no free ones have to be looked for and a chain's head says whose it is.
 */
#include "parts.h"

#include <nexus/access.h>
#include <nexus/syscall.h>
#include <stddef.h>

/* From the linker script. */
extern uint8_t __nexus_arena[] __attribute__((aligned(NEURON_PAGE)));
extern uint8_t __nexus_out[] __attribute__((aligned(NEURON_PAGE)));

/* The smallest size that a queue can have for so many descriptors; 0 if there is none. */
static uint32_t size_for(uint64_t descriptors)
{
    uint32_t size = 1;

    while (size < descriptors && size <= NEURON_QUEUE_SIZE_MAX) {
        size *= 2;
    }
    return descriptors > 0 && size <= NEURON_QUEUE_SIZE_MAX ? size : 0;
}

/* A queue belongs to the life of the device in which it was opened: its page is gone with a reset. */
static bool is_open(const struct nexus_queue *queue)
{
    return queue->device != NULL && queue->device->failure == 0 &&
           queue->life == queue->device->life;
}

static int guarded_open(struct nexus_queue *queue)
{
    const uint32_t page = queue->device->queue_page + queue->number;
    uint8_t *place = __nexus_arena + (size_t)page * NEURON_PAGE;

    queue->page = (void *)place;
    return (int)neuron_dev_queue(queue->device->slot, queue->number, queue->size, (uint64_t)place);
}

int nexus_queue_open(struct nexus_queue *queue, struct nexus_virtio *device, uint32_t number,
                     uint32_t requests, uint32_t buffers)
{
    struct nexus_queue opened = {.device = device,
                                 .life = device->life,
                                 .number = number,
                                 .size = size_for((uint64_t)requests * buffers),
                                 .requests = requests,
                                 .buffers = buffers};

    if (device_state(device) != 0) {
        return device_state(device);
    }
    if (number >= NEURON_WINDOW_QUEUES) {
        return NEURON_BAD_QUEUE;
    }
    if (opened.size == 0 || buffers > NEURON_CHAIN_MAX) {
        return NEURON_BAD_SIZE;
    }
    const int status = is_trusted(device) ? direct_open(&opened) : guarded_open(&opened);
    if (status == NEURON_OK) {
        *queue = opened;
    }
    return status;
}

static int guarded_post(const struct nexus_queue *queue, uint32_t head,
                        const struct nexus_buffer *buffers, uint32_t count, bool kick)
{
    uint64_t *words = (uint64_t *)(void *)__nexus_out;

    for (uint32_t i = 0; i < count; i++) {
        words[NEURON_DESCRIPTOR_WORDS * i] = buffers[i].offset;
        words[NEURON_DESCRIPTOR_WORDS * i + 1] =
            NEURON_DESCRIPTOR(buffers[i].bytes, buffers[i].slot, buffers[i].device_writes ? 1 : 0);
    }
    return (int)neuron_dev_post(queue->device->slot, queue->number, head, count, kick ? 1 : 0);
}

int nexus_queue_post(struct nexus_queue *queue, uint32_t request,
                     const struct nexus_buffer *buffers, uint32_t count, bool kick)
{
    if (request >= queue->requests || count == 0 || count > queue->buffers) {
        return NEURON_BAD_INDEX;
    }
    if (!is_open(queue)) {
        return queue->device->failure != 0 ? queue->device->failure : NEURON_NOT_LIVE;
    }
    if (queue->posted[request]) {
        return NEURON_IN_FLIGHT;
    }
    const uint32_t head = request * queue->buffers;
    const int status = is_trusted(queue->device) ? direct_post(queue, head, buffers, count, kick)
                                                 : guarded_post(queue, head, buffers, count, kick);
    if (status == NEURON_IN_FLIGHT) {
        /* We took this request back and the kernel did not: the device told the two of us different things. */
        nexus_virtio_fail(queue->device, NEXUS_BAD_DEVICE);
        return NEXUS_BAD_DEVICE;
    }
    if (status != NEURON_OK) {
        return status;
    }
    queue->posted[request] = true;
    queue->room[request] = 0;
    for (uint32_t i = 0; i < count; i++) {
        queue->room[request] += buffers[i].device_writes ? buffers[i].bytes : 0;
    }
    queue->in_flight++;
    return NEURON_OK;
}

/* What the used ring has next, if the device can have done that. */
static bool check_used(const struct nexus_queue *queue, uint32_t waiting, uint32_t *request,
                       uint32_t *bytes)
{
    if (waiting > queue->in_flight) {
        return false;
    }
    /* What the entry says is there before the index says that there is one. */
    nexus_device_fence();
    const uint32_t head = nexus_read32(&queue->page->used.ring[queue->used % queue->size].id);
    *bytes = nexus_read32(&queue->page->used.ring[queue->used % queue->size].bytes);
    *request = head / queue->buffers;
    return head % queue->buffers == 0 && *request < queue->requests && queue->posted[*request] &&
           *bytes <= queue->room[*request];
}

bool nexus_queue_take(struct nexus_queue *queue, uint32_t *request, uint32_t *bytes)
{
    uint32_t done = 0;
    uint32_t written = 0;

    if (!is_open(queue)) {
        return false;
    }
    const uint16_t waiting = (uint16_t)(nexus_read16(&queue->page->used.index) - queue->used);
    if (waiting == 0) {
        return false;
    }
    if (!check_used(queue, waiting, &done, &written)) {
        nexus_virtio_fail(queue->device, NEXUS_BAD_DEVICE);
        return false;
    }
    queue->posted[done] = false;
    queue->in_flight--;
    queue->used++;
    *request = done;
    *bytes = written;
    return true;
}
