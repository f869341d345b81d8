/* Messages: call, receive, reply; what arrives where, in which order, and nothing else. */
#include <string.h>

#include "drive.h"
#include "queue.h"

/* Two clients of one level, a more urgent one, and a server that itself calls a deeper one. */
static u32 init, low, low2, high, server, deep;
static u32 low_port, low2_port, high_port, server_port;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    low = world_task(10);
    low2 = world_task(10);
    high = world_task(20);
    server = world_task(30);
    deep = world_task(40);
    low_port = world_port(low, server, NEURON_RIGHT_CALL, 0);
    low2_port = world_port(low2, server, NEURON_RIGHT_CALL, 0);
    high_port = world_port(high, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    server_port = world_port(server, deep, NEURON_RIGHT_CALL, 0);
    drive_up();
    drive_current(deep);
    SYS(recv, NEURON_FOREVER);
    drive_current(server);
    return 0;
}

/* The server sleeps, so that its clients run without being served. */
static void server_sleeps(u64 ticks)
{
    drive_current(server);
    SYS(wait, 0, machine.now + ticks);
}

static void server_receives(void)
{
    drive_current(server);
    SYS(recv, NEURON_FOREVER);
}

static void call_to_waiting_server_is_delivered_at_once(void **state)
{
    (void)state;
    server_receives();
    drive_current(high);
    SYS(call, high_port, NEURON_TAG(7, 4, 0), 11, 22, 33, 44, NEURON_FOREVER);
    drive_current(server);
    assert_int_equal(drive_status(server), NEURON_OK);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(7, 4, 0));
    assert_int_equal(drive_reg(server, 1), 11);
    assert_int_equal(drive_reg(server, 4), 44);
    assert_int_equal(drive_reg(server, 5), 3); /* the badge: third client in row order */
    assert_int_equal(drive_reg(server, 6) % 64, high);
}

