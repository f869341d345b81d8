/* Device windows as capabilities: made, moved within the ceiling. */
#include "devices.h"

static u64 rng_class = NEURON_CLASS_VIRTIO_RNG;
static u64 net_class = NEURON_CLASS_VIRTIO_NET;

static void query_is(u64 class, u64 rights, u64 base, u64 bytes)
{
    assert_int_equal(SYS(cap_query, FREE), NEURON_OK);
    assert_int_equal(drive_reg(INIT, 0), NEURON_CAP_MMIO);
    assert_int_equal(drive_reg(INIT, 1), rights);
    assert_int_equal(drive_reg(INIT, 2), class);
    assert_int_equal(drive_reg(INIT, 3), 0);
    assert_int_equal(drive_reg(INIT, 4), base);
    assert_int_equal(drive_reg(INIT, 5), bytes);
}

static void create_makes_what_the_device_is(void **state)
{
    (void)state;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
    query_is(rng_class, RIGHTS_RM, RNG_BASE, NEURON_PAGE);
    assert_int_equal(SYS(cap_drop, FREE), NEURON_OK);
    assert_int_equal(SYS(cap_query, FREE), NEURON_EMPTY_SLOT);
    assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RWM, FREE), NEURON_OK);
    query_is(BIG_CLASS, RIGHTS_RWM, BIG_BASE, BIG_PAGES * NEURON_PAGE);
    assert_int_equal(devices_create(RTC_BASE, NEURON_CLASS_RTC, NEURON_RIGHT_READ, FREE2),
                     NEURON_OK);
}

static void create_needs_the_factory(void **state)
{
    const u64 other[] = {NEURON_SLOT_CONSOLE, NEURON_SLOT_TASK};
    (void)state;
    for (u32 i = 0; i < 2; i++) {
        assert_int_equal(SYS(device_cap_create, other[i], RNG_BASE, rng_class, RIGHTS_RM, FREE),
                         NEURON_WRONG_KIND);
    }
    assert_int_equal(SYS(device_cap_create, FREE2, RNG_BASE, rng_class, RIGHTS_RM, FREE),
                     NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(device_cap_create, INIT_SLOTS, RNG_BASE, rng_class, RIGHTS_RM, FREE),
                     NEURON_BAD_SLOT);
    u64 tall = TALL(NEURON_SLOT_FACTORY);
    assert_int_equal(SYS(device_cap_create, tall, RNG_BASE, rng_class, RIGHTS_RM, FREE),
                     NEURON_BAD_SLOT);
    /* A device is no factory; nor has a driver one. */
    assert_int_equal(devices_create(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_RM, FREE2), NEURON_OK);
    assert_int_equal(SYS(device_cap_create, FREE2, RNG_BASE, rng_class, RIGHTS_RM, FREE),
                     NEURON_WRONG_KIND);
    devices_driver_runs();
    for (u64 s = 0; s < DRIVER_SLOTS + 1; s++) {
        int64_t status = SYS(device_cap_create, s, RNG_BASE, rng_class, RIGHTS_RM, RNG);
        assert_int_equal(status, s == 0             ? NEURON_WRONG_KIND
                                 : s < DRIVER_SLOTS ? NEURON_EMPTY_SLOT
                                                    : NEURON_BAD_SLOT);
    }
}

static void create_needs_an_empty_slot_of_ones_own(void **state)
{
    (void)state;
    for (u64 s = 0; s < FREE; s++) {
        assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, s), NEURON_OCCUPIED);
    }
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, INIT_SLOTS), NEURON_BAD_SLOT);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, TALL(FREE)), NEURON_BAD_SLOT);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, UINT64_MAX), NEURON_BAD_SLOT);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
    assert_int_equal(devices_create(NET_BASE, net_class, RIGHTS_RM, FREE), NEURON_OCCUPIED);
}

static void create_gives_device_rights_only(void **state)
{
    const u64 wrong[] = {0,
                         NEURON_RIGHT_CALL,
                         NEURON_RIGHT_NOTIFY | RIGHTS_RM,
                         NEURON_RIGHTS_ALL,
                         NEURON_RIGHTS_ALL + 1,
                         RIGHTS_RWM | (NEURON_RIGHTS_ALL + 1),
                         TALL(RIGHTS_RM),
                         TALL(0),
                         UINT64_MAX};
    (void)state;
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(devices_create(RNG_BASE, rng_class, wrong[i], FREE), NEURON_NO_RIGHT);
    }
    for (u64 rights = NEURON_RIGHT_READ; rights <= RIGHTS_RWM; rights += NEURON_RIGHT_READ) {
        assert_int_equal(devices_create(RNG_BASE, rng_class, rights, FREE), NEURON_OK);
        query_is(rng_class, rights, RNG_BASE, NEURON_PAGE);
        assert_int_equal(SYS(cap_drop, FREE), NEURON_OK);
    }
}

