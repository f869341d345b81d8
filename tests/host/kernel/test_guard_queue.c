/* Guarded devices: queues set up. */
#include <neuron/registers.h>
#include <string.h>

#include "guarded.h"

static u64 arena(u64 page)
{
    return devices_arena(DRIVER, page);
}

static int64_t queue_up(u64 queue, u64 size, u64 va)
{
    return SYS(dev_queue, BLK, queue, size, va);
}

static void device_knows(u32 queue, u32 size)
{
    const struct fake_queue *told = &guarded_device()->queues[queue];
    u64 page = FAKE_QUEUE_PAGES + BLK_QUEUE(queue) * (u64)NEURON_PAGE;

    assert_int_equal(told->ready, 1);
    assert_int_equal(told->num, size);
    assert_int_equal(told->address[0], page);
    assert_int_equal(told->address[1], page + 16 * NEURON_QUEUE_SIZE_MAX);
    assert_int_equal(told->address[2], page + NEURON_QUEUE_USED_OFFSET);
}

static void device_learns_where_the_queue_is_and_the_owner_reads_it(void **state)
{
    (void)state;
    u32 flushes = machine.flushes;
    assert_int_equal(queue_up(1, 128, arena(2)), NEURON_OK);
    device_knows(1, 128);
    assert_int_equal(guarded_device()->queues[0].ready, 0);
    assert_int_equal(machine.flushes, flushes + 1);
    assert_int_equal(machine.flushed_task, DRIVER);
    assert_int_equal(machine.flushed_va, arena(2));
    assert_int_equal(queue_up(0, 1, arena(0)), NEURON_OK);
    device_knows(0, 1);
    drive_init_wakes();
    u64 page = FAKE_QUEUE_PAGES + BLK_QUEUE(0) * (u64)NEURON_PAGE;
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE), devices_entry(page, NEURON_PROT_R));
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 2),
                     devices_entry(page + NEURON_PAGE, NEURON_PROT_R));
}

static void new_queue_is_empty(void **state)
{
    struct neuron_queue_page *page = &queue_pages[BLK_QUEUE(0)];
    static const struct neuron_queue_page empty;
    (void)state;
    memset(page, 0xa5, sizeof(*page));
    memset(vqueues[BLK_QUEUE(0)].busy, 1, sizeof(vqueues[0].busy));
    memset(vqueues[BLK_QUEUE(0)].chain, 1, sizeof(vqueues[0].chain));
    vqueues[BLK_QUEUE(0)].available = 5;
    vqueues[BLK_QUEUE(0)].used = 6;
    assert_int_equal(queue_up(0, 4, arena(0)), NEURON_OK);
    assert_memory_equal(page, &empty, sizeof(*page));
    assert_int_equal(vqueues[BLK_QUEUE(0)].available, 0);
    assert_int_equal(vqueues[BLK_QUEUE(0)].used, 0);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    guarded_describe_some(4);
    assert_int_equal(guarded_post(0, 0, 4), NEURON_OK);
    assert_int_equal(page->available.index, 1);
}

static void queue_needs_a_device_with_queues(void **state)
{
    const u64 beyond[] = {GUARDED_SLOTS, TALL(BLK), UINT64_MAX};
    (void)state;
    drive_init_wakes();
    devices_grant(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_GUARDED, DRIVER, RTC);
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    drive_init_sleeps();
    for (u64 s = 0; s < GUARDED_SLOTS; s++) {
        int64_t status = SYS(dev_queue, s, 0, 3, arena(0));
        assert_int_equal(status, s == BLK                ? NEURON_BAD_SIZE
                                 : s == RTC || s == BIG  ? NEURON_BAD_QUEUE
                                 : s == 0 || s >= DMA_RW ? NEURON_WRONG_KIND
                                                         : NEURON_EMPTY_SLOT);
    }
    for (u32 i = 0; i < 3; i++) {
        assert_int_equal(SYS(dev_queue, beyond[i], 0, 4, arena(0)), NEURON_BAD_SLOT);
    }
}

static void queue_number_is_below_two(void **state)
{
    const u64 wrong[] = {2, 3, 64, TALL(0), TALL(1), UINT64_MAX};
    (void)state;
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(queue_up(wrong[i], 4, arena(0)), NEURON_BAD_QUEUE);
    }
}

static void size_is_a_power_of_two_up_to_128(void **state)
{
    const u64 wrong[] = {
        256, 512, 65536, UINT64_C(1) << 31, TALL(0), TALL(4), UINT64_C(1) << 63, UINT64_MAX};
    (void)state;
    for (u64 size = 0; size < 300; size++) {
        int good = size == 1 || size == 2 || size == 4 || size == 8 || size == 16 || size == 32 ||
                   size == 64 || size == 128;
        assert_int_equal(queue_up(0, size, arena(0)), good ? NEURON_OK : NEURON_BAD_SIZE);
        if (good) {
            device_knows(0, (u32)size);
            assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
        }
    }
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(queue_up(0, wrong[i], arena(0)), NEURON_BAD_SIZE);
    }
}

