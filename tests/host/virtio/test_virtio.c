/* Virtio devices and their queues, guarded and trusted alike, over a model of the device: one that behaves, and
 * one that lies. Each test runs in both ways. */
#include "cmocka_all.h"

#include "model.h"

#include <string.h>

enum { REQUESTS = 5, BUFFERS = 3, BYTES = 100, FIRST = 2 * NEURON_PAGE };

static struct nexus_virtio device;
static struct nexus_queue queue;

/* Opens the device and queue 1 of it. */
static void start(void)
{
    device = model_device();
    assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, 0, NULL), 0);
    assert_int_equal(nexus_queue_open(&queue, &device, 1, REQUESTS, BUFFERS), 0);
    assert_int_equal(nexus_virtio_start(&device), 0);
}

static struct nexus_buffer buffer_at(uint64_t offset, uint32_t bytes, bool device_writes)
{
    return (struct nexus_buffer){MODEL_DMA_SLOT, offset, bytes, device_writes};
}

/* Posts a request for BYTES bytes in a place of its own. */
static int ask(uint32_t request)
{
    const struct nexus_buffer parts[] = {
        buffer_at(FIRST, 16, false),
        buffer_at(FIRST + 256 * (request + UINT64_C(1)), BYTES, true),
    };

    return nexus_queue_post(&queue, request, parts, 2, true);
}

/* The device has failed: it is reset, once to be opened and once now, and nothing comes from it or goes to it
 * until it is opened again. */
static void assert_failed(void)
{
    uint32_t request = 77, bytes = 77;

    assert_int_equal(device.failure, NEXUS_BAD_DEVICE);
    assert_int_equal(model.status, 0);
    assert_int_equal(model.resets, 2);
    assert_int_equal(ask(0), NEXUS_BAD_DEVICE);
    assert_int_equal(nexus_virtio_start(&device), NEXUS_BAD_DEVICE);
    assert_int_equal(nexus_queue_open(&queue, &device, 1, REQUESTS, BUFFERS), NEXUS_BAD_DEVICE);
    assert_int_equal(nexus_virtio_acknowledge(&device), NEXUS_BAD_DEVICE);
    assert_false(nexus_queue_take(&queue, &request, &bytes));
    assert_true(request == 77 && bytes == 77);
    assert_int_equal(model.resets, 2);

    model.lie = NULL;
    assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, 0, NULL), 0);
    assert_int_equal(ask(0), NEURON_NOT_LIVE); /* the queue is of an earlier life */
    assert_false(nexus_queue_take(&queue, &request, &bytes));
    assert_int_equal(nexus_queue_open(&queue, &device, 1, REQUESTS, BUFFERS), 0);
    assert_int_equal(nexus_virtio_start(&device), 0);
    assert_int_equal(ask(0), 0);
    assert_int_equal(model_serve(1, BYTES, 1), 0);
    assert_true(nexus_queue_take(&queue, &request, &bytes));
    assert_true(request == 0 && bytes == BYTES);
}

/* --- opening ------------------------------------------------------------------------------------- */

static void open_accepts_what_is_wanted_and_offered(void **state)
{
    uint64_t features = 0;
    (void)state;

    model.offered = UINT64_C(1) << 32 | UINT64_C(0x40) << 32 | 0x30;
    device = model_device();
    assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, 0x60, &features), 0);
    assert_true(features == (UINT64_C(1) << 32 | 0x20) && model.accepted == features);
    assert_int_equal(model.status,
                     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK);
    assert_int_equal(nexus_virtio_start(&device), 0);
    assert_true((model.status & VIRTIO_STATUS_DRIVER_OK) != 0);
    assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, 0x60, &features), 0); /* once more */
}

static void assert_refused(int status)
{
    device = model_device();
    assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, 0, NULL), status);
    assert_int_equal(nexus_virtio_start(&device), status);
    assert_int_equal(nexus_queue_open(&queue, &device, 1, 1, 1), status);
    model_begin(model.trusted);
}