static void create_takes_the_beginning_of_a_window_only(void **state)
{
    const u64 wrong[] = {0,
                         NEURON_RAM_BASE,
                         NEURON_PAYLOAD_BASE,
                         0x10000000, /* the UART */
                         0x100000,   /* the test device */
                         RNG_BASE - 1,
                         RNG_BASE + 1,
                         RNG_BASE + 8,
                         RTC_BASE + NEURON_PAGE,
                         BLK_BASE + NEURON_PAGE,
                         BIG_BASE - NEURON_PAGE,
                         BIG_BASE + NEURON_PAGE,
                         BIG_BASE + BIG_PAGES * NEURON_PAGE,
                         TALL(RNG_BASE),
                         UINT64_MAX};
    (void)state;
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(devices_create(wrong[i], rng_class, RIGHTS_RM, FREE),
                         NEURON_OUTSIDE_WINDOWS);
    }
}

static void window_has_one_owner(void **state)
{
    (void)state;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE2), NEURON_OWNED);
    assert_int_equal(devices_give(FREE, DRIVER, RNG), NEURON_OK);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OWNED);
    /* It is moved, not copied: there is nothing left to give to another. */
    assert_int_equal(devices_give(FREE, OTHER, RNG), NEURON_EMPTY_SLOT);
    devices_slot_is(INIT + 1, RNG, NEURON_CAP_MMIO, RIGHTS_RM, 1);
    devices_slot_is(OTHER, RNG, NEURON_CAP_NONE, 0, 0);
}