static void size_is_at_most_what_that_queue_of_the_device_has(void **state)
{
    (void)state;
    guarded_device()->queues[0].num_max = 16;
    guarded_device()->queues[1].num_max = 0;
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_SEL, 2), NEURON_OK); /* has 256 */
    assert_int_equal(queue_up(1, 1, arena(0)), NEURON_BAD_QUEUE);
    assert_int_equal(queue_up(1, 3, arena(0)), NEURON_BAD_SIZE);
    assert_int_equal(queue_up(0, 32, arena(0)), NEURON_BAD_SIZE);
    assert_int_equal(queue_up(0, 16, arena(0)), NEURON_OK);
    device_knows(0, 16);
    guarded_device()->queues[1].num_max = 15; /* a device may say so */
    assert_int_equal(queue_up(1, 16, arena(1)), NEURON_BAD_SIZE);
    assert_int_equal(queue_up(1, 8, arena(1)), NEURON_OK);
    assert_int_equal(guarded_device()->queues[2].ready, 0);
}

static void address_is_a_free_page_of_the_arena(void **state)
{
    const u64 outside[] = {
        arena(0) - NEURON_PAGE,  arena(ARENA_PAGES),     0,
        devices_arena(OTHER, 0), devices_arena(INIT, 0), UINT64_MAX - NEURON_PAGE + 1};
    (void)state;
    for (u32 i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        assert_int_equal(queue_up(0, 4, outside[i]), NEURON_OUTSIDE_ARENA);
    }
    assert_int_equal(queue_up(0, 4, arena(0) + 1), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(queue_up(0, 4, arena(1) - 8), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(queue_up(0, 4, UINT64_MAX), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(queue_up(0, 4, TALL(arena(0))), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(mmio_map, BLK, arena(1), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(queue_up(0, 4, arena(1)), NEURON_ALREADY_MAPPED);
    assert_int_equal(queue_up(0, 4, arena(0)), NEURON_OK);
    assert_int_equal(queue_up(1, 4, arena(0)), NEURON_ALREADY_MAPPED);
    assert_int_equal(queue_up(1, 4, arena(ARENA_PAGES - 1)), NEURON_OK);
}

/* Only a reset takes the page of a queue away. */
static void queue_page_is_not_theirs_to_unmap_or_to_map_over(void **state)
{
    (void)state;
    assert_int_equal(queue_up(0, 4, arena(0)), NEURON_OK);
    assert_int_equal(SYS(unmap, arena(0)), NEURON_NOT_MAPPED);
    assert_int_equal(SYS(mmio_map, BLK, arena(0), 0, NEURON_PROT_R), NEURON_ALREADY_MAPPED);
    assert_int_equal(SYS(mmio_map, BLK, arena(1), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    assert_int_equal(SYS(mmio_map, BLK, arena(0), 0, NEURON_PROT_R), NEURON_ALREADY_MAPPED);
    assert_int_equal(SYS(unmap, arena(1)), NEURON_OK);
    assert_int_equal(SYS(mmio_map, BLK, arena(0), 0, NEURON_PROT_R), NEURON_OK);
}

static void queue_is_set_up_once_until_a_reset(void **state)
{
    (void)state;
    assert_int_equal(queue_up(0, 4, arena(0)), NEURON_OK);
    assert_int_equal(queue_up(0, 4, arena(1)), NEURON_QUEUE_SET_UP);
    assert_int_equal(queue_up(0, 8, arena(0)), NEURON_QUEUE_SET_UP);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 7), NEURON_OK);
    assert_int_equal(queue_up(0, 8, arena(1)), NEURON_QUEUE_SET_UP);
    assert_int_equal(queue_up(1, 8, arena(1)), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    assert_int_equal(queue_up(0, 8, arena(1)), NEURON_OK);
    assert_int_equal(queue_up(1, 8, arena(0)), NEURON_OK);
    device_knows(0, 8);
}

static void device_with_a_queue_is_not_handed_on(void **state)
{
    (void)state;
    SYS(cap_drop, BLK);
    drive_init_wakes();
    assert_int_equal(devices_create(BLK_BASE, NEURON_CLASS_VIRTIO_BLK, RIGHTS_GUARDED, INIT_BLK),
                     NEURON_OK);
    for (u64 queue = 0; queue < 2; queue++) {
        assert_int_equal(SYS(dev_queue, INIT_BLK, queue, 4, devices_arena(INIT, 0)), NEURON_OK);
        assert_int_equal(devices_give(INIT_BLK, DRIVER, BLK), NEURON_MAPPED);
        assert_int_equal(SYS(dev_write, INIT_BLK, VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    }
    assert_int_equal(devices_give(INIT_BLK, DRIVER, BLK), NEURON_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(device_learns_where_the_queue_is_and_the_owner_reads_it,
                               guarded_drive),
        cmocka_unit_test_setup(new_queue_is_empty, guarded_drive),
        cmocka_unit_test_setup(queue_needs_a_device_with_queues, guarded_drive),
        cmocka_unit_test_setup(queue_number_is_below_two, guarded_drive),
        cmocka_unit_test_setup(size_is_a_power_of_two_up_to_128, guarded_drive),
        cmocka_unit_test_setup(size_is_at_most_what_that_queue_of_the_device_has, guarded_drive),
        cmocka_unit_test_setup(address_is_a_free_page_of_the_arena, guarded_drive),
        cmocka_unit_test_setup(queue_page_is_not_theirs_to_unmap_or_to_map_over, guarded_drive),
        cmocka_unit_test_setup(queue_is_set_up_once_until_a_reset, guarded_drive),
        cmocka_unit_test_setup(device_with_a_queue_is_not_handed_on, guarded_drive),
    };
    return cmocka_run_group_tests_name("kernel: guarded queues", tests, NULL, NULL);
}
