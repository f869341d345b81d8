/* Interrupts of devices: who gets them, when, and that a line outlives its owner. */
#include <neuron/registers.h>

#include "guarded.h"
#include "kernel.h"

#define RIGHT_IRQ NEURON_RIGHT_IRQ

static u64 blk_class = NEURON_CLASS_VIRTIO_BLK;
static struct fake_line *line = &machine.lines[BLK_LINE];

/* The driver runs with the block device and the RTC. */
static int set_up(void **state)
{
    guarded_boot(state);
    devices_grant(RTC_BASE, NEURON_CLASS_RTC, RIGHTS_GUARDED, DRIVER, RTC);
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, DRIVER, BLK);
    devices_driver_runs();
    return 0;
}

/* The bits that the current task has pending, which it takes. */
static u64 pending(void)
{
    u32 task = current;
    int64_t status = SYS(wait, ~UINT64_C(0), NEURON_POLL);

    assert_true(status == NEURON_NOTIFIED || status == NEURON_TIMEOUT);
    return status == NEURON_NOTIFIED ? drive_reg(task, 0) : 0;
}

static void line_is_open_while_somebody_holds_it_with_the_right(void **state)
{
    (void)state;
    assert_int_equal(line->enabled, 0);
    assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_GUARDED, FREE), NEURON_OK);
    assert_int_equal(line->enabled, 0); /* a slot without a bit */
    assert_int_equal(devices_give(FREE, DRIVER, BLK), NEURON_OK);
    assert_int_equal(line->enabled, 1);
    assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, BLK), NEURON_OK);
    assert_int_equal(line->enabled, 0);
    devices_grant(BLK_BASE, blk_class, RIGHTS_RM, DRIVER, BLK); /* less than the ceiling */
    assert_int_equal(line->enabled, 0);
    u64 what = NEURON_INSPECT_SLOT;
    assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, DRIVER, what, BLK), NEURON_OK);
    assert_int_equal(drive_reg(INIT, 4), 0);
    assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, BLK), NEURON_OK);
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, OTHER, BLK);
    assert_int_equal(line->enabled, 1);
    assert_int_equal(SYS(task_inspect, NEURON_SLOT_TASK, OTHER, what, BLK), NEURON_OK);
    assert_int_equal(drive_reg(INIT, 1), RIGHTS_GUARDED);
    assert_int_equal(drive_reg(INIT, 4), guarded_bit(OTHER, BLK));
}

static void right_needs_a_line_and_a_ceiling_with_it(void **state)
{
    (void)state;
    assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RM | RIGHT_IRQ, FREE),
                     NEURON_NO_INTERRUPT);
    assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHT_IRQ, FREE), NEURON_NO_INTERRUPT);
    assert_int_equal(devices_create(BIG_BASE, BIG_CLASS, RIGHTS_RM, FREE), NEURON_OK);
    assert_int_equal(
        devices_create(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM | RIGHT_IRQ, FREE2), NEURON_OK);
    assert_int_equal(devices_give(FREE2, DRIVER, RNG), NEURON_BEYOND_RIGHTS);
    assert_int_equal(machine.lines[1].enabled, 0);
    assert_int_equal(SYS(cap_drop, FREE2), NEURON_OK);
    assert_int_equal(
        devices_create(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM | RIGHT_IRQ, INIT_OWN),
        NEURON_BEYOND_RIGHTS);
}

static void interrupt_is_delivered_once_until_it_is_acknowledged(void **state)
{
    (void)state;
    guarded_device()->reasons = 3;
    guarded_raise(BLK_LINE);
    assert_int_equal(line->claimed, 1);
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
    for (u32 i = 0; i < 3; i++) { /* it is still raised */
        drive_interrupt();
        assert_int_equal(pending(), 0);
    }
    assert_int_equal(line->completions, 0);
    guarded_lower(BLK_LINE);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    assert_int_equal(drive_reg(DRIVER, 0), 3);
    assert_int_equal(guarded_device()->reasons, 0);
    assert_int_equal(line->completions, 1);
    drive_interrupt();
    assert_int_equal(pending(), 0);
    guarded_raise(BLK_LINE);
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
}

