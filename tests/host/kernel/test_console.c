/* Console, power, unknown calls, and what happens when init dies. */
#include <stdio.h>
#include <string.h>

#include "console.h"
#include "drive.h"

static u32 init, task;
static u32 power_slot;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    task = world_task(20);
    power_slot = world_slot(task, NEURON_CAP_POWER);
    drive_up();
    drive_current(task);
    return 0;
}

static int64_t write_text(const char *text)
{
    memcpy(drive_out(task), text, strlen(text));
    return SYS(console_write, NEURON_SLOT_CONSOLE, strlen(text));
}

static void assert_said(const char *text)
{
    console_flush();
    assert_int_equal(machine.uart_used, strlen(text));
    assert_memory_equal(machine.uart, text, strlen(text));
}

static void line_comes_out_whole_with_its_newline(void **state)
{
    (void)state;
    assert_int_equal(write_text("first"), NEURON_OK);
    assert_int_equal(write_text("second line"), NEURON_OK);
    assert_said("first\nsecond line\n");
}

static void line_has_1_to_160_bytes(void **state)
{
    (void)state;
    memset(drive_out(task), 'x', NEURON_PAGE);
    assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, 0), NEURON_BAD_LENGTH);
    assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, 161), NEURON_BAD_LENGTH);
    assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, UINT64_MAX), NEURON_BAD_LENGTH);
    assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, 1), NEURON_OK);
    assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, 160), NEURON_OK);
    console_flush();
    assert_int_equal(machine.uart_used, 2 + 161);
}

static void console_write_needs_a_console(void **state)
{
    (void)state;
    assert_int_equal(SYS(console_write, power_slot, 1), NEURON_WRONG_KIND);
    assert_int_equal(SYS(console_write, 99, 1), NEURON_BAD_SLOT);
}

/* The kernel's own lines are under the same limits. */
static void line_of_the_kernel_is_cut_or_dropped_whole(void **state)
{
    char text[2 * NEURON_LINE_BYTES + 1];
    (void)state;

    memset(text, 'k', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    console_say(text, NULL, 0);
    console_flush();
    assert_int_equal(machine.uart_used, NEURON_LINE_BYTES + 1);
    machine.uart_takes = 0;
    for (u32 line = 0; line <= NEURON_RING_BYTES / 161; line++) {
        console_say(text, NULL, 0); /* the last one does not fit */
    }
    machine.uart_takes = UART_UNLIMITED;
    console_flush();
    assert_int_equal(machine_said("\n"), 1 + NEURON_RING_BYTES / 161);
    assert_int_equal(write_text("after"), NEURON_OK);
    console_flush();
    assert_int_equal(machine_said("lines dropped:  0x0000000000000001\nafter\n"), 1);
}

static void control_characters_move_no_cursor(void **state)
{
    (void)state;
    for (u32 b = 0; b < 128; b++) {
        drive_out(task)[b] = (u8)b;
    }
    SYS(console_write, NEURON_SLOT_CONSOLE, 128);
    console_flush();
    assert_int_equal(machine.uart_used, 129);
    for (u32 b = 0; b < 128; b++) {
        u8 expected = b == '\t' || (b >= ' ' && b < 0x7f) ? (u8)b : '?';
        assert_int_equal(machine.uart[b], expected);
    }
}

static void text_beyond_ascii_passes(void **state)
{
    (void)state;
    write_text("gr\xc3\xbc\xc3\x9f");
    assert_said("gr\xc3\xbc\xc3\x9f\n");
}

/* Fills the ring with lines of 160 bytes while the UART takes nothing. Returns how many fitted. */
static u32 fill(void)
{
    u32 lines = 0;

    machine.uart_takes = 0;
    memset(drive_out(task), 'x', NEURON_LINE_BYTES);
    while (SYS(console_write, NEURON_SLOT_CONSOLE, NEURON_LINE_BYTES) == NEURON_OK) {
        lines++;
        assert_in_range(lines, 0, NEURON_RING_BYTES / 161);
    }
    return lines;
}

static void full_ring_drops_whole_lines_and_counts_them(void **state)
{
    (void)state;
    u32 lines = fill();
    assert_int_equal(lines, NEURON_RING_BYTES / 161);
    SYS(console_write, NEURON_SLOT_CONSOLE, NEURON_LINE_BYTES);
    assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, NEURON_LINE_BYTES), NEURON_DROPPED);
    machine.uart_takes = UART_UNLIMITED;
    console_flush();
    assert_int_equal(machine_said("\n"), lines);
    assert_int_equal(write_text("after"), NEURON_OK);
    console_flush();
    assert_int_equal(machine_said("lines dropped:  0x0000000000000003\nafter\n"), 1);
    write_text("later");
    console_flush();
    assert_int_equal(machine_said("dropped"), 1);
}

