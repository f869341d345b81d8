/* Guarded devices: descriptors posted, and what lies in a DMA region. */
#include <neuron/registers.h>
#include <string.h>

#include "guarded.h"

#define Q BLK_QUEUE(0)

static struct neuron_queue_page *page = &queue_pages[Q];

/* Where the driver's regions lie: behind the stacks of all tasks. */
static u64 region_phys(u64 slot)
{
    u64 first = FAKE_RAM_BASE + TASKS_IN_ALL * NEURON_PAGE;

    return slot == DMA_RW ? first : first + DMA_BYTES + (slot - DMA_R) * NEURON_PAGE;
}

static void descriptor_is(u32 d, u64 address, u64 bytes, u64 flags, u64 next)
{
    assert_int_equal(page->descriptors[d].address, address);
    assert_int_equal(page->descriptors[d].bytes, bytes);
    assert_int_equal(page->descriptors[d].flags, flags);
    assert_int_equal(page->descriptors[d].next, next);
}

static void chain_reaches_the_rings_as_it_was_described(void **state)
{
    (void)state;
    guarded_describe(0, 16, 100, DMA_R, 0);
    guarded_describe(1, 0, DMA_BYTES, DMA_RW, 1);
    guarded_describe(2, 4095, 1, DMA_W, 1);
    assert_int_equal(guarded_post(0, 3, 3), NEURON_OK);
    u64 next = VIRTQ_DESC_F_NEXT;
    u64 writes = VIRTQ_DESC_F_WRITE;
    descriptor_is(3, region_phys(DMA_R) + 16, 100, next, 4);
    descriptor_is(4, region_phys(DMA_RW), DMA_BYTES, next | writes, 5);
    descriptor_is(5, region_phys(DMA_W) + 4095, 1, writes, 6);
    assert_int_equal(page->available.index, 1);
    assert_int_equal(page->available.ring[0], 3);
    for (u32 d = 0; d < QUEUE_SIZE; d++) {
        assert_int_equal(vqueues[Q].busy[d], d >= 3 && d < 6);
    }
    guarded_describe(0, DMA_BYTES - 8, 8, DMA_RW, 0);
    assert_int_equal(guarded_post(0, 7, 1), NEURON_OK);
    descriptor_is(7, region_phys(DMA_RW) + DMA_BYTES - 8, 8, 0, 8);
    assert_int_equal(page->available.index, 2);
    assert_int_equal(page->available.ring[1], 7);
    assert_int_equal(guarded_device()->notified, 0);
}

static void kick_tells_the_device_of_that_queue(void **state)
{
    (void)state;
    assert_int_equal(SYS(dev_queue, BLK, 1, 4, devices_arena(DRIVER, 1)), NEURON_OK);
    guarded_describe_some(1);
    assert_int_equal(SYS(dev_post, BLK, 1, 0, 1, 1), NEURON_OK);
    assert_int_equal(guarded_device()->notified, 1);
    assert_int_equal(guarded_device()->notified_queue, 1);
    assert_int_equal(SYS(dev_post, BLK, 0, 0, 1, TALL(0)), NEURON_OK);
    assert_int_equal(guarded_device()->notified, 2);
    assert_int_equal(guarded_device()->notified_queue, 0);
    assert_int_equal(SYS(dev_post, BLK, 0, 1, 1, 0), NEURON_OK);
    assert_int_equal(guarded_device()->notified, 2);
    /* A refused one is none. */
    assert_int_equal(SYS(dev_post, BLK, 0, 1, 1, 1), NEURON_IN_FLIGHT);
    assert_int_equal(guarded_device()->notified, 2);
}

static void post_needs_a_device_with_queues(void **state)
{
    const u64 beyond[] = {GUARDED_SLOTS, TALL(BLK), UINT64_MAX};
    const u64 queues[] = {2, TALL(0), UINT64_MAX};
    (void)state;
    drive_init_wakes();
    devices_grant(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_GUARDED, DRIVER, RTC);
    drive_init_sleeps();
    guarded_describe_some(1);
    for (u64 s = 0; s < GUARDED_SLOTS; s++) {
        assert_int_equal(SYS(dev_post, s, 0, 0, 1, 0), s == BLK                ? NEURON_OK
                                                       : s == RTC              ? NEURON_BAD_QUEUE
                                                       : s == 0 || s >= DMA_RW ? NEURON_WRONG_KIND
                                                                               : NEURON_EMPTY_SLOT);
    }
    for (u32 i = 0; i < 3; i++) {
        assert_int_equal(SYS(dev_post, beyond[i], 0, 0, 1, 0), NEURON_BAD_SLOT);
        assert_int_equal(guarded_post(queues[i], 1, 1), NEURON_BAD_QUEUE);
    }
}