/* Of a device that is no virtio device the kernel knows no reasons. */
static void fixed_device_has_no_reasons(void **state)
{
    (void)state;
    guarded_raise(RTC_LINE);
    u32 writes = machine.fixed_writes;
    assert_int_equal(pending(), guarded_bit(DRIVER, RTC));
    assert_int_equal(SYS(irq_ack, RTC), NEURON_OK);
    assert_int_equal(drive_reg(DRIVER, 0), 0);
    assert_int_equal(machine.fixed_writes, writes);
    assert_int_equal(machine.lines[RTC_LINE].completions, 1);
}

static void reasons_are_acknowledged_as_they_were_read(void **state)
{
    (void)state;
    guarded_device()->reasons = UINT32_MAX;
    guarded_raise(BLK_LINE);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    assert_int_equal(drive_reg(DRIVER, 0), UINT32_MAX);
    guarded_raise(BLK_LINE); /* without a reason */
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    assert_int_equal(drive_reg(DRIVER, 0), 0);
}

static void acknowledge_needs_a_claim(void **state)
{
    (void)state;
    assert_int_equal(SYS(irq_ack, BLK), NEURON_NOT_CLAIMED);
    machine.lines[BLK_LINE].raised = 1; /* not delivered yet */
    assert_int_equal(SYS(irq_ack, BLK), NEURON_NOT_CLAIMED);
    drive_interrupt();
    guarded_lower(BLK_LINE);
    guarded_device()->reasons = 1;
    assert_int_equal(SYS(irq_ack, RTC), NEURON_NOT_CLAIMED);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    guarded_device()->reasons = 1;
    assert_int_equal(SYS(irq_ack, BLK), NEURON_NOT_CLAIMED); /* twice */
    assert_int_equal(guarded_device()->reasons, 1);
    assert_int_equal(line->completions, 1);
}

static void acknowledge_needs_the_device_and_the_right(void **state)
{
    const u64 beyond[] = {GUARDED_SLOTS, TALL(BLK), UINT64_MAX};
    (void)state;
    drive_init_wakes();
    devices_grant(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM, DRIVER, RNG);
    drive_init_sleeps();
    guarded_raise(BLK_LINE);
    for (u64 s = 0; s < GUARDED_SLOTS; s++) {
        if (s != BLK) {
            assert_int_equal(SYS(irq_ack, s), s == RNG                ? NEURON_NO_RIGHT
                                              : s == RTC              ? NEURON_NOT_CLAIMED
                                              : s == 0 || s >= DMA_RW ? NEURON_WRONG_KIND
                                                                      : NEURON_EMPTY_SLOT);
        }
    }
    for (u32 i = 0; i < 3; i++) {
        assert_int_equal(SYS(irq_ack, beyond[i]), NEURON_BAD_SLOT);
    }
    assert_int_equal(line->claimed, 1);
}

/* The same slot number of another task is another slot. */
static void nobody_acknowledges_for_another(void **state)
{
    (void)state;
    guarded_raise(BLK_LINE);
    drive_init_wakes();
    drive_start(OTHER);
    assert_int_equal(SYS(irq_ack, INIT_BLK), NEURON_EMPTY_SLOT);
    drive_init_sleeps();
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(OTHER);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_EMPTY_SLOT);
    assert_int_equal(line->claimed, 1);
    assert_int_equal(pending(), 0);
}

static void acknowledge_may_come_late(void **state)
{
    (void)state;
    guarded_raise(BLK_LINE);
    guarded_raise(RTC_LINE); /* others are not held up */
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK) | guarded_bit(DRIVER, RTC));
    drive_init_wakes();
    drive_init_sleeps();
    for (u32 i = 0; i < 50; i++) {
        drive_interrupt();
    }
    assert_int_equal(pending(), 0);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    drive_interrupt(); /* still raised: at once again */
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
}

