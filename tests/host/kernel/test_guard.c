/* Guarded devices: which registers their owner may write, and with which values. */
#include <neuron/registers.h>

#include "guarded.h"

static const u64 any_value[] = {0, 1, 0x7fffffff, UINT32_MAX};

/* The block device without a queue, and the RTC. */
static int set_up(void **state)
{
    guarded_boot(state);
    devices_grant(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_GUARDED, DRIVER, RTC);
    devices_grant(BLK_BASE, NEURON_CLASS_VIRTIO_BLK, RIGHTS_GUARDED, DRIVER, BLK);
    devices_driver_runs();
    return 0;
}

static void write_needs_a_device(void **state)
{
    const u64 beyond[] = {GUARDED_SLOTS, TALL(BLK), UINT64_MAX};
    (void)state;
    for (u64 s = 0; s < GUARDED_SLOTS; s++) {
        int64_t status = SYS(dev_write, s, VIRTIO_MMIO_STATUS, 1);
        assert_int_equal(status, s == BLK                ? NEURON_OK
                                 : s == RTC              ? NEURON_BAD_REGISTER
                                 : s == 0 || s >= DMA_RW ? NEURON_WRONG_KIND
                                                         : NEURON_EMPTY_SLOT);
    }
    for (u32 i = 0; i < 3; i++) {
        assert_int_equal(SYS(dev_write, beyond[i], VIRTIO_MMIO_STATUS, 1), NEURON_BAD_SLOT);
    }
}

static int is_allowed_virtio(u64 reg)
{
    static const u64 allowed[] = {VIRTIO_MMIO_DEVICE_FEATURES_SEL, VIRTIO_MMIO_DRIVER_FEATURES,
                                  VIRTIO_MMIO_DRIVER_FEATURES_SEL, VIRTIO_MMIO_QUEUE_SEL,
                                  VIRTIO_MMIO_STATUS};
    for (u32 i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (allowed[i] == reg) {
            return 1;
        }
    }
    return 0;
}

/* Each byte of the window, and beyond it. */
static void virtio_registers_are_those_of_the_list(void **state)
{
    (void)state;
    for (u64 reg = 0; reg < NEURON_PAGE + 8; reg++) {
        int64_t expected = is_allowed_virtio(reg)            ? NEURON_OK
                           : reg == VIRTIO_MMIO_QUEUE_NOTIFY ? NEURON_NOT_LIVE
                                                             : NEURON_BAD_REGISTER;
        assert_int_equal(guarded_write(reg, 1), expected);
        assert_int_equal(guarded_write(TALL(reg), 1), NEURON_BAD_REGISTER);
    }
    assert_int_equal(guarded_write(UINT64_MAX, 1), NEURON_BAD_REGISTER);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS + (u64)NEURON_PAGE, 1), NEURON_BAD_REGISTER);
}

static int is_allowed_rtc(u64 reg)
{
    return reg == GOLDFISH_RTC_ALARM_LOW || reg == GOLDFISH_RTC_ALARM_HIGH ||
           reg == GOLDFISH_RTC_IRQ_ENABLED || reg == GOLDFISH_RTC_CLEAR_ALARM ||
           reg == GOLDFISH_RTC_CLEAR_INTERRUPT;
}

static void rtc_registers_are_those_of_the_alarm(void **state)
{
    (void)state;
    for (u64 reg = 0; reg < NEURON_PAGE + 8; reg++) {
        int allowed = is_allowed_rtc(reg);
        u32 writes = machine.fixed_writes;
        assert_int_equal(SYS(dev_write, RTC, reg, 7), allowed ? NEURON_OK : NEURON_BAD_REGISTER);
        assert_int_equal(machine.fixed_writes, writes + (allowed ? 1 : 0));
        if (allowed) {
            assert_int_equal(machine.fixed_address, RTC_BASE + reg);
            assert_int_equal(machine.fixed_value, 7);
        }
        assert_int_equal(SYS(dev_write, RTC, TALL(reg), 7), NEURON_BAD_REGISTER);
    }
    for (u64 reg = 0; reg < 0x20; reg += 4) {
        int64_t allowed = is_allowed_rtc(reg);
        assert_int_equal(SYS(dev_write, RTC, reg, TALL(7)),
                         allowed ? NEURON_BAD_VALUE : NEURON_BAD_REGISTER);
        assert_int_equal(SYS(dev_write, RTC, reg, UINT32_MAX),
                         allowed ? NEURON_OK : NEURON_BAD_REGISTER);
    }
}

