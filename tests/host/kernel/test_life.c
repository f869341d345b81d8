/* Life of a task: states, reset page by page, start, stop, faults, inspection. */
#include <string.h>

#include "drive.h"

#define DATA_BYTES (NEURON_PAGE + 5u)

static u32 init, task, other;
static u64 data_phys, keep_phys, shared_phys, stack_phys;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    task = world_task(20);
    other = world_task(10);
    stack_phys = world.memories[NEURON_TASKS_MAX + 1][NEURON_MEMORY_PHYS];
    u32 data = world_extent(task, 3, 0, DATA_BYTES);
    u32 keep = world_extent(task, 1, NEURON_MEMORY_KEEP, 0);
    u32 shared = world_extent(other, 1, NEURON_MEMORY_SHARED, 0);
    world_map(task, data, NEURON_PROT_RW);
    world_map(task, keep, NEURON_PROT_RW);
    world_map(task, shared, NEURON_PROT_RW);
    world_map(other, shared, NEURON_PROT_R);
    data_phys = world.memories[data][NEURON_MEMORY_PHYS];
    keep_phys = world.memories[keep][NEURON_MEMORY_PHYS];
    shared_phys = world.memories[shared][NEURON_MEMORY_PHYS];
    drive_boot();
    return 0;
}

static int64_t step(u32 of)
{
    return SYS(task_reset_step, NEURON_SLOT_TASK, of);
}

static int64_t start(u32 of)
{
    return SYS(task_start, NEURON_SLOT_TASK, of);
}

static int64_t stop(u32 of, u64 give_up)
{
    return SYS(task_stop, NEURON_SLOT_TASK, of, give_up);
}

static void only_init_runs_after_boot(void **state)
{
    (void)state;
    drive_current(init);
    assert_int_equal(tasks[task].state, NEURON_TASK_CREATED);
    assert_int_equal(tasks[other].state, NEURON_TASK_CREATED);
    assert_int_equal(tasks[init].context.pc, world.tasks[init][NEURON_TASK_ENTRY]);
}

static void reset_counts_every_page_down_to_zero(void **state)
{
    (void)state;
    /* stack 1, data 3, keep 1, message pages 2; the shared page is the other's */
    for (u64 left = 7; left > 0; left--) {
        assert_int_equal(start(task), NEURON_NOT_RESET);
        assert_int_equal(step(task), NEURON_OK);
        assert_int_equal(drive_reg(init, 0), left - 1);
    }
    assert_int_equal(step(task), NEURON_OK);
    assert_int_equal(drive_reg(init, 0), 0);
    assert_int_equal(start(task), NEURON_OK);
}

static void check_data(void)
{
    for (u64 i = 0; i < 3 * NEURON_PAGE; i++) {
        u64 source = world.memories[NEURON_TASKS_MAX + 3][NEURON_MEMORY_SOURCE];
        u8 expected = i < DATA_BYTES ? machine_payload_byte(source + i) : 0;
        assert_int_equal(*machine_ram(data_phys + i), expected);
    }
    for (u64 i = 0; i < NEURON_PAGE; i++) {
        assert_int_equal(*machine_ram(stack_phys + i), 0);
        assert_int_equal(drive_in(task)[i], 0);
        assert_int_equal(drive_out(task)[i], 0);
    }
}

static void reset_restores_what_the_image_says(void **state)
{
    (void)state;
    memset(drive_in(task), 0x11, NEURON_PAGE);
    memset(drive_out(task), 0x22, NEURON_PAGE);
    drive_start(task);
    check_data();
    memset(machine_ram(data_phys), 0x33, 3 * NEURON_PAGE);
    memset(machine_ram(stack_phys), 0x44, NEURON_PAGE);
    memset(drive_in(task), 0x55, NEURON_PAGE);
    memset(drive_out(task), 0x66, NEURON_PAGE);
    stop(task, 0);
    drive_start(task);
    check_data();
}

static void keep_extent_is_set_up_once_and_survives(void **state)
{
    (void)state;
    drive_start(task);
    assert_int_equal(*machine_ram(keep_phys), 0);
    *machine_ram(keep_phys) = 0x77;
    stop(task, 0);
    for (u64 left = 6; left > 0; left--) {
        assert_int_equal(start(task), NEURON_NOT_RESET);
        assert_int_equal(step(task), NEURON_OK);
        assert_int_equal(drive_reg(init, 0), left - 1);
    }
    assert_int_equal(start(task), NEURON_OK);
    assert_int_equal(*machine_ram(keep_phys), 0x77);
}

static void reset_leaves_extents_of_others_alone(void **state)
{
    (void)state;
    *machine_ram(shared_phys) = 0x88;
    drive_start(task);
    assert_int_equal(*machine_ram(shared_phys), 0x88);
    drive_start(other);
    assert_int_equal(*machine_ram(shared_phys), 0);
}

