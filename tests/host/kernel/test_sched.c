/* Scheduling: who runs, for how long, and what the timer is asked for. */
#include "drive.h"
#include "kernel.h"

static u32 init, a, b, c, high;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    a = world_task(10);
    b = world_task(10);
    c = world_task(10);
    high = world_task(20);
    world.tasks[a][NEURON_TASK_RUN_LIMIT] = 5 * NEURON_QUANTUM;
    world_port(a, high, NEURON_RIGHT_NOTIFY, 1);
    drive_up();
    drive_current(high);
    return 0;
}

static void next_turn(void)
{
    drive_time(machine.now + NEURON_QUANTUM);
}

static void equals_take_turns_in_order(void **state)
{
    (void)state;
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(a);
    for (u32 round = 0; round < 3; round++) {
        drive_current(a);
        next_turn();
        drive_current(b);
        next_turn();
        drive_current(c);
        next_turn();
    }
}

static void turn_lasts_a_whole_quantum(void **state)
{
    (void)state;
    SYS(wait, 0, NEURON_FOREVER);
    next_turn();
    drive_current(b);
    u64 start = machine.now - machine.now % NEURON_QUANTUM;
    for (u64 t = machine.now; t < machine.timer; t += NEURON_QUANTUM / 7) {
        drive_time(t);
        drive_current(b);
    }
    assert_true(machine.timer > start);
    drive_time(machine.timer);
    drive_current(c);
}

static void yield_lets_equals_run_first_and_not_lower_ones(void **state)
{
    (void)state;
    SYS(yield, 0);
    drive_current(high);
    SYS(wait, 0, NEURON_FOREVER);
    SYS(yield, 0);
    drive_current(b);
    SYS(yield, 0);
    drive_current(c);
    SYS(yield, 0);
    drive_current(a);
    assert_int_equal(drive_status(a), NEURON_OK);
}

static void preempted_task_goes_on_before_its_equals(void **state)
{
    (void)state;
    SYS(wait, 0, machine.now + 500);
    drive_current(a);
    drive_time(machine.now + 500);
    drive_current(high);
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(a);
}

static void notify_of_a_higher_task_preempts_at_once(void **state)
{
    (void)state;
    SYS(recv, NEURON_FOREVER);
    drive_current(a);
    SYS(notify, 1, 1u << NEURON_BIT_FIRST_FREE);
    drive_current(high);
    SYS(recv, NEURON_FOREVER);
    drive_current(a);
    assert_int_equal(drive_status(a), NEURON_OK);
}

static void higher_task_is_not_preempted_by_turns(void **state)
{
    (void)state;
    for (u32 i = 0; i < 5; i++) {
        next_turn();
        drive_current(high);
    }
}

static void run_limit_faults_with_overrun(void **state)
{
    (void)state;
    SYS(wait, 0, NEURON_FOREVER);
    u32 turns = 0;
    while (tasks[a].state == NEURON_TASK_RUNNING) {
        turns += current == a;
        tasks[a].context.pc = 0x4242;
        next_turn();
        assert_in_range(turns, 0, 5);
    }
    assert_int_equal(turns, 5);
    assert_int_equal(tasks[a].state, NEURON_TASK_FAULTED);
    assert_int_equal(tasks[a].fault_cause, NEURON_FAULT_OVERRUN);
    assert_int_equal(tasks[a].fault_pc, 0x4242);
    assert_int_equal(tasks[b].state, NEURON_TASK_RUNNING); /* limit 0: none */
}

static void blocking_starts_the_run_limit_anew_and_yield_does_not(void **state)
{
    (void)state;
    SYS(wait, 0, NEURON_FOREVER);
    SYS(wait, 0, NEURON_FOREVER); /* a */
    SYS(wait, 0, NEURON_FOREVER);
    SYS(wait, 0, NEURON_FOREVER);
    drive_init_wakes();
    SYS(task_stop, NEURON_SLOT_TASK, a, 0);
    drive_start(a);
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(a);
    for (u32 i = 0; i < 4; i++) {
        next_turn();
    }
    u64 wake = machine.now + 10;
    SYS(wait, 0, wake);
    drive_time(wake);
    drive_current(a);
    for (u32 i = 0; i < 4; i++) {
        next_turn();
        SYS(yield, 0);
        drive_current(a);
    }
    next_turn();
    assert_int_equal(tasks[a].state, NEURON_TASK_FAULTED);
}