static void post_needs_a_live_queue(void **state)
{
    (void)state;
    guarded_describe_some(1);
    assert_int_equal(guarded_post(1, 0, 1), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0xff - VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    assert_int_equal(guarded_post(0, 1, 1), NEURON_NOT_LIVE);
    assert_int_equal(SYS(dev_queue, BLK, 0, 8, devices_arena(DRIVER, 0)), NEURON_OK);
    assert_int_equal(guarded_post(0, 1, 1), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_OK);
}

static void chain_lies_inside_the_queue(void **state)
{
    (void)state;
    guarded_describe_some(QUEUE_SIZE + 1);
    for (u64 head = 0; head < QUEUE_SIZE + 2; head++) {
        assert_int_equal(guarded_post(0, head, 0), NEURON_BAD_INDEX);
        assert_int_equal(guarded_post(0, head, QUEUE_SIZE + 1 - head), NEURON_BAD_INDEX);
    }
    const u64 wrong[] = {TALL(0), TALL(1), UINT64_C(1) << 63, UINT64_MAX};
    for (u32 i = 0; i < 4; i++) {
        assert_int_equal(guarded_post(0, wrong[i], 1), NEURON_BAD_INDEX);
        assert_int_equal(guarded_post(0, 1, wrong[i]), NEURON_BAD_INDEX);
        assert_int_equal(guarded_post(0, wrong[i], wrong[i]), NEURON_BAD_INDEX);
        assert_int_equal(guarded_post(0, 0 - wrong[i], wrong[i]), NEURON_BAD_INDEX);
    }
    for (u64 head = 0; head < QUEUE_SIZE; head++) {
        assert_int_equal(guarded_post(0, head, QUEUE_SIZE - head), NEURON_OK);
        guarded_use(0, (u32)head);
    }
}

static void chain_has_up_to_32_descriptors(void **state)
{
    (void)state;
    assert_int_equal(SYS(dev_queue, BLK, 1, 128, devices_arena(DRIVER, 1)), NEURON_OK);
    guarded_describe_some(NEURON_CHAIN_MAX + 1);
    for (u64 count = 1; count <= NEURON_CHAIN_MAX; count++) {
        u64 head = count % 2 == 0 ? 0 : 128 - count;
        assert_int_equal(guarded_post(1, head, count), NEURON_OK);
        guarded_use(1, (u32)head);
    }
    assert_int_equal(guarded_post(1, 0, NEURON_CHAIN_MAX + 1), NEURON_BAD_INDEX);
    assert_int_equal(guarded_post(1, 128 - NEURON_CHAIN_MAX + 1, NEURON_CHAIN_MAX),
                     NEURON_BAD_INDEX);
}

/* Posts a chain of three good descriptors, but word `word` of the last one is `value`. */
static int64_t post_with(u32 word, u64 value)
{
    guarded_describe_some(3);
    message_pages[out_page(DRIVER)][NEURON_DESCRIPTOR_WORDS * 2 + word] = value;
    return guarded_post(0, 0, 3);
}

static void descriptor_has_bytes_and_no_unknown_bits(void **state)
{
    (void)state;
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(0, DMA_RW, 1)), NEURON_BAD_DESCRIPTOR);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(0, DMA_RW, 0)), NEURON_BAD_DESCRIPTOR);
    for (u32 bit = 49; bit < 64; bit++) {
        u64 word = NEURON_DESCRIPTOR(1, DMA_RW, 1) | UINT64_C(1) << bit;
        assert_int_equal(post_with(1, word), NEURON_BAD_DESCRIPTOR);
        assert_int_equal(post_with(1, word - (UINT64_C(1) << 48)), NEURON_BAD_DESCRIPTOR);
    }
    assert_int_equal(post_with(1, 0), NEURON_BAD_DESCRIPTOR);
    assert_int_equal(post_with(1, UINT64_MAX), NEURON_BAD_DESCRIPTOR);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, DMA_RW, 0)), NEURON_OK);
}

static void descriptor_names_a_region_of_the_caller(void **state)
{
    (void)state;
    for (u64 slot = 0; slot < 300; slot++) {
        if (slot >= DMA_RW && slot < GUARDED_SLOTS) {
            continue;
        }
        int64_t expected = slot >= GUARDED_SLOTS      ? NEURON_BAD_SLOT
                           : slot == 0 || slot == BLK ? NEURON_WRONG_KIND
                                                      : NEURON_EMPTY_SLOT;
        assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, slot, 1)), expected);
    }
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, 0xffff, 1)), NEURON_BAD_SLOT);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, 0x100 + DMA_RW, 1)), NEURON_BAD_SLOT);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, DMA_RW, 1)), NEURON_OK);
}