static void spurious_claim_does_nothing(void **state)
{
    (void)state;
    drive_interrupt();
    assert_int_equal(pending(), 0);
    drive_current(DRIVER);
    for (u32 irq = 1; irq < NEURON_IRQS_MAX; irq++) {
        assert_int_equal(machine.lines[irq].claimed + machine.lines[irq].completions, 0);
    }
}

static void line_that_does_not_exist_is_ignored(void **state)
{
    static const u32 wild[] = {NEURON_IRQS_MAX, NEURON_IRQS_MAX + 1, 0x80000000, 0xffffffff};
    (void)state;

    machine.events = 0;
    for (u32 i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        machine.wild_line = wild[i];
        drive_interrupt();
        assert_int_equal(pending(), 0);
    }
    drive_current(DRIVER);
    assert_int_equal(machine.events, 0);
}

static void line_that_nobody_owns_stays_shut(void **state)
{
    (void)state;
    machine.lines[3].raised = 1;   /* of a window without a device */
    machine.lines[1].raised = 1;   /* of a device without an owner */
    machine.lines[127].raised = 1; /* of no window */
    drive_interrupt();
    assert_int_equal(machine.lines[1].claimed + machine.lines[3].claimed, 0);
    assert_int_equal(machine.lines[127].claimed, 0);
    assert_int_equal(pending(), 0);
}

/* If the controller delivers such a line all the same, it is completed and nobody is told. */
static void line_without_an_owner_is_completed(void **state)
{
    const u32 lines[] = {1, 2, 127};
    (void)state;
    for (u32 i = 0; i < 3; i++) {
        struct fake_line *other = &machine.lines[lines[i]];
        other->raised = 1;
        other->enabled = 1;
        kernel_interrupt();
        assert_int_equal(other->claimed, 0);
        assert_int_equal(other->completions, 1);
        other->raised = 0;
        other->enabled = 0;
        drive_interrupt();
        assert_int_equal(tasks[DRIVER].bits, 0);
    }
    /* Held without the right. */
    drive_init_wakes();
    devices_grant(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM, DRIVER, RNG);
    machine.lines[1].raised = 1;
    machine.lines[1].enabled = 1;
    kernel_interrupt();
    assert_int_equal(machine.lines[1].completions, 2);
    assert_int_equal(windows[1].claimed, 0);
    machine.lines[1].enabled = 0;
    drive_interrupt();
}

static void two_lines_at_once_are_both_delivered(void **state)
{
    (void)state;
    machine.lines[RTC_LINE].raised = 1;
    guarded_raise(BLK_LINE);
    drive_interrupt();
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK) | guarded_bit(DRIVER, RTC));
    assert_int_equal(SYS(irq_ack, RTC), NEURON_OK);
    assert_int_equal(line->claimed, 1);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
}

static void storm_costs_one_interrupt_for_each_acknowledge(void **state)
{
    (void)state;
    guarded_raise(BLK_LINE);
    for (u32 i = 0; i < 20; i++) {
        for (u32 n = 0; n < 5; n++) {
            drive_interrupt();
        }
        assert_int_equal(line->completions, i);
        assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
        assert_int_equal(pending(), 0);
        assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
        drive_interrupt();
    }
}

static void more_urgent_task_runs_on(void **state)
{
    (void)state;
    SYS(recv, NEURON_FOREVER);
    drive_init_wakes();
    guarded_raise(BLK_LINE);
    drive_current(INIT);
    assert_int_equal(drive_status(DRIVER), NEURON_NOTIFIED);
    drive_init_sleeps();
    drive_current(DRIVER);
}