static void started_task_has_the_registers_of_the_table_and_no_others(void **state)
{
    (void)state;
    for (u32 life = 1; life < 4; life++) {
        for (u32 r = 0; r < 32; r++) {
            tasks[task].context.x[r] = 0xdead0000 + r;
        }
        drive_start(task);
        for (u32 r = 0; r < 32; r++) {
            u64 expected = r == REG_SP   ? world.tasks[task][NEURON_TASK_SP]
                           : r == REG_GP ? world.tasks[task][NEURON_TASK_GP]
                           : r == REG_TP ? world.tasks[task][NEURON_TASK_TP]
                                         : 0;
            assert_int_equal(tasks[task].context.x[r], expected);
        }
        assert_int_equal(tasks[task].context.pc, world.tasks[task][NEURON_TASK_ENTRY]);
        assert_int_equal(tasks[task].generation, WAIT_RECV + life);
        stop(task, 0);
    }
}

static void running_task_is_neither_started_nor_reset(void **state)
{
    (void)state;
    drive_start(task);
    assert_int_equal(start(task), NEURON_BAD_STATE);
    assert_int_equal(step(task), NEURON_BAD_STATE);
}

static void given_up_is_for_ever(void **state)
{
    (void)state;
    assert_int_equal(stop(task, 1), NEURON_OK);
    assert_int_equal(tasks[task].state, NEURON_TASK_GIVEN_UP);
    assert_int_equal(stop(task, 0), NEURON_BAD_STATE);
    assert_int_equal(stop(task, 1), NEURON_BAD_STATE);
    assert_int_equal(start(task), NEURON_BAD_STATE);
    assert_int_equal(step(task), NEURON_BAD_STATE);
    drive_start(other);
    assert_int_equal(stop(other, UINT64_C(1) << 40), NEURON_OK);
    assert_int_equal(tasks[other].state, NEURON_TASK_GIVEN_UP);
}

static void task_numbers_beyond_the_table_and_oneself_are_refused(void **state)
{
    static const u64 bad[] = {3, 63, 64, UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1, UINT64_MAX};
    (void)state;

    for (u32 i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
        u64 t = i == sizeof(bad) / sizeof(bad[0]) ? init : bad[i];
        assert_int_equal(SYS(task_start, NEURON_SLOT_TASK, t), NEURON_BAD_TASK);
        assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, t, 1), NEURON_BAD_TASK);
        assert_int_equal(SYS(task_reset_step, NEURON_SLOT_TASK, t), NEURON_BAD_TASK);
        assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, t, 0, 0), NEURON_BAD_TASK);
    }
}

static void life_calls_need_the_task_capability(void **state)
{
    static const u64 calls[] = {NEURON_SYS_task_start, NEURON_SYS_task_stop,
                                NEURON_SYS_task_reset_step, NEURON_SYS_task_inspect};
    (void)state;

    drive_start(task);
    for (u32 i = 0; i < 4; i++) {
        const u64 factory[7] = {NEURON_SLOT_FACTORY, other};
        assert_int_equal(drive_call(calls[i], factory), NEURON_WRONG_KIND);
        const u64 beyond[7] = {3, other};
        assert_int_equal(drive_call(calls[i], beyond), NEURON_BAD_SLOT);
    }
    drive_init_sleeps();
    drive_current(task);
    for (u32 i = 0; i < 4; i++) {
        const u64 console[7] = {NEURON_SLOT_CONSOLE, other};
        assert_int_equal(drive_call(calls[i], console), NEURON_WRONG_KIND);
        const u64 beyond[7] = {NEURON_SLOT_TASK, other};
        assert_int_equal(drive_call(calls[i], beyond), NEURON_BAD_SLOT);
    }
}

