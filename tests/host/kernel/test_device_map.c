/* Mapping pages of device windows, and removing the mappings. */
#include "devices.h"

#define FOREIGN_VA devices_arena(OTHER, 0)

static int64_t map(u64 slot, u64 va, u64 offset, u64 prot)
{
    return SYS(mmio_map, slot, va, offset, prot);
}

static u64 arena(u64 page)
{
    return devices_arena(DRIVER, page);
}

/* The driver runs; it holds the random number generator to read, the three pages to write too. */
static int set_up(void **state)
{
    devices_boot(state);
    devices_grant(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM, DRIVER, RNG);
    devices_grant(BIG_BASE, BIG_CLASS, RIGHTS_RWM, DRIVER, BIG);
    devices_driver_runs();
    return 0;
}

static void map_puts_the_page_at_the_address_and_flushes(void **state)
{
    (void)state;
    u32 flushes = machine.flushes;
    assert_int_equal(map(RNG, arena(1), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(machine.flushes, flushes + 1);
    assert_int_equal(machine.flushed_task, DRIVER);
    assert_int_equal(machine.flushed_va, arena(1));
    drive_init_wakes();
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 1), devices_entry(RNG_BASE, NEURON_PROT_R));
}

static void each_page_is_mapped_with_the_protection_asked_for(void **state)
{
    (void)state;
    u64 last = (BIG_PAGES - 1) * NEURON_PAGE;
    assert_int_equal(map(BIG, arena(0), last, NEURON_PROT_RW), NEURON_OK);
    assert_int_equal(map(BIG, arena(ARENA_PAGES - 1), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(map(BIG, arena(1), NEURON_PAGE, NEURON_PROT_RW), NEURON_OK);
    drive_init_wakes();
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE),
                     devices_entry(BIG_BASE + last, NEURON_PROT_RW));
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 1),
                     devices_entry(BIG_BASE + NEURON_PAGE, NEURON_PROT_RW));
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 2), 0);
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 3), devices_entry(BIG_BASE, NEURON_PROT_R));
}

static void map_needs_a_device_capability(void **state)
{
    (void)state;
    assert_int_equal(map(NET, arena(0), 0, NEURON_PROT_R), NEURON_EMPTY_SLOT);
    assert_int_equal(map(NOTHING, arena(0), 0, NEURON_PROT_R), NEURON_EMPTY_SLOT);
    assert_int_equal(map(NEURON_SLOT_CONSOLE, arena(0), 0, NEURON_PROT_R), NEURON_WRONG_KIND);
    assert_int_equal(map(DRIVER_SLOTS, arena(0), 0, NEURON_PROT_R), NEURON_BAD_SLOT);
    assert_int_equal(map(TALL(RNG), arena(0), 0, NEURON_PROT_R), NEURON_BAD_SLOT);
    assert_int_equal(map(UINT64_MAX, arena(0), 0, NEURON_PROT_R), NEURON_BAD_SLOT);
}

static void map_needs_the_rights(void **state)
{
    (void)state;
    assert_int_equal(map(RNG, arena(0), 0, NEURON_PROT_RW), NEURON_NO_RIGHT);
    drive_init_wakes();
    u64 net = NEURON_CLASS_VIRTIO_NET;
    const u64 too_few[] = {NEURON_RIGHT_READ, NEURON_RIGHT_READ | NEURON_RIGHT_WRITE,
                           NEURON_RIGHT_MAP, NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP};
    for (u32 i = 0; i < 4; i++) {
        devices_grant(NET_BASE, net, too_few[i], DRIVER, NET);
        drive_init_sleeps();
        assert_int_equal(map(NET, arena(0), 0, NEURON_PROT_R), NEURON_NO_RIGHT);
        assert_int_equal(map(NET, arena(0), 0, NEURON_PROT_RW), NEURON_NO_RIGHT);
        assert_int_equal(SYS(cap_drop, NET), NEURON_OK);
        drive_init_wakes();
    }
}

static void map_is_never_executable_and_r_or_rw(void **state)
{
    (void)state;
    for (u64 prot = 0; prot < 16; prot++) {
        int64_t expected = (prot & 4) != 0 ? NEURON_EXECUTABLE : NEURON_BAD_PROT;
        if (prot != NEURON_PROT_R && prot != NEURON_PROT_RW) {
            assert_int_equal(map(BIG, arena(0), 0, prot), expected);
        }
    }
    assert_int_equal(map(BIG, arena(0), 0, TALL(NEURON_PROT_R)), NEURON_BAD_PROT);
    assert_int_equal(map(BIG, arena(0), 0, TALL(NEURON_PROT_RX)), NEURON_EXECUTABLE);
    assert_int_equal(map(BIG, arena(0), 0, UINT64_MAX), NEURON_EXECUTABLE);
    /* Said first, whatever else is wrong. */
    assert_int_equal(map(RNG, 1, 1, NEURON_PROT_RX), NEURON_EXECUTABLE);
}

