/* Device windows taken back: revoked, dropped, freed by a death; and what inspection shows of them. */
#include "devices.h"
#include "vspace.h"

static u64 rng_class = NEURON_CLASS_VIRTIO_RNG;

static int64_t revoke(u64 task, u64 target)
{
    return SYS(cap_revoke, NEURON_SLOT_TASK, task, target);
}

static void map_big(u64 page, u64 offset)
{
    u64 va = devices_arena(DRIVER, page);

    drive_current(DRIVER);
    assert_int_equal(SYS(mmio_map, BIG, va, offset, NEURON_PROT_RW), NEURON_OK);
}

/* The driver runs and has two pages of the big window mapped, at its first and its third page. */
static int set_up(void **state)
{
    devices_boot(state);
    devices_grant(RNG_BASE, rng_class, RIGHTS_RM, DRIVER, RNG);
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    devices_driver_runs();
    map_big(0, (BIG_PAGES - 1) * NEURON_PAGE);
    map_big(2, 0);
    return 0;
}

/* Nothing of the big window is left, the other window is untouched. */
static void big_is_free(void)
{
    drive_current(INIT);
    devices_slot_is(DRIVER, BIG, NEURON_CAP_NONE, 0, 0);
    for (u64 p = 0; p < ARENA_PAGES; p++) {
        assert_int_equal(devices_page(DRIVER, ARENA_PAGE + p), 0);
    }
}

static void revoke_takes_the_mappings_with_it(void **state)
{
    (void)state;
    drive_init_wakes();
    u32 flushes = machine.flushes;
    assert_int_equal(revoke(DRIVER, BIG), NEURON_OK);
    assert_int_equal(machine.flushes, flushes + 2);
    assert_int_equal(machine.flushed_task, DRIVER);
    big_is_free();
    devices_slot_is(DRIVER, RNG, NEURON_CAP_MMIO, RIGHTS_RM, 1);
    assert_int_equal(revoke(DRIVER, BIG), NEURON_EMPTY_SLOT);
    /* The driver runs on without it. */
    drive_init_sleeps();
    drive_current(DRIVER);
    u64 va = devices_arena(DRIVER, 0);
    assert_int_equal(SYS(mmio_map, BIG, va, 0, NEURON_PROT_R), NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(unmap, va), NEURON_NOT_MAPPED);
    assert_int_equal(SYS(mmio_map, RNG, va, 0, NEURON_PROT_R), NEURON_OK);
}

static void revoked_window_can_be_granted_to_another(void **state)
{
    (void)state;
    drive_init_wakes();
    assert_int_equal(revoke(DRIVER, BIG), NEURON_OK);
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, OTHER, BIG);
    drive_start(OTHER);
    drive_init_sleeps();
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(OTHER);
    u64 va = devices_arena(OTHER, 0);
    assert_int_equal(SYS(mmio_map, BIG, va, 0, NEURON_PROT_RW), NEURON_OK);
}

static void revoke_is_for_devices_of_other_tasks(void **state)
{
    (void)state;
    drive_init_wakes();
    assert_int_equal(revoke(DRIVER, NET), NEURON_EMPTY_SLOT);
    assert_int_equal(revoke(DRIVER, NOTHING), NEURON_EMPTY_SLOT);
    assert_int_equal(revoke(DRIVER, NEURON_SLOT_CONSOLE), NEURON_WRONG_KIND);
    assert_int_equal(revoke(DRIVER, DRIVER_SLOTS), NEURON_BAD_INDEX);
    assert_int_equal(revoke(DRIVER, TALL(RNG)), NEURON_BAD_INDEX);
    assert_int_equal(revoke(DRIVER, UINT64_MAX), NEURON_BAD_INDEX);
    assert_int_equal(revoke(INIT, NEURON_SLOT_CONSOLE), NEURON_BAD_TASK);
    assert_int_equal(revoke(TASKS_IN_ALL, RNG), NEURON_BAD_TASK);
    assert_int_equal(revoke(TALL(DRIVER), RNG), NEURON_BAD_TASK);
    assert_int_equal(revoke(UINT64_MAX, RNG), NEURON_BAD_TASK);
}

static void revoke_needs_the_task_capability(void **state)
{
    (void)state;
    drive_init_wakes();
    u64 factory = NEURON_SLOT_FACTORY;
    assert_int_equal(SYS(cap_revoke, factory, DRIVER, RNG), NEURON_WRONG_KIND);
    assert_int_equal(SYS(cap_revoke, FREE, DRIVER, RNG), NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(cap_revoke, INIT_SLOTS, DRIVER, RNG), NEURON_BAD_SLOT);
    devices_grant(NET_BASE, NEURON_CLASS_VIRTIO_NET, RIGHTS_RM, OTHER, NET);
    drive_init_sleeps();
    for (u64 s = 0; s < DRIVER_SLOTS + 1; s++) {
        int64_t status = SYS(cap_revoke, s, OTHER, NET);
        assert_int_equal(status, s == 0 || s == RNG || s == BIG ? NEURON_WRONG_KIND
                                 : s < DRIVER_SLOTS             ? NEURON_EMPTY_SLOT
                                                                : NEURON_BAD_SLOT);
    }
}