static void line_that_needs_one_byte_more_than_there_is_is_dropped(void **state)
{
    const u32 left = NEURON_RING_BYTES % (NEURON_LINE_BYTES + 1);
    (void)state;
    for (u32 bytes = left - 1; bytes <= left; bytes++) {
        console_reset();
        machine.uart_takes = 0;
        memset(drive_out(task), 'x', NEURON_LINE_BYTES);
        for (u32 n = 0; n < NEURON_RING_BYTES / (NEURON_LINE_BYTES + 1); n++) {
            assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, NEURON_LINE_BYTES), NEURON_OK);
        }
        assert_int_equal(SYS(console_write, NEURON_SLOT_CONSOLE, bytes),
                         bytes < left ? NEURON_OK : NEURON_DROPPED);
    }
}

/* The ring is never overrun, whatever room the two lines need. */
static void nearly_full_ring_takes_a_line_only_with_its_drop_count(void **state)
{
    (void)state;
    u32 lines = fill();
    u32 dropped = 1;
    for (u32 room = 0; room < 300; room++) {
        machine.uart_takes = 1;
        u32 bytes = 1 + room % NEURON_LINE_BYTES;
        if (SYS(console_write, NEURON_SLOT_CONSOLE, bytes) == NEURON_OK) {
            lines++;
            break;
        }
        dropped++;
    }
    machine.uart_takes = UART_UNLIMITED;
    console_flush();
    assert_int_equal(machine_said("\n"), lines + 1);
    char expected[64];
    snprintf(expected, sizeof(expected), "dropped:  0x%016x\n", dropped);
    assert_int_equal(machine_said(expected), 1);
}

static void ring_goes_round_without_losing_a_byte(void **state)
{
    (void)state;
    char line[64];
    for (u32 i = 0; i < 5000; i++) {
        machine.uart_takes = i % 3 * 40;
        snprintf(line, sizeof(line), "line %06u of the long run", i);
        if (write_text(line) == NEURON_DROPPED) {
            fail();
        }
        if (i % 500 == 0) {
            machine.uart_takes = UART_UNLIMITED;
            console_flush();
        }
    }
    machine.uart_takes = UART_UNLIMITED;
    console_flush();
    assert_int_equal(machine_said("\n"), 5000);
    assert_int_equal(machine_said("\nline 004999 of the long run\n"), 1);
    assert_int_equal(machine_said("of the long run\nline"), 4999);
}

static void idle_and_ticks_drain_in_slices(void **state)
{
    (void)state;
    fill();
    machine.uart_takes = UART_UNLIMITED;
    u32 used = machine.uart_used;
    drive_time(machine.timer);
    assert_in_range(machine.uart_used, used + 1, used + 256);
    SYS(wait, 0, NEURON_FOREVER);
    used = machine.uart_used;
    drive_idle();
    assert_in_range(machine.uart_used, used + 1, used + 256);
}

static void power_ends_the_machine_with_the_code_after_the_last_line(void **state)
{
    (void)state;
    write_text("bye");
    assert_int_equal(SYS(power, NEURON_SLOT_CONSOLE, 0), NEURON_WRONG_KIND);
    assert_int_equal(SYS(power, power_slot, 256), NEURON_BAD_INDEX);
    assert_int_equal(SYS(power, power_slot, UINT64_C(1) << 32), NEURON_BAD_INDEX);
    assert_int_equal(machine.power_offs, 0);
    assert_int_equal(SYS(power, power_slot, 255), NEURON_OK);
    assert_int_equal(machine.power_offs, 1);
    assert_int_equal(machine.power_status, 255);
    assert_int_equal(machine_said("bye\n"), 1);
    SYS(power, power_slot, 0);
    assert_int_equal(machine.power_status, 0);
}

static void calls_beyond_the_list_do_not_exist(void **state)
{
    (void)state;
    static const u64 none[7] = {0};
    assert_int_equal(drive_call(NEURON_SYS_dev_post + 1, none), NEURON_BAD_CALL);
    assert_int_equal(drive_call(UINT64_C(1) << 32, none), NEURON_BAD_CALL);
    assert_int_equal(drive_call(UINT64_MAX, none), NEURON_BAD_CALL);
    assert_int_equal(SYS(null, 0), NEURON_OK);
}