static void map_stays_inside_the_arena(void **state)
{
    (void)state;
    u64 r = NEURON_PROT_R;
    assert_int_equal(map(RNG, arena(0) - NEURON_PAGE, 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, arena(ARENA_PAGES), 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, FOREIGN_VA, 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, arena(0) - NEURON_USER_SPAN, 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, arena(0) + 64 * (u64)NEURON_USER_SPAN, 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, 0, 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, ~(u64)(NEURON_PAGE - 1), 0, r), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(RNG, arena(ARENA_PAGES - 1), 0, r), NEURON_OK);
    assert_int_equal(map(BIG, arena(0), 0, r), NEURON_OK);
}

static void map_takes_whole_pages_only(void **state)
{
    (void)state;
    u64 r = NEURON_PROT_R;
    assert_int_equal(map(BIG, arena(0) + 1, 0, r), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(map(BIG, arena(1) - 1, 0, r), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(map(BIG, arena(1) + NEURON_PAGE / 2, 0, r), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(map(BIG, UINT64_MAX, 0, r), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(map(BIG, arena(0), 1, r), NEURON_UNALIGNED_OFFSET);
    assert_int_equal(map(BIG, arena(0), NEURON_PAGE - 1, r), NEURON_UNALIGNED_OFFSET);
    assert_int_equal(map(BIG, arena(0), NEURON_PAGE + 8, r), NEURON_UNALIGNED_OFFSET);
    assert_int_equal(map(BIG, arena(0), UINT64_MAX, r), NEURON_UNALIGNED_OFFSET);
}

static void map_stays_inside_the_window(void **state)
{
    (void)state;
    u64 r = NEURON_PROT_R;
    u64 end = BIG_PAGES * NEURON_PAGE;
    assert_int_equal(map(RNG, arena(0), NEURON_PAGE, r), NEURON_OUTSIDE_WINDOW);
    assert_int_equal(map(BIG, arena(0), end, r), NEURON_OUTSIDE_WINDOW);
    assert_int_equal(map(BIG, arena(0), TALL(0), r), NEURON_OUTSIDE_WINDOW);
    assert_int_equal(map(BIG, arena(0), TALL(0) * NEURON_PAGE, r), NEURON_OUTSIDE_WINDOW);
    assert_int_equal(map(BIG, arena(0), ~(u64)(NEURON_PAGE - 1), r), NEURON_OUTSIDE_WINDOW);
    assert_int_equal(map(BIG, arena(0), end - NEURON_PAGE, r), NEURON_OK);
}

static void map_uses_no_address_and_no_page_twice(void **state)
{
    (void)state;
    u64 r = NEURON_PROT_R;
    assert_int_equal(map(BIG, arena(0), NEURON_PAGE, r), NEURON_OK);
    assert_int_equal(map(BIG, arena(0), NEURON_PAGE, r), NEURON_ALREADY_MAPPED);
    assert_int_equal(map(BIG, arena(0), 0, r), NEURON_ALREADY_MAPPED);
    assert_int_equal(map(RNG, arena(0), 0, r), NEURON_ALREADY_MAPPED);
    assert_int_equal(map(BIG, arena(1), NEURON_PAGE, NEURON_PROT_RW), NEURON_ALREADY_MAPPED);
    assert_int_equal(map(BIG, arena(1), 0, r), NEURON_OK);
}

static void unmap_removes_that_page_alone(void **state)
{
    (void)state;
    assert_int_equal(map(BIG, arena(0), 0, NEURON_PROT_RW), NEURON_OK);
    assert_int_equal(map(BIG, arena(1), NEURON_PAGE, NEURON_PROT_RW), NEURON_OK);
    u32 flushes = machine.flushes;
    assert_int_equal(SYS(unmap, arena(0)), NEURON_OK);
    assert_int_equal(machine.flushes, flushes + 1);
    assert_int_equal(machine.flushed_task, DRIVER);
    assert_int_equal(machine.flushed_va, arena(0));
    assert_int_equal(SYS(unmap, arena(0)), NEURON_NOT_MAPPED);
    /* Both the address and the page are free again. */
    assert_int_equal(map(RNG, arena(0), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(map(BIG, arena(3), 0, NEURON_PROT_R), NEURON_OK);
    drive_init_wakes();
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE), devices_entry(RNG_BASE, NEURON_PROT_R));
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 1),
                     devices_entry(BIG_BASE + NEURON_PAGE, NEURON_PROT_RW));
    assert_int_equal(devices_page(DRIVER, ARENA_PAGE + 3), devices_entry(BIG_BASE, NEURON_PROT_R));
}

static void unmap_refuses_what_is_no_device_page(void **state)
{
    (void)state;
    u64 in_page_va = arena(0) - NEURON_ARENA_OFFSET + NEURON_IN_OFFSET;
    assert_int_equal(SYS(unmap, arena(0)), NEURON_NOT_MAPPED);
    assert_int_equal(SYS(unmap, arena(ARENA_PAGES - 1)), NEURON_NOT_MAPPED);
    assert_int_equal(SYS(unmap, arena(ARENA_PAGES)), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(unmap, arena(0) - NEURON_PAGE), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(unmap, in_page_va), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(unmap, 0), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(unmap, 1), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(map(RNG, arena(0), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(SYS(unmap, arena(0) + 1), NEURON_UNALIGNED_ADDRESS);
    assert_int_equal(SYS(unmap, arena(1) - 1), NEURON_UNALIGNED_ADDRESS);
}

static void nobody_unmaps_in_the_arena_of_another(void **state)
{
    (void)state;
    assert_int_equal(map(RNG, arena(0), 0, NEURON_PROT_R), NEURON_OK);
    drive_init_wakes();
    assert_int_equal(SYS(unmap, arena(0)), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(unmap, devices_arena(INIT, 0)), NEURON_NOT_MAPPED);
}

static void task_without_an_arena_maps_nothing(void **state)
{
    (void)state;
    drive_init_wakes();
    tasks[DRIVER].arena_pages = 0; /* as a table could say */
    drive_init_sleeps();
    assert_int_equal(map(RNG, arena(0), 0, NEURON_PROT_R), NEURON_OUTSIDE_ARENA);
    assert_int_equal(SYS(unmap, arena(0)), NEURON_OUTSIDE_ARENA);
}

/* Init probes in its own arena with the same calls. */
static void init_maps_what_it_made(void **state)
{
    (void)state;
    drive_init_wakes();
    assert_int_equal(devices_create(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_RM, FREE), NEURON_OK);
    assert_int_equal(map(FREE, arena(0), 0, NEURON_PROT_R), NEURON_OUTSIDE_ARENA);
    assert_int_equal(map(FREE, devices_arena(INIT, 0), 0, NEURON_PROT_R), NEURON_OK);
    assert_int_equal(page_tables[tasks[INIT].first_leaf][ARENA_PAGE],
                     devices_entry(RTC_BASE, NEURON_PROT_R));
    assert_int_equal(SYS(cap_drop, FREE), NEURON_OK);
    assert_int_equal(page_tables[tasks[INIT].first_leaf][ARENA_PAGE], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(map_puts_the_page_at_the_address_and_flushes, set_up),
        cmocka_unit_test_setup(each_page_is_mapped_with_the_protection_asked_for, set_up),
        cmocka_unit_test_setup(map_needs_a_device_capability, set_up),
        cmocka_unit_test_setup(map_needs_the_rights, set_up),
        cmocka_unit_test_setup(map_is_never_executable_and_r_or_rw, set_up),
        cmocka_unit_test_setup(map_stays_inside_the_arena, set_up),
        cmocka_unit_test_setup(map_takes_whole_pages_only, set_up),
        cmocka_unit_test_setup(map_stays_inside_the_window, set_up),
        cmocka_unit_test_setup(map_uses_no_address_and_no_page_twice, set_up),
        cmocka_unit_test_setup(unmap_removes_that_page_alone, set_up),
        cmocka_unit_test_setup(unmap_refuses_what_is_no_device_page, set_up),
        cmocka_unit_test_setup(nobody_unmaps_in_the_arena_of_another, set_up),
        cmocka_unit_test_setup(task_without_an_arena_maps_nothing, set_up),
        cmocka_unit_test_setup(init_maps_what_it_made, set_up),
    };
    return cmocka_run_group_tests_name("kernel: device pages", tests, NULL, NULL);
}