static void create_believes_the_device_alone(void **state)
{
    (void)state;
    assert_int_equal(devices_create(RNG_BASE, net_class, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(RNG_BASE, 0, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(RNG_BASE, TALL(rng_class), RIGHTS_RM, FREE),
                     NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(NONE_BASE, rng_class, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(NONE_BASE, 0, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(RTC_BASE, rng_class, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(RTC_BASE, BIG_CLASS, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(RTC_BASE, 0, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    assert_int_equal(devices_create(RNG_BASE, NEURON_CLASS_RTC, RIGHTS_RM, FREE),
                     NEURON_WRONG_CLASS);
    /* It is asked anew each time. */
    machine.virtio_class[0] = NEURON_CLASS_VIRTIO_BLK;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    machine.virtio_class[2] = NEURON_CLASS_VIRTIO_RNG;
    assert_int_equal(devices_create(NONE_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
}

static void create_refuses_what_is_no_virtio_device(void **state)
{
    (void)state;
    machine.devices[0].foreign = 1;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
}

/* Its queues would be elsewhere than the guard says: virtio 1.2, 4.2.4. */
static void create_refuses_a_device_of_before_virtio_1(void **state)
{
    (void)state;
    machine.devices[0].legacy = 1;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_WRONG_CLASS);
    machine.devices[0].legacy = 0;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
}

/* A device that init declares for itself is within its ceiling too. */
static void create_keeps_to_the_ceiling_of_a_declared_slot(void **state)
{
    (void)state;
    machine.virtio_class[2] = NEURON_CLASS_VIRTIO_RNG;
    assert_int_equal(devices_create(NET_BASE, net_class, RIGHTS_RM, INIT_OWN), NEURON_BEYOND_CLASS);
    assert_int_equal(devices_create(NONE_BASE, rng_class, RIGHTS_RM, INIT_OWN),
                     NEURON_BEYOND_BOUNDS);
    assert_int_equal(devices_create(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_RM, INIT_OWN),
                     NEURON_BEYOND_CLASS);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RWM, INIT_OWN),
                     NEURON_BEYOND_RIGHTS);
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, INIT_OWN), NEURON_OK);
    assert_int_equal(devices_create(NONE_BASE, rng_class, RIGHTS_RWM, FREE), NEURON_OK);
}

static void transfer_needs_the_task_capability(void **state)
{
    (void)state;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
    u64 factory = NEURON_SLOT_FACTORY;
    assert_int_equal(SYS(cap_transfer_to, factory, FREE, DRIVER, RNG), NEURON_WRONG_KIND);
    assert_int_equal(SYS(cap_transfer_to, FREE, FREE, DRIVER, RNG), NEURON_WRONG_KIND);
    assert_int_equal(SYS(cap_transfer_to, FREE2, FREE, DRIVER, RNG), NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(cap_transfer_to, INIT_SLOTS, FREE, DRIVER, RNG), NEURON_BAD_SLOT);
    assert_int_equal(SYS(cap_transfer_to, UINT64_MAX, FREE, DRIVER, RNG), NEURON_BAD_SLOT);
    assert_int_equal(devices_give(FREE, DRIVER, RNG), NEURON_OK);
    /* A driver hands nothing on, by no slot of its own. */
    devices_driver_runs();
    for (u64 s = 0; s < DRIVER_SLOTS + 1; s++) {
        int64_t status = SYS(cap_transfer_to, s, RNG, OTHER, RNG);
        assert_int_equal(status, s == 0 || s == RNG ? NEURON_WRONG_KIND
                                 : s < DRIVER_SLOTS ? NEURON_EMPTY_SLOT
                                                    : NEURON_BAD_SLOT);
    }
}

static void transfer_goes_to_another_task(void **state)
{
    const u64 wrong[] = {INIT, TASKS_IN_ALL, 64, TALL(DRIVER), UINT64_MAX};
    (void)state;
    assert_int_equal(devices_create(RNG_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
    for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(devices_give(FREE, wrong[i], RNG), NEURON_BAD_TASK);
    }
}

static void transfer_moves_devices_only(void **state)
{
    (void)state;
    assert_int_equal(devices_give(FREE, DRIVER, RNG), NEURON_EMPTY_SLOT);
    assert_int_equal(devices_give(INIT_OWN, DRIVER, RNG), NEURON_EMPTY_SLOT);
    for (u64 s = 0; s < FREE; s++) { /* no authority ever travels */
        assert_int_equal(devices_give(s, DRIVER, RNG), NEURON_WRONG_KIND);
    }
    assert_int_equal(devices_give(INIT_SLOTS, DRIVER, RNG), NEURON_BAD_SLOT);
    assert_int_equal(devices_give(UINT64_MAX, DRIVER, RNG), NEURON_BAD_SLOT);
}

static void transfer_needs_an_empty_declared_slot(void **state)
{
    (void)state;
    devices_grant(RNG_BASE, rng_class, RIGHTS_RM, DRIVER, RNG);
    machine.virtio_class[2] = NEURON_CLASS_VIRTIO_RNG;
    assert_int_equal(devices_create(NONE_BASE, rng_class, RIGHTS_RM, FREE), NEURON_OK);
    assert_int_equal(devices_give(FREE, DRIVER, RNG), NEURON_OCCUPIED);
    assert_int_equal(devices_give(FREE, DRIVER, NEURON_SLOT_CONSOLE), NEURON_OCCUPIED);
    assert_int_equal(devices_give(FREE, DRIVER, NOTHING), NEURON_UNDECLARED);
    /* The next task's slots begin here. */
    assert_int_equal(devices_give(FREE, DRIVER, DRIVER_SLOTS), NEURON_UNDECLARED);
    assert_int_equal(devices_give(FREE, DRIVER, DRIVER_SLOTS + RNG), NEURON_UNDECLARED);
    assert_int_equal(devices_give(FREE, OTHER, TALL(RNG)), NEURON_UNDECLARED);
    assert_int_equal(devices_give(FREE, OTHER, UINT64_MAX), NEURON_UNDECLARED);
    assert_int_equal(devices_give(FREE, OTHER, RNG), NEURON_OK);
}

static void transfer_keeps_to_the_class(void **state)
{
    (void)state;
    assert_int_equal(devices_create(NET_BASE, net_class, RIGHTS_RM, FREE), NEURON_OK);
    assert_int_equal(devices_give(FREE, DRIVER, RNG), NEURON_BEYOND_CLASS);
    assert_int_equal(devices_give(FREE, DRIVER, BIG), NEURON_BEYOND_CLASS);
    assert_int_equal(devices_give(FREE, DRIVER, NET), NEURON_OK);
}

static void transfer_keeps_to_the_bounds(void **state)
{
    (void)state;
    for (u32 w = 0; w < 4; w++) {
        machine.virtio_class[w] = NEURON_CLASS_VIRTIO_RNG;
    }
    for (u64 w = 0; w < 4; w++) {
        u64 base = RNG_BASE + w * NEURON_PAGE;
        int inside = base == NET_BASE || base == NONE_BASE;
        assert_int_equal(devices_create(base, rng_class, RIGHTS_RM, FREE), NEURON_OK);
        assert_int_equal(devices_give(FREE, DRIVER, MIDDLE),
                         inside ? NEURON_OK : NEURON_BEYOND_BOUNDS);
        SYS(cap_drop, FREE);
        SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, MIDDLE);
    }
}

/* Windows far beyond either end, and one that only begins inside. */
static void bounds_hold_at_any_distance(void **state)
{
    u32 middle = tasks[DRIVER].first_slot + MIDDLE;
    (void)state;
    world_word(NEURON_TABLE_SLOTS, middle, 0)[NEURON_SLOT_OBJECT] = BIG_CLASS;
    ceilings[middle].class = BIG_CLASS;
    const u64 bounds[][2] = {{BIG_BASE, (BIG_PAGES - 1) * NEURON_PAGE},
                             {BIG_BASE + NEURON_PAGE, BIG_PAGES * NEURON_PAGE},
                             {RNG_BASE, NEURON_PAGE},
                             {NEURON_RAM_BASE, NEURON_PAGE}};
    for (u32 i = 0; i < 4; i++) {
        for (u32 f = 0; f < 2; f++) {
            world_word(NEURON_TABLE_SLOTS, middle, 0)[NEURON_SLOT_BASE + f] = bounds[i][f];
        }
        ceilings[middle].base = bounds[i][0];
        ceilings[middle].bytes = bounds[i][1];
        assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RM, FREE), NEURON_OK);
        assert_int_equal(devices_give(FREE, DRIVER, MIDDLE), NEURON_BEYOND_BOUNDS);
        assert_int_equal(SYS(cap_drop, FREE), NEURON_OK);
    }
}

static void transfer_keeps_to_the_rights(void **state)
{
    (void)state;
    for (u64 rights = NEURON_RIGHT_READ; rights <= RIGHTS_RWM; rights += NEURON_RIGHT_READ) {
        int less = (rights & NEURON_RIGHT_WRITE) == 0;
        assert_int_equal(devices_create(RNG_BASE, rng_class, rights, FREE), NEURON_OK);
        assert_int_equal(devices_give(FREE, DRIVER, RNG), less ? NEURON_OK : NEURON_BEYOND_RIGHTS);
        if (less) { /* it has what it was given, not what it might have */
            devices_slot_is(DRIVER, RNG, NEURON_CAP_MMIO, rights, 1);
        }
        SYS(cap_drop, FREE);
        SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, RNG);
    }
}

static void transfer_waits_for_the_last_mapping_to_go(void **state)
{
    (void)state;
    u64 va = devices_arena(INIT, 2);
    for (u64 page = 0; page < BIG_PAGES; page++) {
        assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RWM, FREE), NEURON_OK);
        assert_int_equal(SYS(mmio_map, FREE, va, page * NEURON_PAGE, NEURON_PROT_R), NEURON_OK);
        assert_int_equal(devices_give(FREE, DRIVER, BIG), NEURON_MAPPED);
        assert_int_equal(SYS(unmap, va), NEURON_OK);
        assert_int_equal(devices_give(FREE, DRIVER, BIG), NEURON_OK);
        assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, BIG), NEURON_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(create_makes_what_the_device_is, devices_boot),
        cmocka_unit_test_setup(create_needs_the_factory, devices_boot),
        cmocka_unit_test_setup(create_needs_an_empty_slot_of_ones_own, devices_boot),
        cmocka_unit_test_setup(create_gives_device_rights_only, devices_boot),
        cmocka_unit_test_setup(create_takes_the_beginning_of_a_window_only, devices_boot),
        cmocka_unit_test_setup(window_has_one_owner, devices_boot),
        cmocka_unit_test_setup(create_believes_the_device_alone, devices_boot),
        cmocka_unit_test_setup(create_refuses_what_is_no_virtio_device, devices_boot),
        cmocka_unit_test_setup(create_refuses_a_device_of_before_virtio_1, devices_boot),
        cmocka_unit_test_setup(create_keeps_to_the_ceiling_of_a_declared_slot, devices_boot),
        cmocka_unit_test_setup(transfer_needs_the_task_capability, devices_boot),
        cmocka_unit_test_setup(transfer_goes_to_another_task, devices_boot),
        cmocka_unit_test_setup(transfer_moves_devices_only, devices_boot),
        cmocka_unit_test_setup(transfer_needs_an_empty_declared_slot, devices_boot),
        cmocka_unit_test_setup(transfer_keeps_to_the_class, devices_boot),
        cmocka_unit_test_setup(transfer_keeps_to_the_bounds, devices_boot),
        cmocka_unit_test_setup(bounds_hold_at_any_distance, devices_boot),
        cmocka_unit_test_setup(transfer_keeps_to_the_rights, devices_boot),
        cmocka_unit_test_setup(transfer_waits_for_the_last_mapping_to_go, devices_boot),
    };
    return cmocka_run_group_tests_name("kernel: devices made and moved", tests, NULL, NULL);
}