static void reply_wakes_the_caller_with_the_message(void **state)
{
    (void)state;
    server_receives();
    SYS(call, high_port, NEURON_TAG(7, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    u64 token = drive_reg(server, 6);
    assert_int_equal(SYS(reply, token, NEURON_TAG(9, 2, 0), 55, 66, 77, 88), NEURON_OK);
    server_receives();
    drive_current(high);
    assert_int_equal(drive_status(high), NEURON_OK);
    assert_int_equal(drive_reg(high, 0), NEURON_TAG(9, 2, 0));
    assert_int_equal(drive_reg(high, 1), 55);
    assert_int_equal(drive_reg(high, 2), 66);
    assert_int_equal(drive_reg(high, 3), 0);
    assert_int_equal(drive_reg(high, 4), 0);
}

static void words_beyond_the_count_arrive_as_zero(void **state)
{
    (void)state;
    for (u64 words = 0; words <= NEURON_MESSAGE_WORDS; words++) {
        server_receives();
        SYS(call, high_port, NEURON_TAG(1, words, 0), 1, 2, 3, 4, NEURON_FOREVER);
        drive_current(server);
        for (u32 i = 0; i < NEURON_MESSAGE_WORDS; i++) {
            assert_int_equal(drive_reg(server, 1 + i), i < words ? i + 1 : 0);
        }
        SYS(reply, drive_reg(server, 6), NEURON_TAG(1, words, 0), 5, 6, 7, 8);
        server_receives();
        for (u32 i = 0; i < NEURON_MESSAGE_WORDS; i++) {
            assert_int_equal(drive_reg(high, 1 + i), i < words ? i + 5 : 0);
        }
        SYS(wait, 0, machine.now + 10);
        drive_time(machine.now + 10);
        drive_current(high);
        SYS(notify, high_port, world_bits(high, high_port));
    }
}

/* Byte counts around words and the whole page: exact, both ways, and nothing behind them. */
static void page_bytes_are_copied_exactly(void **state)
{
    static const u64 sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 4088, 4089, 4095, 4096};
    (void)state;

    for (u32 s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        u64 bytes = sizes[s];
        assert_int_equal(set_up(state), 0);
        server_receives();
        for (u32 i = 0; i < NEURON_PAGE; i++) {
            drive_out(high)[i] = (u8)(i * 3 + 1);
            drive_in(high)[i] = 0xaa;
            drive_in(server)[i] = 0xbb;
            drive_out(server)[i] = 0xcc;
        }
        SYS(call, high_port, NEURON_TAG(1, 0, bytes), 0, 0, 0, 0, NEURON_FOREVER);
        for (u32 i = 0; i < NEURON_PAGE; i++) {
            assert_int_equal(drive_in(server)[i], i < bytes ? (u8)(i * 3 + 1) : 0xbb);
            drive_in(server)[i] = (u8)(i * 5 + 2);
        }
        SYS(reply, drive_reg(server, 6), NEURON_TAG(1, 0, bytes));
        for (u32 i = 0; i < NEURON_PAGE; i++) {
            assert_int_equal(drive_out(high)[i], (u8)(i < bytes ? i * 5 + 2 : i * 3 + 1));
            assert_int_equal(drive_in(high)[i], 0xaa);
            assert_int_equal(drive_out(server)[i], 0xcc);
        }
    }
}

static void malformed_tags_are_refused(void **state)
{
    static const u64 bad[] = {
        NEURON_TAG(0, 5, 0), NEURON_TAG(0, 0, 4097), NEURON_TAG(0, 0, 4104),
        NEURON_TAG(0, 7, 0), UINT64_C(1) << 19,      UINT64_C(1) << 31,
        UINT64_C(1) << 45,   UINT64_C(1) << 63,      UINT64_C(0x8001) << 16,
        UINT64_MAX,
    };
    (void)state;

    server_receives();
    SYS(call, high_port, NEURON_TAG(0, 0, 0), 0, 0, 0, 0,
        NEURON_FOREVER); /* the next can be fast */
    drive_current(server);
    SYS(reply_recv, drive_reg(server, 6), NEURON_TAG(0, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(SYS(call, high_port, bad[i], 0, 0, 0, 0, NEURON_FOREVER), NEURON_BAD_TAG);
    }
    SYS(call, high_port, NEURON_TAG(0xffff, 4, 4096), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(server);
    u64 token = drive_reg(server, 6);
    for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(SYS(reply, token, bad[i]), NEURON_BAD_TAG);
        assert_int_equal(SYS(reply_recv, token, bad[i], 0, 0, 0, 0, NEURON_FOREVER),
                         NEURON_BAD_TAG);
    }
    assert_int_equal(SYS(reply, token, NEURON_TAG(0xffff, 4, 4096)), NEURON_OK);
}

static void call_needs_a_port_with_the_call_right(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    low = world_task(10);
    server = world_task(30);
    u32 notify_only = world_port(low, server, NEURON_RIGHT_NOTIFY, 1);
    u32 empty = world_slot(low, NEURON_CAP_NONE);
    drive_up();
    server_receives();
    drive_current(low);
    u64 tag = NEURON_TAG(1, 0, 0);
    assert_int_equal(SYS(call, empty + 1, tag), NEURON_BAD_SLOT);
    assert_int_equal(SYS(call, UINT64_MAX, tag), NEURON_BAD_SLOT);
    assert_int_equal(SYS(call, UINT64_C(1) << 32, tag), NEURON_BAD_SLOT);
    assert_int_equal(SYS(call, empty, tag), NEURON_EMPTY_SLOT);
    assert_int_equal(SYS(call, NEURON_SLOT_CONSOLE, tag), NEURON_WRONG_KIND);
    assert_int_equal(SYS(call, notify_only, tag), NEURON_NO_RIGHT);
}

static void callers_are_served_by_level_then_first_come(void **state)
{
    (void)state;
    server_sleeps(1000);
    drive_current(high);
    SYS(wait, 0, machine.now + 500);
    drive_current(low);
    SYS(call, low_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(low2);
    SYS(call, low2_port, NEURON_TAG(2, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_time(machine.now + 500);
    drive_current(high);
    SYS(call, high_port, NEURON_TAG(3, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_time(machine.now + 500);
    drive_current(server);
    SYS(recv, NEURON_FOREVER);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(3, 0, 0));
    SYS(recv, NEURON_FOREVER);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(1, 0, 0));
    SYS(recv, NEURON_FOREVER);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(2, 0, 0));
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_TIMEOUT);
}

static void server_runs_at_once_on_a_call_and_client_after_it_blocks(void **state)
{
    (void)state;
    server_receives();
    SYS(call, high_port, NEURON_TAG(3, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(server);
    SYS(reply, drive_reg(server, 6), NEURON_TAG(0, 0, 0));
    drive_current(server);
    server_receives();
    drive_current(high);
}

static void nested_call_leaves_the_open_request_alone(void **state)
{
    (void)state;
    server_receives();
    memset(drive_out(high), 0x11, NEURON_PAGE);
    SYS(call, high_port, NEURON_TAG(1, 0, 100), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(server);
    u64 token = drive_reg(server, 6);

    memset(drive_out(server), 0x22, NEURON_PAGE);
    SYS(call, server_port, NEURON_TAG(2, 0, 200), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(deep);
    assert_int_equal(drive_in(deep)[199], 0x22);
    memset(drive_in(deep), 0x33, NEURON_PAGE);
    SYS(reply_recv, drive_reg(deep, 6), NEURON_TAG(4, 1, 300), 9, 0, 0, 0, NEURON_FOREVER);

    drive_current(server);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(4, 1, 300));
    assert_int_equal(drive_out(server)[299], 0x33);
    assert_int_equal(drive_out(server)[300], 0x22);
    assert_int_equal(drive_in(server)[0], 0x11);
    assert_int_equal(drive_in(server)[99], 0x11);
    assert_int_equal(SYS(reply, token, NEURON_TAG(5, 0, 10)), NEURON_OK);
    assert_int_equal(drive_out(high)[9], 0x11);
}

static void message_leaves_when_it_is_delivered_not_when_another_is(void **state)
{
    (void)state;
    server_sleeps(1000);
    SYS(wait, 0, machine.now + 5000);
    drive_current(low);
    drive_out(low)[0] = 1;
    drive_out(low2)[0] = 2;
    SYS(call, low_port, NEURON_TAG(1, 1, 1), 101, 0, 0, 0, NEURON_FOREVER);
    SYS(call, low2_port, NEURON_TAG(2, 1, 1), 102, 0, 0, 0, NEURON_FOREVER);
    drive_time(machine.now + 1000);
    SYS(recv, NEURON_FOREVER);
    assert_int_equal(drive_reg(server, 1), 101);
    assert_int_equal(drive_in(server)[0], 1);
    SYS(recv, NEURON_FOREVER);
    assert_int_equal(drive_reg(server, 1), 102);
    assert_int_equal(drive_in(server)[0], 2);
}

static void reply_recv_takes_the_next_caller(void **state)
{
    (void)state;
    server_sleeps(1000);
    SYS(call, high_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(low);
    SYS(call, low_port, NEURON_TAG(2, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_time(machine.now + 1000);
    SYS(recv, NEURON_FOREVER);
    SYS(reply_recv, drive_reg(server, 6), NEURON_TAG(8, 1, 0), 5, 0, 0, 0, NEURON_FOREVER);
    drive_current(server);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(2, 0, 0));
    assert_int_equal(drive_status(high), NEURON_OK);
    assert_int_equal(drive_reg(high, 1), 5);
}

static void call_to_created_server_queues(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    low = world_task(10);
    server = world_task(30);
    low_port = world_port(low, server, NEURON_RIGHT_CALL, 0);
    drive_boot();
    drive_start(low);
    drive_init_sleeps();
    drive_current(low);
    SYS(call, low_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    assert_int_equal(wait_reason(tasks[low].wait), WAIT_QUEUED);
    drive_init_wakes();
    drive_start(server);
    drive_init_sleeps();
    server_receives();
    assert_int_equal(drive_reg(server, 6) % 64, low);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(call_to_waiting_server_is_delivered_at_once, set_up),
        cmocka_unit_test_setup(reply_wakes_the_caller_with_the_message, set_up),
        cmocka_unit_test_setup(words_beyond_the_count_arrive_as_zero, set_up),
        cmocka_unit_test_setup(page_bytes_are_copied_exactly, set_up),
        cmocka_unit_test_setup(malformed_tags_are_refused, set_up),
        cmocka_unit_test(call_needs_a_port_with_the_call_right),
        cmocka_unit_test_setup(callers_are_served_by_level_then_first_come, set_up),
        cmocka_unit_test_setup(server_runs_at_once_on_a_call_and_client_after_it_blocks, set_up),
        cmocka_unit_test_setup(nested_call_leaves_the_open_request_alone, set_up),
        cmocka_unit_test_setup(message_leaves_when_it_is_delivered_not_when_another_is, set_up),
        cmocka_unit_test_setup(reply_recv_takes_the_next_caller, set_up),
        cmocka_unit_test(call_to_created_server_queues),
    };
    return cmocka_run_group_tests_name("kernel: messages", tests, NULL, NULL);
}