static void drop_gives_the_window_and_its_mappings_up(void **state)
{
    (void)state;
    u32 flushes = machine.flushes;
    assert_int_equal(SYS(cap_drop, BIG), NEURON_OK);
    assert_int_equal(machine.flushes, flushes + 2);
    assert_int_equal(SYS(cap_drop, BIG), NEURON_EMPTY_SLOT);
    drive_init_wakes();
    big_is_free();
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, OTHER, BIG);
}

static void drop_is_for_devices_only(void **state)
{
    (void)state;
    assert_int_equal(SYS(cap_drop, NEURON_SLOT_CONSOLE), NEURON_WRONG_KIND);
    assert_int_equal(SYS(cap_drop, NET), NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(cap_drop, DRIVER_SLOTS), NEURON_BAD_SLOT);
    assert_int_equal(SYS(cap_drop, TALL(RNG)), NEURON_BAD_SLOT);
    assert_int_equal(SYS(cap_drop, UINT64_MAX), NEURON_BAD_SLOT);
    drive_init_wakes();
    for (u64 s = 0; s < FREE; s++) {
        assert_int_equal(SYS(cap_drop, s), NEURON_WRONG_KIND);
    }
}

/* The driver is dead: all is free, and it gets its window again on the same path. */
static void is_freed_and_granted_again(void)
{
    big_is_free();
    devices_slot_is(DRIVER, RNG, NEURON_CAP_NONE, 0, 0);
    for (u32 w = 0; w < WINDOWS_IN_ALL; w++) {
        assert_int_equal(windows[w].owner, NONE);
    }
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    devices_driver_runs();
    map_big(0, 0);
    drive_init_wakes();
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE), devices_entry(BIG_BASE, NEURON_PROT_RW));
    devices_slot_is(DRIVER, BIG, NEURON_CAP_MMIO, RIGHTS_RWM, WINDOWS_IN_ALL - 1);
}

static void fault_frees_the_windows(void **state)
{
    (void)state;
    u32 flushes = machine.flushes;
    drive_fault(NEURON_FAULT_LOAD_PAGE, devices_arena(DRIVER, 1));
    assert_int_equal(machine.flushes, flushes + 2);
    drive_init_wakes();
    is_freed_and_granted_again();
}

static void exit_frees_the_windows(void **state)
{
    (void)state;
    SYS(exit, 0);
    drive_init_wakes();
    is_freed_and_granted_again();
}

static void stop_frees_the_windows(void **state)
{
    (void)state;
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, DRIVER, 0), NEURON_OK);
    is_freed_and_granted_again();
}

static void give_up_frees_the_windows(void **state)
{
    (void)state;
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, DRIVER, 1), NEURON_OK);
    big_is_free();
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, OTHER, BIG);
}

/* A task that will not run again holds nothing, whatever it was granted before. */
static void given_up_task_holds_no_window(void **state)
{
    (void)state;
    drive_fault(NEURON_FAULT_LOAD_PAGE, 0);
    drive_init_wakes();
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, DRIVER, 1), NEURON_OK);
    big_is_free();
    assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RWM, FREE), NEURON_OK);
    assert_int_equal(devices_give(FREE, DRIVER, BIG), NEURON_BAD_STATE);
    assert_int_equal(devices_give(FREE, OTHER, BIG), NEURON_OK);
}

/* A task that does not run may hold a window, granted before its start. */
static void window_granted_to_a_task_at_rest_waits_for_its_start(void **state)
{
    (void)state;
    drive_fault(NEURON_FAULT_LOAD_PAGE, 0);
    drive_init_wakes();
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RWM, FREE), NEURON_OWNED);
    assert_int_equal(revoke(DRIVER, BIG), NEURON_OK);
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    devices_driver_runs();
    map_big(3, 0);
}

static void inspect_shows_slots_before_and_after_a_grant(void **state)
{
    (void)state;
    u64 what = NEURON_INSPECT_SLOT;
    drive_init_wakes();
    devices_slot_is(DRIVER, NEURON_SLOT_CONSOLE, NEURON_CAP_CONSOLE, 0, 0);
    devices_slot_is(DRIVER, RNG, NEURON_CAP_MMIO, RIGHTS_RM, 1);
    devices_slot_is(DRIVER, BIG, NEURON_CAP_MMIO, RIGHTS_RWM, WINDOWS_IN_ALL - 1);
    devices_slot_is(DRIVER, NOTHING, NEURON_CAP_NONE, 0, 0);
    devices_slot_is(OTHER, RNG, NEURON_CAP_NONE, 0, 0);
    assert_int_equal(revoke(DRIVER, RNG), NEURON_OK);
    devices_slot_is(DRIVER, RNG, NEURON_CAP_NONE, 0, 0);
    devices_grant(RNG_BASE, rng_class, NEURON_RIGHT_READ, OTHER, RNG);
    devices_slot_is(OTHER, RNG, NEURON_CAP_MMIO, NEURON_RIGHT_READ, 1);
    const u64 beyond[] = {DRIVER_SLOTS, TALL(RNG), UINT64_MAX};
    for (u32 i = 0; i < 3; i++) {
        assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, DRIVER, what, beyond[i]),
                         NEURON_BAD_INDEX);
    }
}

