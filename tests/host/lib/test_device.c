/* What drivers of guarded devices share, over a kernel and a device that are scripted. */
#include "cmocka_all.h"

#include <neuron/abi.h>
#include <nexus/device.h>
#include <nexus/host.h>
#include <string.h>

enum { SLOT = 5, WRITES_MAX = 16, VERSION_1 = 1 };

uint8_t __nexus_arena[2 * NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));
uint8_t __nexus_out[NEURON_PAGE] __attribute__((aligned(NEURON_PAGE)));

/* The device, and every write to it. */
static uint32_t window[NEURON_PAGE / 4];
static uint32_t offered[2];
static uint32_t stays; /* bits of the status that the device lets stand */
static struct {
    uint64_t reg, value;
} writes[WRITES_MAX];
static unsigned count, refuse_at;

static const struct nexus_virtio device = {SLOT, window};

static int64_t fake_write(uint64_t slot, uint64_t reg, uint64_t value)
{
    assert_int_equal(slot, SLOT);
    assert_in_range(count, 0, WRITES_MAX - 1);
    if (count == refuse_at) {
        return NEURON_STUCK;
    }
    writes[count].reg = reg;
    writes[count].value = value;
    count++;
    if (reg == VIRTIO_MMIO_DEVICE_FEATURES_SEL) {
        window[VIRTIO_MMIO_DEVICE_FEATURES / 4] = offered[value];
    }
    if (reg == VIRTIO_MMIO_STATUS) {
        window[VIRTIO_MMIO_STATUS / 4] = (uint32_t)value & stays;
    }
    return NEURON_OK;
}

static int start(void **state)
{
    (void)state;
    memset(window, 0, sizeof(window));
    memset(__nexus_arena, 0, sizeof(__nexus_arena));
    memset(__nexus_out, 0, sizeof(__nexus_out));
    memset(&host_kernel, 0, sizeof(host_kernel));
    host_kernel.dev_write = fake_write;
    offered[0] = 0x30;
    offered[1] = VERSION_1 | 0x40;
    stays = UINT32_MAX;
    count = 0;
    refuse_at = WRITES_MAX;
    return 0;
}

static void begin_accepts_what_is_wanted_and_offered(void **state)
{
    static const uint64_t expected[][2] = {
        {VIRTIO_MMIO_STATUS, 0},
        {VIRTIO_MMIO_STATUS, 1},
        {VIRTIO_MMIO_STATUS, 3},
        {VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0},
        {VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0},
        {VIRTIO_MMIO_DRIVER_FEATURES, 0x20},
        {VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1},
        {VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1},
        {VIRTIO_MMIO_DRIVER_FEATURES, VERSION_1},
        {VIRTIO_MMIO_STATUS, 11},
        {VIRTIO_MMIO_STATUS, 15},
    };
    uint64_t accepted = 0;
    (void)state;

    assert_int_equal(nexus_virtio_begin(&device, 0x60, &accepted), NEURON_OK);
    assert_true(accepted == (UINT64_C(1) << 32 | 0x20));
    assert_int_equal(nexus_virtio_go(&device), NEURON_OK);
    assert_int_equal(count, sizeof(expected) / sizeof(expected[0]));
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(writes[i].reg, expected[i][0]);
        assert_int_equal(writes[i].value, expected[i][1]);
    }
}

static void begin_ends_at_the_first_refusal(void **state)
{
    uint64_t accepted = 77;
    (void)state;

    for (unsigned n = 0; n < 10; n++) {
        count = 0;
        refuse_at = n;
        assert_int_equal(nexus_virtio_begin(&device, 0x60, &accepted), NEURON_STUCK);
        assert_int_equal(count, n);
    }
    assert_true(accepted == 77);
}

static void begin_refuses_a_device_without_version_1(void **state)
{
    uint64_t accepted = 0;
    (void)state;

    offered[1] = 0x40;
    assert_int_equal(nexus_virtio_begin(&device, 0, &accepted), NEURON_BAD_VALUE);
}

static void begin_refuses_a_device_that_changes_its_mind(void **state)
{
    uint64_t accepted = 0;
    (void)state;

    stays = ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
    assert_int_equal(nexus_virtio_begin(&device, 0, &accepted), NEURON_BAD_VALUE);
}

static int64_t fake_queue(uint64_t slot, uint64_t queue, uint64_t size, uint64_t va)
{
    assert_int_equal(slot, SLOT);
    assert_int_equal(queue, 1);
    assert_int_equal(size, 4);
    assert_true(va == (uint64_t)(__nexus_arena + NEURON_PAGE));
    return window[0] == 1 ? NEURON_QUEUE_SET_UP : NEURON_OK;
}