static void interrupt_wakes_recv_and_the_right_wait(void **state)
{
    (void)state;
    drive_init_wakes();
    drive_start(OTHER);
    drive_init_sleeps();
    SYS(recv, NEURON_FOREVER);
    drive_current(OTHER);
    guarded_raise(BLK_LINE); /* a less urgent task runs no further */
    drive_current(DRIVER);
    assert_int_equal(drive_status(DRIVER), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(DRIVER, 0), guarded_bit(DRIVER, BLK));
    guarded_lower(BLK_LINE);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    SYS(wait, guarded_bit(DRIVER, RTC), NEURON_FOREVER);
    guarded_raise(BLK_LINE);
    drive_current(OTHER);
    guarded_raise(RTC_LINE);
    drive_current(DRIVER);
    assert_int_equal(drive_status(DRIVER), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(DRIVER, 0), guarded_bit(DRIVER, RTC));
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
}

/* Whoever is granted the device next, which is init's to do, gets its interrupts. */
static void line_lives_for(u32 task)
{
    assert_int_equal(line->claimed, 0);
    assert_int_equal(line->enabled, 0);
    assert_int_equal(line->completions, 1);
    guarded_lower(BLK_LINE);
    drive_current(INIT);
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, task, BLK);
    assert_int_equal(tasks[task].bits & guarded_bit(task, BLK), 0);
    drive_start(task);
    drive_init_sleeps();
    while (current != task) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    guarded_raise(BLK_LINE);
    assert_int_equal(pending(), guarded_bit(task, BLK));
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    assert_int_equal(line->completions, 2);
    drive_interrupt();
    assert_int_equal(pending(), guarded_bit(task, BLK));
}

static void line_lives_after_a_fault_with_a_claim_open(void **state)
{
    for (u32 next = DRIVER; next <= OTHER; next++) {
        set_up(state);
        guarded_raise(BLK_LINE);
        drive_fault(NEURON_FAULT_LOAD_PAGE, 0);
        drive_init_wakes();
        line_lives_for(next);
    }
}

static void line_lives_after_an_exit_with_a_claim_open(void **state)
{
    (void)state;
    guarded_raise(BLK_LINE);
    SYS(exit, 0);
    drive_init_wakes();
    line_lives_for(DRIVER);
}

static void line_lives_after_a_stop_with_a_claim_open(void **state)
{
    for (u64 give_up = 0; give_up < 2; give_up++) {
        set_up(state);
        guarded_raise(BLK_LINE);
        drive_init_wakes();
        assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, DRIVER, give_up), NEURON_OK);
        line_lives_for(give_up == 0 ? DRIVER : OTHER);
    }
}

static void line_lives_after_a_revoke_with_a_claim_open(void **state)
{
    (void)state;
    guarded_raise(BLK_LINE);
    drive_init_wakes();
    assert_int_equal(SYS(cap_revoke, NEURON_SLOT_TASK, DRIVER, BLK), NEURON_OK);
    line_lives_for(OTHER);
    /* The old owner still has its bit pending, and nothing to acknowledge. */
    assert_int_equal(tasks[DRIVER].bits, guarded_bit(DRIVER, BLK));
}

static void line_lives_after_a_drop_with_a_claim_open(void **state)
{
    (void)state;
    guarded_raise(BLK_LINE);
    SYS(cap_drop, BLK);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_EMPTY_SLOT);
    drive_init_wakes();
    line_lives_for(OTHER);
}

/* Granted before the start: what comes in between waits for it. */
static void interrupt_of_a_task_at_rest_waits_for_its_start(void **state)
{
    (void)state;
    devices_grant(BLK_BASE, blk_class, RIGHTS_GUARDED, DRIVER, BLK);
    guarded_raise(BLK_LINE);
    drive_current(INIT);
    drive_interrupt();
    devices_driver_runs();
    assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
}

