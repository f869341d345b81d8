/* The world of the device tests. */
#include "devices.h"

static void add_windows(void)
{
    world_fixed(RTC_BASE, 1, 11, NEURON_CLASS_RTC);
    world_window(RNG_BASE, 1);
    world_window(NET_BASE, 2);
    world_window(NONE_BASE, 3);
    world_window(BLK_BASE, 4);
    world_fixed(BIG_BASE, BIG_PAGES, 0, BIG_CLASS);
}

static void add_ceilings(u32 task)
{
    u64 rng = NEURON_CLASS_VIRTIO_RNG;
    u64 net = NEURON_CLASS_VIRTIO_NET;

    assert_int_equal(world_ceiling(task, rng, RIGHTS_RM, RNG_BASE, VIRTIO_BYTES), RNG);
    assert_int_equal(world_ceiling(task, net, RIGHTS_RWM, RNG_BASE, VIRTIO_BYTES), NET);
    assert_int_equal(world_ceiling(task, rng, RIGHTS_RM, NET_BASE, VIRTIO_BYTES / 2), MIDDLE);
    world_ceiling(task, BIG_CLASS, RIGHTS_RWM, BIG_BASE, BIG_PAGES * NEURON_PAGE);
    assert_int_equal(world_slot(task, NEURON_CAP_NONE), NOTHING);
}

void devices_begin(void)
{
    world_begin();
    world.arena_pages = ARENA_PAGES;
    assert_int_equal(world_task(50), INIT);
    assert_int_equal(world_task(20), DRIVER);
    assert_int_equal(world_task(10), OTHER);
    assert_int_equal(world_slot(INIT, NEURON_CAP_NONE), FREE);
    assert_int_equal(world_slot(INIT, NEURON_CAP_NONE), FREE2);
    u64 rng = NEURON_CLASS_VIRTIO_RNG;
    assert_int_equal(world_ceiling(INIT, rng, RIGHTS_RM, RNG_BASE, VIRTIO_BYTES / 2), INIT_OWN);
    add_ceilings(DRIVER);
    add_ceilings(OTHER);
    add_windows();
}

void devices_plugged(void)
{
    machine.virtio_class[0] = NEURON_CLASS_VIRTIO_RNG;
    machine.virtio_class[1] = NEURON_CLASS_VIRTIO_NET;
    machine.virtio_class[3] = NEURON_CLASS_VIRTIO_BLK;
}

void devices_boot_world(void)
{
    drive_boot();
    devices_plugged();
}

int devices_boot(void **state)
{
    (void)state;
    devices_begin();
    devices_boot_world();
    return 0;
}

u64 devices_arena(u32 task, u64 page)
{
    return NEURON_USER_BASE + task * (u64)NEURON_USER_SPAN + NEURON_ARENA_OFFSET +
           page * NEURON_PAGE;
}

int64_t devices_create(u64 base, u64 class, u64 rights, u64 destination)
{
    return SYS(device_cap_create, NEURON_SLOT_FACTORY, base, class, rights, destination);
}

int64_t devices_give(u64 from, u64 task, u64 destination)
{
    return SYS(cap_transfer_to, NEURON_SLOT_TASK, from, task, destination);
}

void devices_grant(u64 base, u64 class, u64 rights, u32 task, u32 slot)
{
    drive_current(INIT);
    assert_int_equal(devices_create(base, class, rights, FREE), NEURON_OK);
    assert_int_equal(devices_give(FREE, task, slot), NEURON_OK);
}

void devices_driver_runs(void)
{
    drive_start(DRIVER);
    drive_init_sleeps();
    drive_current(DRIVER);
}

void devices_slot_is(u32 task, u32 slot, u64 kind, u64 rights, u64 object)
{
    const u64 expected[5] = {kind, rights, object, 0, 0};
    u64 what = NEURON_INSPECT_SLOT;

    assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, task, what, slot), NEURON_OK);
    for (u32 i = 0; i < 5; i++) {
        assert_int_equal(drive_reg(INIT, i), expected[i]);
    }
}

u64 devices_page(u32 task, u64 page)
{
    u64 what = NEURON_INSPECT_PAGE;

    assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, task, what, page), NEURON_OK);
    for (u32 i = 1; i < 5; i++) {
        assert_int_equal(drive_reg(INIT, i), 0);
    }
    return drive_reg(INIT, 0);
}

u64 devices_entry(u64 phys, u64 prot)
{
    /* A and D set, not G, U, the protection, V */
    return phys / NEURON_PAGE * 1024 + 0xc0 + 0x10 + 2 * prot + 1;
}