static void queue_that_is_refused_stays_as_it_was(void **state)
{
    struct nexus_queue queue = {.number = 9};
    (void)state;

    host_kernel.dev_queue = fake_queue;
    window[0] = 1;
    assert_int_equal(nexus_queue_open(&queue, SLOT, 1, 4, 1), NEURON_QUEUE_SET_UP);
    assert_int_equal(queue.number, 9);
}

static void used_chains_are_taken_once_and_in_order(void **state)
{
    struct neuron_queue_page *page = (void *)(__nexus_arena + NEURON_PAGE);
    struct nexus_queue queue;
    uint32_t head = 0;
    uint32_t bytes = 0;
    (void)state;

    host_kernel.dev_queue = fake_queue;
    assert_int_equal(nexus_queue_open(&queue, SLOT, 1, 4, 1), NEURON_OK);
    assert_false(nexus_queue_take(&queue, &head, &bytes));
    for (uint32_t n = 0; n < 70000; n++) { /* past the end of the index */
        page->used.ring[n % 4].id = n;
        page->used.ring[n % 4].bytes = n + 1;
        page->used.index = (uint16_t)(n + 1);
        assert_true(nexus_queue_take(&queue, &head, &bytes));
        assert_int_equal(head, n);
        assert_int_equal(bytes, n + 1);
        assert_false(nexus_queue_take(&queue, &head, &bytes));
    }
}

static uint64_t posted[5];

static int64_t fake_post(uint64_t slot, uint64_t queue, uint64_t head, uint64_t n, uint64_t kick)
{
    const uint64_t now[] = {slot, queue, head, n, kick};
    memcpy(posted, now, sizeof(posted));
    return NEURON_IN_FLIGHT;
}

static void chain_is_described_in_the_out_page(void **state)
{
    struct nexus_queue queue = {.slot = SLOT, .number = 1, .size = 4};
    const uint64_t expected[] = {SLOT, 1, 2, 3, 1};
    uint64_t words[4];
    (void)state;

    host_kernel.dev_post = fake_post;
    nexus_describe(0, 7, 4000, 96, true);
    nexus_describe(1, 300, UINT64_MAX, UINT32_MAX, false);
    memcpy(words, __nexus_out, sizeof(words));
    assert_true(words[0] == 4000 && words[1] == NEURON_DESCRIPTOR(96, 7, 1));
    assert_int_equal(NEURON_DESCRIPTOR_SLOT(words[1]), 7);
    assert_int_equal(NEURON_DESCRIPTOR_WRITES(words[1]), 1);
    assert_true(words[2] == UINT64_MAX && words[3] == NEURON_DESCRIPTOR(UINT32_MAX, 300, 0));
    assert_int_equal(nexus_queue_post(&queue, 2, 3, true), NEURON_IN_FLIGHT);
    assert_memory_equal(posted, expected, sizeof(expected));
}

static int64_t fake_ack(uint64_t slot, struct neuron_irq_ack_out *out)
{
    out->reasons = 3;
    return slot == SLOT ? NEURON_OK : NEURON_NOT_CLAIMED;
}

static void acknowledging_tells_the_reasons(void **state)
{
    uint32_t reasons = 0;
    (void)state;

    host_kernel.irq_ack = fake_ack;
    assert_int_equal(nexus_irq_ack(SLOT, &reasons), NEURON_OK);
    assert_int_equal(reasons, 3);
    assert_int_equal(nexus_irq_ack(SLOT, NULL), NEURON_OK);
    reasons = 9;
    assert_int_equal(nexus_irq_ack(SLOT + 1, &reasons), NEURON_NOT_CLAIMED);
    assert_int_equal(reasons, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(begin_accepts_what_is_wanted_and_offered, start),
        cmocka_unit_test_setup(begin_ends_at_the_first_refusal, start),
        cmocka_unit_test_setup(begin_refuses_a_device_without_version_1, start),
        cmocka_unit_test_setup(begin_refuses_a_device_that_changes_its_mind, start),
        cmocka_unit_test_setup(queue_that_is_refused_stays_as_it_was, start),
        cmocka_unit_test_setup(used_chains_are_taken_once_and_in_order, start),
        cmocka_unit_test_setup(chain_is_described_in_the_out_page, start),
        cmocka_unit_test_setup(acknowledging_tells_the_reasons, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