/* The kernel knows nothing of this device: nothing can be allowed. */
static void unknown_device_is_written_not_at_all(void **state)
{
    (void)state;
    drive_init_wakes();
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    drive_init_sleeps();
    for (u64 reg = 0; reg < BIG_PAGES * NEURON_PAGE; reg += 4) {
        assert_int_equal(SYS(dev_write, BIG, reg, 1), NEURON_BAD_REGISTER);
    }
}

static void values_reach_the_device_as_they_are(void **state)
{
    (void)state;
    const struct fake_device *device = guarded_device();
    for (u32 i = 0; i < 4; i++) {
        u64 value = any_value[i];
        assert_int_equal(guarded_write(VIRTIO_MMIO_DEVICE_FEATURES_SEL, value), NEURON_OK);
        assert_int_equal(device->device_feature_word, value);
        assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_SEL, value), NEURON_OK);
        assert_int_equal(device->queue, value);
    }
    for (u64 value = 1; value < 0x100; value++) {
        assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, value), NEURON_OK);
        assert_int_equal(device->status, value);
        assert_int_equal(windows[BLK_WINDOW].live, (value & VIRTIO_STATUS_DRIVER_OK) != 0);
    }
}

static void values_have_32_bits(void **state)
{
    const u64 registers[] = {VIRTIO_MMIO_DEVICE_FEATURES_SEL, VIRTIO_MMIO_DRIVER_FEATURES,
                             VIRTIO_MMIO_DRIVER_FEATURES_SEL, VIRTIO_MMIO_QUEUE_SEL,
                             VIRTIO_MMIO_QUEUE_NOTIFY,        VIRTIO_MMIO_STATUS};
    (void)state;
    for (u32 r = 0; r < sizeof(registers) / sizeof(registers[0]); r++) {
        assert_int_equal(guarded_write(registers[r], TALL(0)), NEURON_BAD_VALUE);
        assert_int_equal(guarded_write(registers[r], TALL(1)), NEURON_BAD_VALUE);
        assert_int_equal(guarded_write(registers[r], UINT64_MAX), NEURON_BAD_VALUE);
    }
}

static void features_have_two_words(void **state)
{
    (void)state;
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0), NEURON_OK);
    assert_int_equal(guarded_device()->feature_word, 0);
    assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1), NEURON_OK);
    assert_int_equal(guarded_device()->feature_word, 1);
    for (u32 i = 1; i < 4; i++) {
        assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, any_value[i] + (i == 1)),
                         NEURON_BAD_VALUE);
    }
    assert_int_equal(guarded_device()->feature_word, 1);
}

/* Bits 0..23 are the class's, 32 is VERSION_1; all others are the transport's, or the rings'. */
static void each_feature_bit_is_the_class_or_refused(void **state)
{
    (void)state;
    for (u32 bit = 0; bit < 64; bit++) {
        int good = bit < 24 || bit == 32;
        u32 word = bit / 32;
        u64 value = UINT64_C(1) << (bit % 32);
        assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, word), NEURON_OK);
        assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES, value),
                         good ? NEURON_OK : NEURON_BAD_VALUE);
        assert_int_equal(guarded_device()->features[word] == value, good);
        /* Nor beside good ones. */
        u64 allowed = word == 0 ? 0x00ffffff : 1;
        assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES, allowed | value),
                         good ? NEURON_OK : NEURON_BAD_VALUE);
        assert_int_equal(guarded_write(VIRTIO_MMIO_DRIVER_FEATURES, 0), NEURON_OK);
        assert_int_equal(guarded_device()->features[word], 0);
    }
}

