/* Guarded devices: what a reset stops and forgets, when the kernel resets, and a device that does not. */
#include <neuron/registers.h>

#include "guarded.h"

#define RING_PACKED_1 4u /* of the second word of features: bit 34 */

static u64 blk_class = NEURON_CLASS_VIRTIO_BLK;

/* QEMU keeps the selection and the features over a reset: a record of the driver's wishes that a reset
 * forgets must not be believed. */
static void features_land_in_the_word_that_they_were_checked_for(void **state)
{
    (void)state;
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES, 1), NEURON_OK);
    assert_int_equal(guarded_device()->features[1], 1);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_FEATURES_0), NEURON_OK);
    assert_int_equal(guarded_device()->features[0], VIRTIO_FEATURES_0);
    assert_int_equal(guarded_device()->features[1], 0);
}

static void features_land_there_after_a_reset_that_failed_too(void **state)
{
    (void)state;
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1), NEURON_OK);
    guarded_device()->stuck = 1;
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 1), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_STUCK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_FEATURES_0), NEURON_OK);
    assert_int_equal(guarded_device()->features[1], 0);
    assert_int_equal(guarded_device()->features[0], VIRTIO_FEATURES_0);
}

static void create_takes_features_from_an_earlier_owner(void **state)
{
    (void)state;
    guarded_device()->features[0] = UINT32_MAX;
    guarded_device()->features[1] = RING_PACKED_1;
    guarded_device()->feature_word = 1;
    assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_GUARDED, INIT_BLK), NEURON_OK);
    assert_int_equal(guarded_device()->features[0], 0);
    assert_int_equal(guarded_device()->features[1], 0);
}

/* Of 0x100 a device keeps 0: it would reset, and the guard would believe that its queues are set up. */
static void status_has_eight_bits(void **state)
{
    const u64 wrong[] = {0x100, 0x101, 0x104, 0x10000, 0xffffff00, TALL(0), TALL(1), UINT64_MAX};
    (void)state;
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, wrong[i]), NEURON_BAD_VALUE);
    }
    assert_int_equal(guarded_device()->queues[0].ready, 1);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0xff), NEURON_OK);
    assert_int_equal(guarded_device()->status, 0xff);
}

/* Else its next owner is interrupted by the alarm of the one before. */
static void rtc_forgets_its_alarm_with_its_owner(void **state)
{
    (void)state;
    devices_grant(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_GUARDED, DRIVER, RTC);
    devices_driver_runs();
    assert_int_equal(SYS(dev_write, RTC, GOLDFISH_RTC_IRQ_ENABLED, 1), NEURON_OK);
    assert_int_equal(SYS(dev_write, RTC, GOLDFISH_RTC_ALARM_LOW, 1), NEURON_OK);
    assert_int_equal(machine.rtc_enabled, 1);
    assert_int_equal(machine.rtc_armed, 1);
    SYS(cap_drop, RTC);
    assert_int_equal(machine.rtc_enabled, 0);
    assert_int_equal(machine.rtc_armed, 0);
    machine.rtc_enabled = 1; /* by firmware */
    machine.rtc_armed = 1;
    machine.lines[RTC_LINE].raised = 1;
    drive_init_wakes();
    devices_grant(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_GUARDED, DRIVER, RTC);
    assert_int_equal(machine.rtc_enabled, 0);
    assert_int_equal(machine.rtc_armed, 0);
    drive_interrupt();
    assert_int_equal(tasks[DRIVER].bits, 0);
}

/* The page of the owner's arena holds nothing, and the machine was told. */
static void page_is_gone(u64 page)
{
    assert_int_equal(page_tables[tasks[DRIVER].first_leaf][ARENA_PAGE + page], 0);
}