static void open_refuses_what_is_no_modern_device_of_its_class(void **state)
{
    (void)state;

    model.magic = 0;
    assert_refused(NEURON_WRONG_CLASS);
    model.version = 1;
    assert_refused(NEURON_WRONG_CLASS);
    model.class_number = 0;
    assert_refused(NEURON_WRONG_CLASS);
    model.offered = 0x30;
    assert_refused(NEXUS_BAD_DEVICE);
    model.kept = ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
    assert_refused(NEXUS_BAD_DEVICE);
    model.stuck = VIRTIO_STATUS_DRIVER_OK;
    assert_refused(NEURON_STUCK);
    model.refuse = NEURON_EMPTY_SLOT;
    assert_refused(NEURON_EMPTY_SLOT);
}

static void features_that_change_what_queues_are_are_not_for_wanting(void **state)
{
    (void)state;

    for (unsigned bit = 0; bit < 64; bit++) {
        model_begin(model.trusted);
        device = model_device();
        model.offered = UINT64_MAX;
        assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, UINT64_C(1) << bit, NULL),
                         bit < 24 || bit == 32 ? 0 : NEURON_BAD_VALUE);
    }
}

static void nothing_works_before_its_turn(void **state)
{
    const struct nexus_queue none = {0};
    uint32_t request, bytes;
    (void)state;

    device = model_device();
    queue = none;
    assert_int_equal(nexus_virtio_start(&device), NEURON_NOT_LIVE);
    assert_int_equal(nexus_queue_open(&queue, &device, 0, 1, 1), NEURON_NOT_LIVE);
    assert_int_equal(ask(0), NEURON_BAD_INDEX);
    assert_false(nexus_queue_take(&queue, &request, &bytes));
}

static void queue_has_the_size_that_its_requests_need(void **state)
{
    static const struct {
        uint32_t number, requests, buffers, most, size;
        int status;
    } cases[] = {
        {0, 1, 1, 1024, 1, 0},
        {0, 5, 3, 1024, 16, 0},
        {1, 128, 1, 128, 128, 0},
        {1, 8, 16, 1024, 128, 0},
        {0, 129, 1, 1024, 0, NEURON_BAD_SIZE},
        {0, 1, 17, 1024, 0, NEURON_BAD_SIZE},
        {0, 0, 1, 1024, 0, NEURON_BAD_SIZE},
        {0, 1, 0, 1024, 0, NEURON_BAD_SIZE},
        {0, 65536, 65536, 1024, 0, NEURON_BAD_SIZE},
        {0, UINT32_MAX, 2, 1024, 0, NEURON_BAD_SIZE},
        {0, 5, 1, 4, 0, NEURON_BAD_SIZE},
        {2, 1, 1, 1024, 0, NEURON_BAD_QUEUE},
    };
    (void)state;

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        model_begin(model.trusted);
        device = model_device();
        model.most = cases[i].most;
        queue.size = 9;
        assert_int_equal(nexus_virtio_open(&device, MODEL_CLASS, 0, NULL), 0);
        assert_int_equal(
            nexus_queue_open(&queue, &device, cases[i].number, cases[i].requests, cases[i].buffers),
            cases[i].status);
        assert_int_equal(queue.size, cases[i].status == 0 ? cases[i].size : 9);
    }
    model_begin(model.trusted);
    start();
    assert_int_equal(nexus_queue_open(&queue, &device, 1, 1, 1), NEURON_QUEUE_SET_UP);
}

/* --- requests ------------------------------------------------------------------------------------ */