static void notify_is_for_queues_that_are_set_up_and_live(void **state)
{
    (void)state;
    const struct fake_device *device = guarded_device();
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 0), NEURON_NOT_LIVE);
    assert_int_equal(SYS(dev_queue, BLK, 1, 4, devices_arena(DRIVER, 0)), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 1), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0xff - VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 1), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    assert_int_equal(device->notified, 0);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 1), NEURON_OK);
    assert_int_equal(device->notified, 1);
    assert_int_equal(device->notified_queue, 1);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 0), NEURON_NOT_LIVE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 2), NEURON_BAD_VALUE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, UINT32_MAX), NEURON_BAD_VALUE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_QUEUE_NOTIFY, 1), NEURON_NOT_LIVE);
    assert_int_equal(device->notified, 1);
}

static void query_is(u64 slot, u64 rights, u64 object, u64 phys, u64 bytes)
{
    assert_int_equal(SYS(cap_query, slot), NEURON_OK);
    assert_int_equal(drive_reg(DRIVER, 0), NEURON_CAP_DMA);
    assert_int_equal(drive_reg(DRIVER, 1), rights);
    assert_int_equal(drive_reg(DRIVER, 2), object);
    assert_int_equal(drive_reg(DRIVER, 3), 0);
    assert_int_equal(drive_reg(DRIVER, 4), phys);
    assert_int_equal(drive_reg(DRIVER, 5), bytes);
}

/* Extents: a text page each, a stack each, then the driver's three regions. */
static void query_tells_the_owner_where_a_region_is(void **state)
{
    u64 first = 2 * TASKS_IN_ALL;
    u64 phys = FAKE_RAM_BASE + TASKS_IN_ALL * NEURON_PAGE;
    (void)state;
    query_is(DMA_RW, NEURON_RIGHT_READ | NEURON_RIGHT_WRITE, first, phys, DMA_BYTES);
    query_is(DMA_R, NEURON_RIGHT_READ, first + 1, phys + DMA_BYTES, NEURON_PAGE);
    query_is(DMA_W, NEURON_RIGHT_WRITE, first + 2, phys + DMA_BYTES + NEURON_PAGE, NEURON_PAGE);
    /* Nobody else learns the address, init neither. */
    drive_init_wakes();
    devices_slot_is(DRIVER, DMA_R, NEURON_CAP_DMA, NEURON_RIGHT_READ, first + 1);
}

static void region_is_no_device_and_does_not_travel(void **state)
{
    u64 va = devices_arena(DRIVER, 0);
    (void)state;
    assert_int_equal(SYS(mmio_map, DMA_RW, va, 0, NEURON_PROT_R), NEURON_WRONG_KIND);
    assert_int_equal(SYS(cap_drop, DMA_RW), NEURON_WRONG_KIND);
    assert_int_equal(SYS(irq_ack, DMA_RW), NEURON_WRONG_KIND);
    drive_init_wakes();
    assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, DMA_RW), NEURON_WRONG_KIND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(write_needs_a_device, set_up),
        cmocka_unit_test_setup(virtio_registers_are_those_of_the_list, set_up),
        cmocka_unit_test_setup(rtc_registers_are_those_of_the_alarm, set_up),
        cmocka_unit_test_setup(unknown_device_is_written_not_at_all, set_up),
        cmocka_unit_test_setup(values_reach_the_device_as_they_are, set_up),
        cmocka_unit_test_setup(values_have_32_bits, set_up),
        cmocka_unit_test_setup(features_have_two_words, set_up),
        cmocka_unit_test_setup(each_feature_bit_is_the_class_or_refused, set_up),
        cmocka_unit_test_setup(notify_is_for_queues_that_are_set_up_and_live, set_up),
        cmocka_unit_test_setup(query_tells_the_owner_where_a_region_is, set_up),
        cmocka_unit_test_setup(region_is_no_device_and_does_not_travel, set_up),
    };
    return cmocka_run_group_tests_name("kernel: guarded registers", tests, NULL, NULL);
}