static void reset_forgets_queues_and_what_was_in_flight(void **state)
{
    (void)state;
    guarded_describe_some(8);
    assert_int_equal(guarded_post(0, 0, 8), NEURON_OK);
    assert_int_equal(SYS(dev_queue, BLK, 1, 4, devices_arena(DRIVER, 3)), NEURON_OK);
    u32 flushes = machine.flushes;
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    assert_int_equal(guarded_device()->status, 0);
    assert_int_equal(guarded_device()->queues[0].ready, 0);
    assert_int_equal(machine.flushes, flushes + 2);
    page_is_gone(0);
    page_is_gone(3);
    assert_int_equal(guarded_post(0, 0, 1), NEURON_NOT_LIVE);
    assert_int_equal(SYS(dev_queue, BLK, 0, 8, devices_arena(DRIVER, 1)), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(guarded_post(0, 0, 8), NEURON_OK);
    assert_int_equal(queue_pages[BLK_QUEUE(0)].available.index, 1);
}

/* The device goes on with what it has: so does the record of it, and the owner keeps its page. */
static void stuck_device_keeps_its_queues(void **state)
{
    (void)state;
    guarded_describe_some(2);
    assert_int_equal(guarded_post(0, 0, 2), NEURON_OK);
    guarded_device()->stuck = 1;
    u32 flushes = machine.flushes;
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_STUCK);
    assert_int_equal(machine.flushes, flushes);
    assert_int_equal(guarded_post(0, 4, 1), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 0), NEURON_NOT_LIVE);
    assert_int_equal(SYS(dev_queue, BLK, 0, 8, devices_arena(DRIVER, 1)), NEURON_QUEUE_SET_UP);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(guarded_post(0, 1, 1), NEURON_IN_FLIGHT);
    assert_int_equal(guarded_post(0, 4, 1), NEURON_OK);
    guarded_device()->stuck = 0;
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    page_is_gone(0);
}

/* Nobody gets it before it stopped; its owner's other devices are free, and its page is gone. */
static void stuck_device_is_not_handed_out_until_it_resets(void **state)
{
    (void)state;
    drive_init_wakes();
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    devices_grant(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM, DRIVER, RNG);
    drive_init_sleeps();
    guarded_device()->stuck = 1;
    drive_fault(NEURON_FAULT_LOAD_PAGE, 0);
    page_is_gone(0);
    for (u32 w = 0; w < WINDOWS_IN_ALL; w++) {
        assert_int_equal(windows[w].owner, NONE);
    }
    drive_init_wakes();
    for (u32 tries = 0; tries < 3; tries++) {
        assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_GUARDED, INIT_BLK),
                         NEURON_STUCK);
        devices_slot_is(DRIVER, BLK, NEURON_CAP_NONE, 0, 0);
        assert_int_equal(SYS(cap_query, INIT_BLK), NEURON_EMPTY_SLOT);
    }
    assert_int_equal(machine.lines[BLK_LINE].enabled, 0);
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    guarded_device()->stuck = 0;
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, OTHER, BLK);
    assert_int_equal(guarded_device()->queues[0].ready, 0);
}

static void stuck_device_can_be_revoked_and_dropped(void **state)
{
    (void)state;
    guarded_device()->stuck = 1;
    assert_int_equal(SYS(cap_drop, BLK), NEURON_OK);
    page_is_gone(0);
    drive_init_wakes();
    guarded_device()->stuck = 0;
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, DRIVER, BLK);
    drive_init_sleeps();
    assert_int_equal(SYS(dev_queue, BLK, 0, 8, devices_arena(DRIVER, 0)), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 15), NEURON_OK);
    drive_init_wakes();
    guarded_device()->stuck = 1;
    assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, BLK), NEURON_OK);
    page_is_gone(0);
    assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_GUARDED, FREE), NEURON_STUCK);
}

static void happened(u32 n, u64 event, u64 what)
{
    assert_true(n < machine.events);
    assert_int_equal(machine.event[n].event, event);
    assert_int_equal(machine.event[n].what, what);
}

/* The device stops, its queue page goes, an open claim is completed, then the line is shut, then the
 * mapping of the window goes. */
static void release_order(void)
{
    happened(0, EVENT_RESET, BLK_DEVICE);
    happened(1, EVENT_FLUSH, devices_arena(DRIVER, 0));
    happened(2, EVENT_COMPLETE, BLK_LINE);
    happened(3, EVENT_SHUT, BLK_LINE);
    happened(4, EVENT_FLUSH, devices_arena(DRIVER, 1));
}

static void claim_and_map(void)
{
    assert_int_equal(SYS(mmio_map, BLK, devices_arena(DRIVER, 1), 0, NEURON_PROT_R), NEURON_OK);
    guarded_raise(BLK_LINE);
    machine.events = 0;
}