static void requests_come_back_with_what_was_written(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    start();
    assert_false(nexus_queue_take(&queue, &request, &bytes));
    assert_int_equal(ask(3), 0);
    assert_int_equal(ask(0), 0);
    assert_int_equal(ask(4), 0);
    assert_int_equal(model.notified[1], 3);
    assert_int_equal(ask(3), NEURON_IN_FLIGHT);
    assert_int_equal(model_serve(1, BYTES, 1), 3 * BUFFERS);
    assert_int_equal(model_serve(1, BYTES - 1, 2), 0);
    assert_true(nexus_queue_take(&queue, &request, &bytes));
    assert_true(request == 3 && bytes == BYTES && model.dma[FIRST + 4 * 256 + BYTES - 1] == 1);
    assert_int_equal(ask(3), 0);
    assert_true(nexus_queue_take(&queue, &request, &bytes));
    assert_true(request == 0 && bytes == BYTES - 1 && model.dma[FIRST + 256 + BYTES - 1] == 0);
    assert_false(nexus_queue_take(&queue, &request, &bytes));
    assert_int_equal(model_serve(1, 0, 3), 4 * BUFFERS);
    assert_int_equal(model_serve(1, BYTES, 4), 3 * BUFFERS);
    assert_int_equal(model_serve(1, BYTES, 4), -1);
    assert_true(nexus_queue_take(&queue, &request, &bytes) && request == 4 && bytes == 0);
    assert_true(nexus_queue_take(&queue, &request, &bytes) && request == 3 && bytes == BYTES);
    assert_int_equal(device.failure, 0);
}

static void indices_run_past_their_end(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    start();
    for (uint32_t n = 0; n < 70000; n++) {
        assert_int_equal(ask(n % REQUESTS), 0);
        assert_int_equal(model_serve(1, n % BYTES, 1), n % REQUESTS * BUFFERS);
        assert_true(nexus_queue_take(&queue, &request, &bytes));
        assert_true(request == n % REQUESTS && bytes == n % BYTES);
    }
}

static void doorbell_is_rung_when_asked_for(void **state)
{
    const struct nexus_buffer part = buffer_at(FIRST, 1, true);
    (void)state;

    start();
    assert_int_equal(nexus_queue_post(&queue, 0, &part, 1, false), 0);
    assert_int_equal(model.notified[1], 0);
    assert_int_equal(nexus_queue_post(&queue, 1, &part, 1, true), 0);
    assert_int_equal(model.notified[1], 1);
}

static void refused_request_changes_nothing(void **state)
{
    const uint64_t end = (uint64_t)MODEL_DMA_PAGES * NEURON_PAGE;
    const struct {
        struct nexus_buffer part;
        int status;
    } cases[] = {
        {buffer_at(end - 1, 1, true), 0},
        {buffer_at(end - 1, 2, true), NEURON_OUTSIDE_REGION},
        {buffer_at(end, 1, true), NEURON_OUTSIDE_REGION},
        {buffer_at(UINT64_MAX, 1, true), NEURON_OUTSIDE_REGION},
        {buffer_at(UINT64_MAX - 1, UINT32_MAX, true), NEURON_OUTSIDE_REGION},
        {buffer_at(0, 0, true), NEURON_BAD_DESCRIPTOR},
        {{MODEL_READ_ONLY_SLOT, FIRST, 1, true}, NEURON_NO_RIGHT},
        {{MODEL_READ_ONLY_SLOT, FIRST, 1, false}, 0},
        {{model.slot, FIRST, 1, false}, NEURON_WRONG_KIND},
    };
    struct nexus_buffer parts[BUFFERS + 1] = {buffer_at(FIRST, 1, false)};
    (void)state;

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        model_begin(model.trusted);
        start();
        parts[1] = cases[i].part;
        assert_int_equal(nexus_queue_post(&queue, 2, parts, 2, true), cases[i].status);
        assert_int_equal(model_serve(1, 0, 0), cases[i].status == 0 ? 2 * BUFFERS : -1);
        assert_int_equal(device.failure, 0);
    }
    assert_int_equal(nexus_queue_post(&queue, REQUESTS, parts, 1, true), NEURON_BAD_INDEX);
    assert_int_equal(nexus_queue_post(&queue, UINT32_MAX, parts, 1, true), NEURON_BAD_INDEX);
    assert_int_equal(nexus_queue_post(&queue, 0, parts, 0, true), NEURON_BAD_INDEX);
    assert_int_equal(nexus_queue_post(&queue, 0, parts, BUFFERS + 1, true), NEURON_BAD_INDEX);
    assert_int_equal(model_serve(1, 0, 0), -1);
}

