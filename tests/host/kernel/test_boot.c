/* Boot: the state is the table, to its largest size. The invariant compares the address spaces. */
#include "drive.h"

static void largest_system_boots(void **state)
{
    (void)state;
    world_begin();
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        world_task(t);
        world.tasks[t][NEURON_TASK_LEAF_TABLES] = 1 + t % 14;
    }
    for (u32 t = 0; t + 1 < NEURON_TASKS_MAX; t++) {
        world_port(t, NEURON_TASKS_MAX - 1, NEURON_RIGHT_CALL, 0);
    }
    world.header[NEURON_TABLE_INIT] = 0;
    drive_boot();
    assert_int_equal(task_count, NEURON_TASKS_MAX);
    drive_current(0);
    drive_start(NEURON_TASKS_MAX - 1);
    drive_current(NEURON_TASKS_MAX - 1);
    SYS(recv, NEURON_FOREVER);
    drive_current(0);
    drive_start(NEURON_TASKS_MAX - 2);
    drive_current(NEURON_TASKS_MAX - 2);
    SYS(call, 1, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(NEURON_TASKS_MAX - 1);
    assert_int_equal(drive_reg(NEURON_TASKS_MAX - 1, 6) % 64, NEURON_TASKS_MAX - 2);
    assert_int_equal(drive_reg(NEURON_TASKS_MAX - 1, 5), NEURON_TASKS_MAX - 1);
}

static void smallest_system_boots(void **state)
{
    (void)state;
    world_begin();
    world_task(0);
    drive_boot();
    drive_current(0);
    SYS(wait, 0, machine.now + 10);
    assert_int_equal(current, NONE);
    drive_idle();
    drive_time(machine.now + 10);
    drive_current(0);
}

static void mapping_crosses_leaf_tables(void **state)
{
    (void)state;
    world_begin();
    u32 task = world_task(0);
    world.tasks[task][NEURON_TASK_LEAF_TABLES] = 2;
    u32 extent = world_extent(task, 4, 0, 0);
    world_map(task, extent, NEURON_PROT_RW);
    u64 last = world.header[NEURON_TABLE_MAPS] - 1;
    world.maps[last][NEURON_MAP_VA] = NEURON_USER_BASE + NEURON_BLOCK - 2 * NEURON_PAGE;
    drive_boot();
    u32 leaf = tasks[task].first_leaf;
    assert_int_not_equal(page_tables[leaf][NEURON_PT_ENTRIES - 1], 0);
    assert_int_not_equal(page_tables[leaf + 1][1], 0);
    assert_int_equal(page_tables[leaf + 1][2], 0);
}

static void init_may_be_any_task(void **state)
{
    (void)state;
    world_begin();
    world_task(5);
    u32 second = world_task(60);
    world_slot_row(0, NEURON_SLOT_TASK)[NEURON_SLOT_KIND] = NEURON_CAP_NONE;
    world_slot_row(0, NEURON_SLOT_FACTORY)[NEURON_SLOT_KIND] = NEURON_CAP_NONE;
    world_slot(second, NEURON_CAP_TASK);
    world.header[NEURON_TABLE_INIT] = second;
    drive_boot();
    drive_current(second);
    drive_start(0);
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(0);
}

static void runtime_slots_start_empty(void **state)
{
    (void)state;
    world_begin();
    u32 task = world_task(5);
    world_window(0x10001000, 1);
    u32 slot = world_slot(task, NEURON_CAP_MMIO);
    u64 *row = world_slot_row(task, slot);
    row[NEURON_SLOT_RUNTIME] = 1;
    row[NEURON_SLOT_RIGHTS] = NEURON_RIGHT_MAP;
    row[NEURON_SLOT_OBJECT] = NEURON_CLASS_VIRTIO_RNG;
    row[NEURON_SLOT_BASE] = 0x10001000;
    row[NEURON_SLOT_BYTES] = NEURON_PAGE;
    drive_boot();
    assert_int_equal(SYS(cap_query, slot), NEURON_EMPTY_SLOT);
}

/* Nothing of an earlier system is left when another one boots in the same memory. */
static void second_boot_starts_afresh(void **state)
{
    (void)state;
    largest_system_boots(state);
    smallest_system_boots(state);
    assert_int_equal(task_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(largest_system_boots),        cmocka_unit_test(smallest_system_boots),
        cmocka_unit_test(mapping_crosses_leaf_tables), cmocka_unit_test(init_may_be_any_task),
        cmocka_unit_test(runtime_slots_start_empty),   cmocka_unit_test(second_boot_starts_afresh),
    };
    return cmocka_run_group_tests_name("kernel: boot", tests, NULL, NULL);
}