static void device_stops_before_anything_else_is_taken(void **state)
{
    (void)state;
    claim_and_map();
    SYS(cap_drop, BLK);
    release_order();
    assert_int_equal(machine.events, 5);
    guarded_drive(state);
    assert_int_equal(SYS(dev_queue, BLK, 0, 8, devices_arena(DRIVER, 0)), NEURON_OK);
    claim_and_map();
    drive_init_wakes();
    assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, BLK), NEURON_OK);
    release_order();
    assert_int_equal(machine.events, 5);
}

/* Before its owner's memory is written for the next start. */
static void device_stops_before_the_memory_is_reset(void **state)
{
    (void)state;
    claim_and_map();
    drive_fault(NEURON_FAULT_LOAD_PAGE, 0);
    drive_init_wakes();
    drive_start(DRIVER);
    release_order();
    happened(5, EVENT_RESTORE, machine.event[5].what);
    for (u32 n = 5; n < machine.events; n++) {
        assert_int_equal(machine.event[n].event, EVENT_RESTORE);
    }
}

static void create_stops_what_firmware_left_running(void **state)
{
    struct fake_device *device = guarded_device();
    (void)state;
    device->status = 15;
    device->reasons = 1;
    device->queues[0].ready = 1;
    device->queues[0].address[0] = FAKE_RAM_BASE;
    device->queues[2].ready = 1;
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, DRIVER, BLK);
    assert_int_equal(device->status, 0);
    for (u32 q = 0; q < FAKE_QUEUES; q++) {
        assert_int_equal(device->queues[q].ready, 0);
    }
}

/* A refused create has not touched it. */
static void create_resets_only_what_it_makes(void **state)
{
    (void)state;
    machine.events = 0;
    assert_int_equal(devices_create(BLK_BASE, NEURON_CLASS_RTC, RIGHTS_RM, FREE),
                     NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_RWM, INIT_BLK),
                     NEURON_BEYOND_RIGHTS);
    assert_int_equal(machine.events, 0);
    assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_GUARDED, INIT_BLK), NEURON_OK);
    happened(0, EVENT_RESET, BLK_DEVICE);
    happened(1, EVENT_OPEN, BLK_LINE);
}

/* The whole state comes from the table, whatever was in memory. */
static void boot_begins_without_queues(void **state)
{
    assert_int_equal(vqueues[BLK_QUEUE(0)].size, QUEUE_SIZE);
    vqueues[BLK_QUEUE(1)].place = devices_arena(DRIVER, 1);
    guarded_boot(state);
    for (u32 q = 0; q < WINDOWS_IN_ALL * NEURON_WINDOW_QUEUES; q++) {
        assert_int_equal(vqueues[q].size, 0);
        assert_int_equal(vqueues[q].place, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(features_land_in_the_word_that_they_were_checked_for, guarded_drive),
        cmocka_unit_test_setup(features_land_there_after_a_reset_that_failed_too, guarded_drive),
        cmocka_unit_test_setup(create_takes_features_from_an_earlier_owner, guarded_boot),
        cmocka_unit_test_setup(status_has_eight_bits, guarded_go),
        cmocka_unit_test_setup(boot_begins_without_queues, guarded_go),
        cmocka_unit_test_setup(rtc_forgets_its_alarm_with_its_owner, guarded_boot),
        cmocka_unit_test_setup(reset_forgets_queues_and_what_was_in_flight, guarded_go),
        cmocka_unit_test_setup(stuck_device_keeps_its_queues, guarded_go),
        cmocka_unit_test_setup(stuck_device_is_not_handed_out_until_it_resets, guarded_go),
        cmocka_unit_test_setup(stuck_device_can_be_revoked_and_dropped, guarded_go),
        cmocka_unit_test_setup(device_stops_before_anything_else_is_taken, guarded_go),
        cmocka_unit_test_setup(device_stops_before_the_memory_is_reset, guarded_go),
        cmocka_unit_test_setup(create_stops_what_firmware_left_running, guarded_boot),
        cmocka_unit_test_setup(create_resets_only_what_it_makes, guarded_boot),
    };
    return cmocka_run_group_tests_name("kernel: guarded devices reset", tests, NULL, NULL);
}