static void time_of_others_is_not_charged(void **state)
{
    (void)state;
    for (u32 i = 0; i < 20; i++) {
        next_turn(); /* high runs, a is ready */
    }
    assert_int_equal(tasks[a].ran, 0);
    assert_int_equal(tasks[a].state, NEURON_TASK_RUNNING);
}

static void timer_is_asked_for_the_earliest_of_deadline_and_turn(void **state)
{
    (void)state;
    u64 turn = machine.timer;
    assert_in_range(turn, machine.now, machine.now + NEURON_QUANTUM);
    SYS(wait, 0, turn - 10);
    assert_int_equal(machine.timer, turn - 10);
    drive_current(a);
    SYS(wait, 0, turn - 20);
    assert_int_equal(machine.timer, turn - 20);
    drive_time(turn - 20);
    drive_current(b); /* an equal that wakes up does not preempt */
    assert_int_equal(machine.timer, turn - 10);
    drive_time(turn - 10);
    drive_current(high);
    assert_int_equal(machine.timer, turn);
}

static void idle_machine_sleeps_until_the_next_deadline_or_a_second(void **state)
{
    (void)state;
    u64 deadline = machine.now + 3 * NEURON_QUANTUM;
    SYS(wait, 0, deadline);
    SYS(wait, 0, NEURON_FOREVER);
    SYS(wait, 0, NEURON_FOREVER);
    SYS(wait, 0, NEURON_FOREVER);
    assert_int_equal(current, NONE);
    drive_idle();
    assert_int_equal(machine.timer, deadline);
    drive_time(deadline);
    drive_current(high);
    /* What comes after idling has turns of ordinary length. */
    assert_in_range(machine.timer, deadline, deadline + NEURON_QUANTUM);
    SYS(wait, 0, NEURON_FOREVER);
    drive_init_wakes();
    SYS(wait, 0, NEURON_FOREVER);
    drive_idle();
    assert_int_equal(machine.timer, machine.now + NEURON_TIME_HZ);
}

static void late_and_early_timers_do_no_harm(void **state)
{
    (void)state;
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(a);
    for (u32 i = 0; i < 10; i++) {
        kernel_timer(); /* not due */
        drive_current(a);
    }
    machine.now += 50 * NEURON_QUANTUM;
    drive_time(machine.now);
    drive_current(b);
    assert_int_equal(tasks[a].state, NEURON_TASK_RUNNING);
}

/* More of them than one interrupt ends: it comes again, until all are awake. */
static void many_waits_that_end_at_once_all_end(void **state)
{
    (void)state;
    world_begin();
    for (u32 t = 0; t < 20; t++) {
        world_task(20 - t);
    }
    drive_up();
    u64 deadline = machine.now + 100;
    for (u32 t = 1; t < 20; t++) {
        drive_current(t);
        SYS(wait, 0, deadline);
    }
    machine.now = deadline;
    kernel_timer();
    u32 awake = 0;
    for (u32 t = 1; t < 20; t++) {
        awake += tasks[t].wait == WAIT_NONE;
    }
    assert_int_equal(awake, 8);
    assert_in_range(machine.timer, 0, deadline);
    drive_time(deadline);
    for (u32 t = 1; t < 20; t++) {
        assert_int_equal(drive_status(t), NEURON_TIMEOUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(equals_take_turns_in_order, set_up),
        cmocka_unit_test_setup(turn_lasts_a_whole_quantum, set_up),
        cmocka_unit_test_setup(yield_lets_equals_run_first_and_not_lower_ones, set_up),
        cmocka_unit_test_setup(preempted_task_goes_on_before_its_equals, set_up),
        cmocka_unit_test_setup(notify_of_a_higher_task_preempts_at_once, set_up),
        cmocka_unit_test_setup(higher_task_is_not_preempted_by_turns, set_up),
        cmocka_unit_test_setup(run_limit_faults_with_overrun, set_up),
        cmocka_unit_test_setup(blocking_starts_the_run_limit_anew_and_yield_does_not, set_up),
        cmocka_unit_test_setup(time_of_others_is_not_charged, set_up),
        cmocka_unit_test_setup(timer_is_asked_for_the_earliest_of_deadline_and_turn, set_up),
        cmocka_unit_test_setup(idle_machine_sleeps_until_the_next_deadline_or_a_second, set_up),
        cmocka_unit_test_setup(late_and_early_timers_do_no_harm, set_up),
        cmocka_unit_test(many_waits_that_end_at_once_all_end),
    };
    return cmocka_run_group_tests_name("kernel: scheduling", tests, NULL, NULL);
}