static void lifecycle_bit_tells_of_ready_exit_and_fault(void **state)
{
    (void)state;
    drive_start(task);
    SYS(wait, 1u << NEURON_BIT_LIFECYCLE, NEURON_FOREVER);
    drive_current(task);
    SYS(recv, NEURON_FOREVER); /* ready */
    drive_current(init);
    assert_int_equal(drive_status(init), NEURON_NOTIFIED);
    SYS(task_inspect, NEURON_SLOT_TASK, task, NEURON_INSPECT_STATE, 0);
    assert_int_equal(drive_reg(init, 0), NEURON_TASK_RUNNING);
    assert_int_equal(drive_reg(init, 1), 1);
    stop(task, 0);
    drive_start(task);
    SYS(wait, 1u << NEURON_BIT_LIFECYCLE, NEURON_POLL);
    SYS(wait, 1u << NEURON_BIT_LIFECYCLE, NEURON_FOREVER);
    drive_current(task);
    SYS(exit, 42);
    drive_current(init);
    SYS(task_inspect, NEURON_SLOT_TASK, task, NEURON_INSPECT_STATE, 0);
    assert_int_equal(drive_reg(init, 0), NEURON_TASK_STOPPED);
    assert_int_equal(drive_reg(init, 1), 0);
    assert_int_equal(drive_reg(init, 2), 3); /* two lives ended */
    assert_int_equal(drive_reg(init, 3), 42);
    assert_int_equal(drive_reg(init, 4), 20);
    drive_start(task);
    SYS(wait, 1u << NEURON_BIT_LIFECYCLE, NEURON_FOREVER);
    tasks[task].context.pc = 0x1234;
    tasks[task].context.x[REG_RA] = 0x5678;
    tasks[task].context.whole = 1;
    drive_fault(NEURON_FAULT_STORE_PAGE, 0x9abc);
    drive_current(init);
    SYS(task_inspect, NEURON_SLOT_TASK, task, NEURON_INSPECT_FAULT, 0);
    assert_int_equal(drive_reg(init, 0), NEURON_FAULT_STORE_PAGE);
    assert_int_equal(drive_reg(init, 1), 0x1234);
    assert_int_equal(drive_reg(init, 2), 0x9abc);
    assert_int_equal(drive_reg(init, 3), world.tasks[task][NEURON_TASK_SP]);
    assert_int_equal(drive_reg(init, 4), 0x5678);
    tasks[task].context.whole = WHOLE_RESULTS; /* what a call gives up was never saved */
    SYS(task_inspect, NEURON_SLOT_TASK, task, NEURON_INSPECT_FAULT, 0);
    assert_int_equal(drive_reg(init, 4), 0);
}

static void second_recv_is_not_told_again(void **state)
{
    (void)state;
    drive_start(task);
    SYS(wait, 1u << NEURON_BIT_LIFECYCLE, NEURON_FOREVER);
    SYS(recv, NEURON_POLL);
    drive_current(init);
    SYS(wait, 1u << NEURON_BIT_LIFECYCLE, NEURON_FOREVER);
    SYS(recv, NEURON_POLL);
    drive_current(task);
}

static void inspect_refuses_what_does_not_exist(void **state)
{
    (void)state;
    u64 slot = NEURON_SLOT_TASK;
    assert_int_equal(SYS(task_inspect, slot, task, 4, 0), NEURON_BAD_INDEX);
    assert_int_equal(SYS(task_inspect, slot, task, UINT64_MAX, 0), NEURON_BAD_INDEX);
    assert_int_equal(SYS(task_inspect, slot, task, 0, 1), NEURON_BAD_INDEX);
    assert_int_equal(SYS(task_inspect, slot, task, 1, UINT64_MAX), NEURON_BAD_INDEX);
}

static void fault_stops_that_task_alone(void **state)
{
    (void)state;
    drive_start(task);
    drive_start(other);
    drive_init_sleeps();
    drive_current(task);
    drive_fault(NEURON_FAULT_FETCH_PAGE, 0);
    drive_current(other);
    assert_int_equal(tasks[task].state, NEURON_TASK_FAULTED);
    assert_int_equal(tasks[other].state, NEURON_TASK_RUNNING);
    assert_int_equal(machine.power_offs, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_init_runs_after_boot, set_up),
        cmocka_unit_test_setup(reset_counts_every_page_down_to_zero, set_up),
        cmocka_unit_test_setup(reset_restores_what_the_image_says, set_up),
        cmocka_unit_test_setup(keep_extent_is_set_up_once_and_survives, set_up),
        cmocka_unit_test_setup(reset_leaves_extents_of_others_alone, set_up),
        cmocka_unit_test_setup(started_task_has_the_registers_of_the_table_and_no_others, set_up),
        cmocka_unit_test_setup(running_task_is_neither_started_nor_reset, set_up),
        cmocka_unit_test_setup(given_up_is_for_ever, set_up),
        cmocka_unit_test_setup(task_numbers_beyond_the_table_and_oneself_are_refused, set_up),
        cmocka_unit_test_setup(life_calls_need_the_task_capability, set_up),
        cmocka_unit_test_setup(lifecycle_bit_tells_of_ready_exit_and_fault, set_up),
        cmocka_unit_test_setup(second_recv_is_not_told_again, set_up),
        cmocka_unit_test_setup(inspect_refuses_what_does_not_exist, set_up),
        cmocka_unit_test_setup(fault_stops_that_task_alone, set_up),
    };
    return cmocka_run_group_tests_name("kernel: life of a task", tests, NULL, NULL);
}