/* Init probes with its own slot, then hands the device on, with a claim open or not. */
static void transfer_completes_and_moves_the_line(void **state)
{
    for (u32 claimed = 0; claimed < 2; claimed++) {
        guarded_boot(state);
        assert_int_equal(devices_create(BLK_BASE, blk_class, RIGHTS_GUARDED, INIT_BLK), NEURON_OK);
        assert_int_equal(line->enabled, 1);
        if (claimed == 1) {
            guarded_raise(BLK_LINE);
            assert_int_equal(pending(), guarded_bit(INIT, INIT_BLK));
            guarded_lower(BLK_LINE);
        }
        assert_int_equal(devices_give(INIT_BLK, DRIVER, BLK), NEURON_OK);
        assert_int_equal(line->completions, claimed);
        assert_int_equal(SYS(irq_ack, INIT_BLK), NEURON_EMPTY_SLOT);
        devices_driver_runs();
        assert_int_equal(SYS(irq_ack, BLK), NEURON_NOT_CLAIMED);
        guarded_raise(BLK_LINE);
        assert_int_equal(pending(), guarded_bit(DRIVER, BLK));
        assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
        drive_init_wakes();
        assert_int_equal(pending() & guarded_bit(INIT, INIT_BLK), 0);
    }
}

static void reset_of_the_device_keeps_the_claim(void **state)
{
    (void)state;
    guarded_device()->reasons = 1;
    guarded_raise(BLK_LINE);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, 0), NEURON_OK);
    guarded_lower(BLK_LINE);
    assert_int_equal(line->claimed, 1);
    assert_int_equal(SYS(irq_ack, BLK), NEURON_OK);
    assert_int_equal(drive_reg(DRIVER, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(line_is_open_while_somebody_holds_it_with_the_right, guarded_boot),
        cmocka_unit_test_setup(right_needs_a_line_and_a_ceiling_with_it, guarded_boot),
        cmocka_unit_test_setup(interrupt_is_delivered_once_until_it_is_acknowledged, set_up),
        cmocka_unit_test_setup(fixed_device_has_no_reasons, set_up),
        cmocka_unit_test_setup(reasons_are_acknowledged_as_they_were_read, set_up),
        cmocka_unit_test_setup(acknowledge_needs_a_claim, set_up),
        cmocka_unit_test_setup(acknowledge_needs_the_device_and_the_right, set_up),
        cmocka_unit_test_setup(nobody_acknowledges_for_another, set_up),
        cmocka_unit_test_setup(acknowledge_may_come_late, set_up),
        cmocka_unit_test_setup(spurious_claim_does_nothing, set_up),
        cmocka_unit_test_setup(line_that_does_not_exist_is_ignored, set_up),
        cmocka_unit_test_setup(line_that_nobody_owns_stays_shut, set_up),
        cmocka_unit_test_setup(line_without_an_owner_is_completed, set_up),
        cmocka_unit_test_setup(two_lines_at_once_are_both_delivered, set_up),
        cmocka_unit_test_setup(storm_costs_one_interrupt_for_each_acknowledge, set_up),
        cmocka_unit_test_setup(more_urgent_task_runs_on, set_up),
        cmocka_unit_test_setup(interrupt_wakes_recv_and_the_right_wait, set_up),
        cmocka_unit_test(line_lives_after_a_fault_with_a_claim_open),
        cmocka_unit_test_setup(line_lives_after_an_exit_with_a_claim_open, set_up),
        cmocka_unit_test(line_lives_after_a_stop_with_a_claim_open),
        cmocka_unit_test_setup(line_lives_after_a_revoke_with_a_claim_open, set_up),
        cmocka_unit_test_setup(line_lives_after_a_drop_with_a_claim_open, set_up),
        cmocka_unit_test_setup(interrupt_of_a_task_at_rest_waits_for_its_start, guarded_boot),
        cmocka_unit_test(transfer_completes_and_moves_the_line),
        cmocka_unit_test_setup(reset_of_the_device_keeps_the_claim, set_up),
    };
    return cmocka_run_group_tests_name("kernel: interrupts", tests, NULL, NULL);
}