/* --- devices that lie ---------------------------------------------------------------------------- */

static void used_entry_that_cannot_be_ends_the_device(void **state)
{
    static const struct {
        uint32_t id, bytes;
    } lies[] = {
        {BUFFERS, BYTES + 1},    /* more than it may write */
        {BUFFERS, UINT32_MAX},   /* */
        {BUFFERS + 1, 0},        /* no head */
        {0, 0},                  /* not posted */
        {REQUESTS * BUFFERS, 0}, /* the one descriptor that no request has */
        {16 + BUFFERS, 0},       /* right but for the size of the queue */
        {65536 + BUFFERS, 0},    /* or for 16 bits */
        {UINT32_MAX - 2, 0},     /* */
        {UINT32_MAX, 0},         /* */
    };
    uint32_t request = 0, bytes = 0;
    (void)state;

    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        model_begin(model.trusted);
        start();
        assert_int_equal(ask(1), 0);
        model_use(1, lies[i].id, lies[i].bytes);
        assert_false(nexus_queue_take(&queue, &request, &bytes));
        assert_failed();
    }
}

static void request_comes_back_once(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    start();
    assert_int_equal(ask(1), 0);
    assert_int_equal(ask(2), 0);
    model_use(1, BUFFERS, 0);
    model_use(1, BUFFERS, 0);
    assert_true(nexus_queue_take(&queue, &request, &bytes) && request == 1);
    assert_false(nexus_queue_take(&queue, &request, &bytes));
    assert_failed();
}

static void index_ahead_of_all_requests_ends_the_device(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    for (uint32_t ahead = 2; ahead < 65536; ahead += 771) {
        model_begin(model.trusted);
        start();
        assert_int_equal(ask(0), 0);
        model_page(1)->used.index = (uint16_t)ahead;
        assert_false(nexus_queue_take(&queue, &request, &bytes));
        assert_failed();
    }
    model_begin(model.trusted);
    start(); /* nothing was asked for at all */
    model_page(1)->used.index = 1;
    assert_false(nexus_queue_take(&queue, &request, &bytes));
    assert_failed();
}

/* Right the first time that a word is read, and never again. */
static uint32_t changes(const volatile void *at, uint32_t honest)
{
    return model_reads(at) == 1 ? honest : ~honest;
}

static void what_a_device_says_is_read_once(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    start();
    assert_int_equal(ask(1), 0);
    assert_int_equal(model_serve(1, BYTES, 1), BUFFERS);
    model_forget_reads();
    model.lie = changes;
    assert_true(nexus_queue_take(&queue, &request, &bytes));
    assert_true(request == 1 && bytes == BYTES);
    const struct neuron_queue_page *page = model_page(1);
    assert_int_equal(model_reads(&page->used.index), 1);
    assert_int_equal(model_reads(&page->used.ring[0].id), 1);
    assert_int_equal(model_reads(&page->used.ring[0].bytes), 1);
    assert_false(nexus_queue_take(&queue, &request, &bytes)); /* now the index has changed */
    assert_failed();
}

static void interrupt_without_work_is_nothing(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    start();
    assert_int_equal(ask(0), 0);
    for (unsigned n = 1; n < 100; n++) {
        assert_int_equal(nexus_virtio_acknowledge(&device), 0);
        assert_int_equal(model.acks, n);
        assert_false(nexus_queue_take(&queue, &request, &bytes));
    }
    model.refuse = NEURON_NOT_CLAIMED;
    assert_int_equal(nexus_virtio_acknowledge(&device), NEURON_NOT_CLAIMED);
    model.refuse = 0;
    assert_int_equal(model_serve(1, BYTES, 1), 0);
    assert_true(nexus_queue_take(&queue, &request, &bytes) && request == 0);
}