static void region_is_used_as_its_rights_say(void **state)
{
    (void)state;
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, DMA_R, 1)), NEURON_NO_RIGHT);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, DMA_W, 0)), NEURON_NO_RIGHT);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, DMA_R, 0)), NEURON_OK);
    guarded_use(0, 0);
    assert_int_equal(post_with(1, NEURON_DESCRIPTOR(1, DMA_W, 1)), NEURON_OK);
}

static void descriptor_ends_with_its_region(void **state)
{
    const u64 good[][2] = {{0, DMA_BYTES}, {1, DMA_BYTES - 1}, {DMA_BYTES - 1, 1}, {4096, 4096}};
    const u64 wrong[][2] = {{0, DMA_BYTES + 1},
                            {1, DMA_BYTES},
                            {DMA_BYTES - 1, 2},
                            {DMA_BYTES, 1},
                            {DMA_BYTES + 1, 1},
                            {0, UINT32_MAX},
                            {DMA_BYTES, UINT32_MAX},
                            {UINT64_MAX, 1},
                            {UINT64_MAX, 2},
                            {UINT64_MAX - 4095, 4096},
                            {UINT64_MAX - 4095, 8192},
                            {UINT64_MAX - 4094, UINT32_MAX},
                            {0 - region_phys(DMA_RW), 1},
                            {TALL(0), 1},
                            {UINT64_C(1) << 63, 1}};
    (void)state;
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        for (u64 writes = 0; writes < 2; writes++) {
            guarded_describe_some(3);
            guarded_describe(1, wrong[i][0], wrong[i][1], DMA_RW, writes);
            assert_int_equal(guarded_post(0, 0, 3), NEURON_OUTSIDE_REGION);
        }
    }
    for (u32 i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        guarded_describe_some(3);
        guarded_describe(1, good[i][0], good[i][1], DMA_RW, i % 2);
        assert_int_equal(guarded_post(0, 0, 3), NEURON_OK);
        descriptor_is(1, region_phys(DMA_RW) + good[i][0], good[i][1], 1 + 2 * (i % 2), 2);
        guarded_use(0, 0);
    }
}

static void smaller_region_ends_earlier(void **state)
{
    (void)state;
    guarded_describe(0, 0, NEURON_PAGE + 1, DMA_R, 0);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_OUTSIDE_REGION);
    guarded_describe(0, NEURON_PAGE, 1, DMA_W, 1);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_OUTSIDE_REGION);
    guarded_describe(0, 0, NEURON_PAGE, DMA_W, 1);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_OK);
}

/* What the owner writes into its OUT page afterwards changes nothing. */
static void posted_chain_is_a_copy(void **state)
{
    (void)state;
    guarded_describe_some(2);
    assert_int_equal(guarded_post(0, 0, 2), NEURON_OK);
    struct neuron_queue_page seen = *page;
    memset(drive_out(DRIVER), 0xff, NEURON_PAGE);
    assert_int_equal(guarded_post(0, 2, 1), NEURON_BAD_DESCRIPTOR);
    SYS(null, 0);
    assert_memory_equal(&seen, page, sizeof(seen));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(chain_reaches_the_rings_as_it_was_described, guarded_go),
        cmocka_unit_test_setup(kick_tells_the_device_of_that_queue, guarded_go),
        cmocka_unit_test_setup(post_needs_a_device_with_queues, guarded_go),
        cmocka_unit_test_setup(post_needs_a_live_queue, guarded_go),
        cmocka_unit_test_setup(chain_lies_inside_the_queue, guarded_go),
        cmocka_unit_test_setup(chain_has_up_to_32_descriptors, guarded_go),
        cmocka_unit_test_setup(descriptor_has_bytes_and_no_unknown_bits, guarded_go),
        cmocka_unit_test_setup(descriptor_names_a_region_of_the_caller, guarded_go),
        cmocka_unit_test_setup(region_is_used_as_its_rights_say, guarded_go),
        cmocka_unit_test_setup(descriptor_ends_with_its_region, guarded_go),
        cmocka_unit_test_setup(smaller_region_ends_earlier, guarded_go),
        cmocka_unit_test_setup(posted_chain_is_a_copy, guarded_go),
    };
    return cmocka_run_group_tests_name("kernel: guarded posts", tests, NULL, NULL);
}
