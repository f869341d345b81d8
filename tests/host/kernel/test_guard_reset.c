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
    };
    return cmocka_run_group_tests_name("kernel: guarded devices reset", tests, NULL, NULL);
}
