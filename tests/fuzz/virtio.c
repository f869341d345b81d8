/*
 * The library of virtio drivers against a device that does what the input says: a driver opens, posts and takes,
 * the device works, uses what was never posted, stops, or says something else at each read. What comes out of a
 * queue was posted, once, with no more bytes than it has room for; a device that failed is silent until it is
 * opened again; and one that never lied does not fail. ASan sees to the rest: a queue's page is out of reach
 * while the device has no queue.
 *
 * An input: a byte whose lowest bit is set for a trusted device, a byte for the number of buffers of a request; then
 * steps of 8 bytes: what, which, and 32 bits.
 */
#include "cmocka_all.h"

#include "fuzzer.h"
#include "model.h"

#include <string.h>

enum { HEADER = 2, STEP = 8, REQUESTS = 8, QUEUE = 1, SPARE = 64 };
/* From here on no buffer of 64 bytes or more ends in the page. */
#define BEYOND UINT64_C(4033)
enum { CONSTANT, FLIPPED, ALTERNATING, LIES };
enum {
    OPEN,
    START,
    OPEN_QUEUE,
    POST,
    TAKE,
    ACKNOWLEDGE,
    FAIL,
    SERVE,
    USE,
    SET_INDEX,
    SET_STATUS,
    LIE,
    STEPS
};

static struct nexus_virtio device;
static struct nexus_queue queue;
static uint32_t buffers;

/* What the driver knows without the library. */
static bool posted[NEURON_QUEUE_SIZE_MAX];
static uint64_t room[NEURON_QUEUE_SIZE_MAX];
static uint32_t served;
static bool lied, told_to_fail;

/* The next so many reads are lies of a kind. */
static uint32_t lies_left, lie_value, lie_kind;

static uint32_t lie(const volatile void *at, uint32_t honest)
{
    (void)at;
    if (lies_left == 0) {
        return honest;
    }
    lies_left--;
    lied = true;
    switch (lie_kind) {
    case CONSTANT:
        return lie_value;
    case FLIPPED:
        return honest ^ lie_value;
    default:
        return lies_left % 2 == 0 ? honest : lie_value;
    }
}

static void forget(void)
{
    memset(posted, 0, sizeof(posted));
    served = 0;
}

static void open_device(uint32_t raw)
{
    forget();
    lied = lies_left > 0;
    told_to_fail = false;
    model.offered = raw | UINT64_C(1) << 32;
    const int status = nexus_virtio_open(&device, MODEL_CLASS, raw & VIRTIO_FEATURES_0, NULL);
    assert_int_equal(status, device.failure);
    assert_true(lied || status == 0);
}

static void open_queue(void)
{
    const bool working = queue.device != NULL && queue.life == device.life;

    if (nexus_queue_open(&queue, &device, QUEUE, REQUESTS, buffers) == 0) {
        assert_true(!working || lied);
        forget();
    }
}

/* A request's buffers lie in the last page of the memory, whose end belongs to none of them. */
static void post(uint32_t which, uint32_t many, uint32_t raw)
{
    struct nexus_buffer parts[NEURON_CHAIN_MAX + 1];
    const uint32_t count = many % (NEURON_CHAIN_MAX + 2);
    const uint32_t request = which % (REQUESTS + 1);
    uint64_t writes = 0;

    for (uint32_t i = 0; i < count && i < NEURON_CHAIN_MAX + 1; i++) {
        const uint32_t offset = raw % 2048 * (i + 1) % 2048;
        const bool beyond = (raw >> 16) % 64 == 63;
        parts[i] =
            (struct nexus_buffer){(raw >> 22) % 16 == 15 ? MODEL_READ_ONLY_SLOT : MODEL_DMA_SLOT,
                                  2 * NEURON_PAGE + offset + (beyond ? BEYOND : UINT64_C(0)),
                                  (raw >> 26) % 32 * (beyond ? 64 : 32), i >= raw >> 31};
        writes += parts[i].device_writes ? parts[i].bytes : 0;
    }
    const int status = nexus_queue_post(&queue, request, parts, count, raw % 2 == 0);
    if (status == 0) {
        assert_true(request < REQUESTS && count > 0 && count <= buffers && !posted[request]);
        assert_int_equal(device.failure, 0);
        posted[request] = true;
        room[request] = writes;
    } else {
        assert_true(request >= REQUESTS || !posted[request] || status == NEURON_IN_FLIGHT ||
                    status == NEURON_NOT_LIVE || status == NEURON_BAD_INDEX || device.failure != 0);
    }
}

static void take(void)
{
    uint32_t request = 0, bytes = 0;

    if (!nexus_queue_take(&queue, &request, &bytes)) {
        assert_true(lied || served == 0 || device.failure != 0 || queue.life != device.life);
        return;
    }
    assert_int_equal(device.failure, 0);
    assert_true(request < REQUESTS && posted[request] && bytes <= room[request]);
    posted[request] = false;
    served -= served > 0 ? 1 : 0;
}

static void step(const uint8_t *data)
{
    const uint32_t which = data[1];
    uint32_t raw = 0;

    memcpy(&raw, data + 4, sizeof(raw));
    switch (data[0] % STEPS) {
    case OPEN:
        open_device(raw);
        break;
    case START:
        (void)nexus_virtio_start(&device);
        break;
    case OPEN_QUEUE:
        open_queue();
        break;
    case POST:
        post(which, data[2], raw);
        break;
    case TAKE:
        take();
        break;
    case ACKNOWLEDGE:
        /* Before it is started it does not work, and has no interrupt. */
        if ((model.status & VIRTIO_STATUS_DRIVER_OK) != 0 || lied) {
            (void)nexus_virtio_acknowledge(&device);
        }
        break;
    case FAIL:
        if (device.window != NULL) {
            nexus_virtio_fail(&device, NEXUS_BAD_DEVICE);
            told_to_fail = true;
        }
        break;
    case SERVE:
        served += model_serve(QUEUE, raw, data[2]) >= 0 ? 1 : 0;
        break;
    case USE:
        if (model_page(QUEUE) != NULL) {
            lied = true;
            model_use(QUEUE, which < 192 ? which % (REQUESTS * buffers + 1) : raw,
                      data[2] < 192 ? data[2] : raw);
        }
        break;
    case SET_INDEX:
        if (model_page(QUEUE) != NULL) {
            lied = true;
            model_page(QUEUE)->used.index = (uint16_t)raw;
        }
        break;
    case SET_STATUS:
        lied = true;
        model.status = which;
        break;
    default:
        lies_left = which % 8;
        lie_kind = data[2] % LIES;
        lie_value = raw;
        break;
    }
    assert_true(lied || told_to_fail || device.failure == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct nexus_queue none;

    if (size < HEADER) {
        return 0;
    }
    model_begin(data[0] % 2 == 1);
    model.lie = lie;
    device = model_device();
    queue = none;
    buffers = 1 + data[1] % NEURON_CHAIN_MAX;
    lies_left = 0;
    lied = false;
    told_to_fail = false;
    forget();
    for (size_t at = HEADER; at + STEP <= size; at += STEP) {
        step(data + at);
        assert_true(device.failure == 0 || device.window == NULL || lied || model.status == 0);
    }
    const uint8_t *end = model.dma + (size_t)MODEL_DMA_PAGES * NEURON_PAGE;
    for (int i = 1; i <= SPARE; i++) {
        assert_int_equal(end[-i], 0);
    }
    return 0;
}