static void inspect_shows_every_page_of_the_range(void **state)
{
    (void)state;
    u64 what = NEURON_INSPECT_PAGE;
    u64 pages = NEURON_USER_SPAN / NEURON_PAGE;
    drive_init_wakes();
    for (u64 p = 0; p < NEURON_PT_ENTRIES; p++) {
        assert_int_equal(devices_page(DRIVER, p), page_tables[tasks[DRIVER].first_leaf][p]);
    }
    assert_int_equal(devices_page(DRIVER, 1),
                     devices_entry(FAKE_MESSAGE_PAGES + 2 * NEURON_PAGE, NEURON_PROT_RW));
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 2), devices_entry(BIG_BASE, NEURON_PROT_RW));
    /* Behind its tables there is nothing, not even another task's. */
    for (u64 p = NEURON_PT_ENTRIES; p < pages; p += NEURON_PT_ENTRIES - 1) {
        assert_int_equal(devices_page(DRIVER, p), 0);
    }
    assert_int_equal(devices_page(DRIVER, pages - 1), 0);
    const u64 beyond[] = {pages, pages + 1, TALL(1), UINT64_MAX};
    for (u32 i = 0; i < 4; i++) {
        assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, DRIVER, what, beyond[i]),
                         NEURON_BAD_INDEX);
    }
    assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, DRIVER, TALL(what), 0), NEURON_BAD_INDEX);
}

/* What is shown is what the machine uses, not what the kernel thinks that it set up. */
static void inspect_walks_from_the_live_root(void **state)
{
    (void)state;
    drive_init_wakes();
    u32 middle = tasks[DRIVER].first_leaf - 1;
    u64 block = DRIVER % 4 * (NEURON_USER_SPAN / NEURON_BLOCK);
    u64 leaf = page_tables[middle][block];
    u64 kept[3] = {tasks[DRIVER].context.space, leaf,
                   page_tables[tasks[DRIVER].first_leaf][ARENA_PAGE]};
    u64 answer[3];

    page_tables[tasks[DRIVER].first_leaf][ARENA_PAGE] ^= 4;
    answer[0] = vspace_walk(DRIVER, ARENA_PAGE);
    page_tables[tasks[DRIVER].first_leaf][ARENA_PAGE] = kept[2];
    page_tables[middle][block] = leaf - 1;
    answer[1] = vspace_walk(DRIVER, ARENA_PAGE);
    page_tables[middle][block] = leaf;
    tasks[DRIVER].context.space = tasks[OTHER].context.space;
    answer[2] = vspace_walk(DRIVER, ARENA_PAGE);
    tasks[DRIVER].context.space = kept[0];
    assert_int_equal(answer[0], kept[2] ^ 4);
    assert_int_equal(answer[1], 0);
    assert_int_equal(answer[2], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(revoke_takes_the_mappings_with_it, set_up),
        cmocka_unit_test_setup(revoked_window_can_be_granted_to_another, set_up),
        cmocka_unit_test_setup(revoke_is_for_devices_of_other_tasks, set_up),
        cmocka_unit_test_setup(revoke_needs_the_task_capability, set_up),
        cmocka_unit_test_setup(drop_gives_the_window_and_its_mappings_up, set_up),
        cmocka_unit_test_setup(drop_is_for_devices_only, set_up),
        cmocka_unit_test_setup(fault_frees_the_windows, set_up),
        cmocka_unit_test_setup(exit_frees_the_windows, set_up),
        cmocka_unit_test_setup(stop_frees_the_windows, set_up),
        cmocka_unit_test_setup(give_up_frees_the_windows, set_up),
        cmocka_unit_test_setup(given_up_task_holds_no_window, set_up),
        cmocka_unit_test_setup(window_granted_to_a_task_at_rest_waits_for_its_start, set_up),
        cmocka_unit_test_setup(inspect_shows_slots_before_and_after_a_grant, set_up),
        cmocka_unit_test_setup(inspect_shows_every_page_of_the_range, set_up),
        cmocka_unit_test_setup(inspect_walks_from_the_live_root, set_up),
    };
    return cmocka_run_group_tests_name("kernel: devices taken back", tests, NULL, NULL);
}