static void device_that_stopped_by_itself_has_failed(void **state)
{
    (void)state;

    for (uint32_t status = 0; status < 256; status++) {
        model_begin(model.trusted);
        start();
        const bool works = status == model.status;
        model.status = status;
        assert_int_equal(nexus_virtio_acknowledge(&device), works ? 0 : NEXUS_BAD_DEVICE);
        if (!works) {
            assert_failed();
        }
    }
}

static void driver_may_say_that_its_device_failed(void **state)
{
    (void)state;

    start();
    assert_int_equal(ask(0), 0);
    nexus_virtio_fail(&device, NEXUS_BAD_DEVICE);
    assert_failed();
}

/* The entry changes after the driver has read it and before the kernel does. */
static void device_that_tells_the_kernel_something_else_has_failed(void **state)
{
    uint32_t request = 0, bytes = 0;
    (void)state;

    start();
    assert_int_equal(ask(1), 0);
    assert_int_equal(ask(2), 0);
    assert_int_equal(model_serve(1, BYTES, 1), BUFFERS);
    assert_true(nexus_queue_take(&queue, &request, &bytes) && request == 1);
    model_page(1)->used.ring[0].id = 2 * BUFFERS;
    if (model.trusted) { /* there is nobody else who reads it */
        assert_int_equal(ask(1), 0);
        return;
    }
    assert_int_equal(ask(1), NEXUS_BAD_DEVICE);
    assert_failed();
}

/* --- both ways ------------------------------------------------------------------------------------ */

static int guarded(void **state)
{
    (void)state;
    model_begin(false);
    return 0;
}

static int trusted(void **state)
{
    (void)state;
    model_begin(true);
    return 0;
}

/* --- what it says of itself ---------------------------------------------------------------------- */

static unsigned changes_left;

/* Its configuration changes each time it is read, so many times. */
static uint32_t next_generation(const volatile void *at, uint32_t honest)
{
    static uint32_t generation;

    if (at == &device.window[VIRTIO_MMIO_CONFIG_GENERATION / 4]) {
        generation += changes_left > 0 ? 1 : 0;
        changes_left -= changes_left > 0 ? 1 : 0;
        return generation;
    }
    return honest;
}

static void configuration_is_that_of_one_moment(void **state)
{
    uint32_t words[2] = {0};
    (void)state;

    start();
    model.config[1] = 5;
    model.config[2] = 6;
    model.lie = next_generation;
    changes_left = 9;
    assert_int_equal(nexus_virtio_config(&device, 4, words, 2), 0);
    assert_true(words[0] == 5 && words[1] == 6 && changes_left == 0);
    changes_left = 1000;
    assert_int_equal(nexus_virtio_config(&device, 4, words, 2), NEXUS_BAD_DEVICE);
}

#define BOTH(test) cmocka_unit_test_setup(test, guarded), cmocka_unit_test_setup(test, trusted)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(open_accepts_what_is_wanted_and_offered),
        BOTH(open_refuses_what_is_no_modern_device_of_its_class),
        BOTH(features_that_change_what_queues_are_are_not_for_wanting),
        BOTH(nothing_works_before_its_turn),
        BOTH(queue_has_the_size_that_its_requests_need),
        BOTH(requests_come_back_with_what_was_written),
        BOTH(indices_run_past_their_end),
        BOTH(doorbell_is_rung_when_asked_for),
        BOTH(refused_request_changes_nothing),
        BOTH(used_entry_that_cannot_be_ends_the_device),
        BOTH(request_comes_back_once),
        BOTH(index_ahead_of_all_requests_ends_the_device),
        BOTH(what_a_device_says_is_read_once),
        BOTH(interrupt_without_work_is_nothing),
        BOTH(device_that_stopped_by_itself_has_failed),
        BOTH(driver_may_say_that_its_device_failed),
        BOTH(device_that_tells_the_kernel_something_else_has_failed),
        BOTH(configuration_is_that_of_one_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