static void cap_query_says_what_a_slot_holds(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    task = world_task(20);
    u32 server = world_task(30);
    world_port(init, task, NEURON_RIGHT_NOTIFY, 1);
    u32 port = world_port(task, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    u32 empty = world_slot(task, NEURON_CAP_NONE);
    drive_up();
    SYS(recv, NEURON_FOREVER);
    drive_current(task);
    assert_int_equal(SYS(cap_query, port), NEURON_OK);
    assert_int_equal(drive_reg(task, 0), NEURON_CAP_PORT);
    assert_int_equal(drive_reg(task, 1), NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY);
    assert_int_equal(drive_reg(task, 2), server);
    assert_int_equal(drive_reg(task, 3), 1);
    assert_int_equal(SYS(cap_query, NEURON_SLOT_CONSOLE), NEURON_OK);
    assert_int_equal(drive_reg(task, 0), NEURON_CAP_CONSOLE);
    assert_int_equal(SYS(cap_query, empty), NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(cap_query, empty + 1), NEURON_BAD_SLOT);
    assert_int_equal(SYS(cap_query, UINT64_C(1) << 32), NEURON_BAD_SLOT);
}

static void death_of_init_says_why_and_ends_with_3(void **state)
{
    (void)state;
    drive_init_wakes();
    tasks[init].context.pc = 0xabcdef;
    drive_fault(NEURON_FAULT_LOAD_PAGE, 0x123456);
    assert_int_equal(machine.power_offs, 1);
    assert_int_equal(machine.power_status, NEURON_POWER_INIT_DIED);
    assert_int_equal(machine_said("neuron: init faulted: cause 0x000000000000000d pc "
                                  "0x0000000000abcdef address 0x0000000000123456\n"),
                     1);
}

static void end_of_init_says_its_code_and_ends_with_3(void **state)
{
    (void)state;
    drive_init_wakes();
    SYS(exit, 9);
    assert_int_equal(machine.power_status, NEURON_POWER_INIT_DIED);
    assert_int_equal(machine_said("neuron: init ended: code 0x0000000000000009\n"), 1);
}

static void death_of_init_is_told_even_when_the_ring_is_full(void **state)
{
    (void)state;
    drive_init_wakes();
    assert_int_equal(fill(), NEURON_RING_BYTES / 161); /* leaves 9 bytes */
    machine.uart_takes = UART_UNLIMITED;
    drive_fault(NEURON_FAULT_LOAD_PAGE, 0x123456);
    assert_int_equal(machine_said("neuron: init faulted:"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(line_comes_out_whole_with_its_newline, set_up),
        cmocka_unit_test_setup(line_has_1_to_160_bytes, set_up),
        cmocka_unit_test_setup(console_write_needs_a_console, set_up),
        cmocka_unit_test_setup(line_of_the_kernel_is_cut_or_dropped_whole, set_up),
        cmocka_unit_test_setup(control_characters_move_no_cursor, set_up),
        cmocka_unit_test_setup(text_beyond_ascii_passes, set_up),
        cmocka_unit_test_setup(full_ring_drops_whole_lines_and_counts_them, set_up),
        cmocka_unit_test_setup(line_that_needs_one_byte_more_than_there_is_is_dropped, set_up),
        cmocka_unit_test_setup(nearly_full_ring_takes_a_line_only_with_its_drop_count, set_up),
        cmocka_unit_test_setup(ring_goes_round_without_losing_a_byte, set_up),
        cmocka_unit_test_setup(idle_and_ticks_drain_in_slices, set_up),
        cmocka_unit_test_setup(power_ends_the_machine_with_the_code_after_the_last_line, set_up),
        cmocka_unit_test_setup(calls_beyond_the_list_do_not_exist, set_up),
        cmocka_unit_test(cap_query_says_what_a_slot_holds),
        cmocka_unit_test_setup(death_of_init_says_why_and_ends_with_3, set_up),
        cmocka_unit_test_setup(end_of_init_says_its_code_and_ends_with_3, set_up),
        cmocka_unit_test_setup(death_of_init_is_told_even_when_the_ring_is_full, set_up),
    };
    return cmocka_run_group_tests_name("kernel: console and power", tests, NULL, NULL);
}
