/* Tokens and deadlines: which reply reaches whom, and when a call is over. */
#include "drive.h"

static u32 init, low, high, server, other;
static u32 low_port, high_port, other_port;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    low = world_task(10);
    high = world_task(20);
    server = world_task(30);
    other = world_task(40);
    low_port = world_port(low, server, NEURON_RIGHT_CALL, 0);
    high_port = world_port(high, server, NEURON_RIGHT_CALL, 0);
    other_port = world_port(high, other, NEURON_RIGHT_CALL, 0);
    drive_up();
    drive_current(other);
    SYS(wait, 0, machine.now + 100000);
    drive_current(server);
    SYS(recv, NEURON_FOREVER);
    drive_current(high);
    return 0;
}

/* `client`, which is current, calls the waiting server until `deadline`. Returns the token. */
static u64 open_call(u32 port, u64 deadline)
{
    SYS(call, port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, deadline);
    drive_current(server);
    assert_int_equal(drive_status(server), NEURON_OK);
    return drive_reg(server, 6);
}

static int64_t reply(u64 token)
{
    return SYS(reply, token, NEURON_TAG(2, 0, 0));
}

static void token_is_good_once(void **state)
{
    (void)state;
    u64 token = open_call(high_port, NEURON_FOREVER);
    assert_int_equal(reply(token), NEURON_OK);
    assert_int_equal(reply(token), NEURON_STALE);
}

static void forged_tokens_are_stale(void **state)
{
    (void)state;
    u64 token = open_call(high_port, NEURON_FOREVER);
    assert_int_equal(reply(token + 64), NEURON_STALE);
    assert_int_equal(reply(token - 64), NEURON_STALE);
    assert_int_equal(reply(token + 1), NEURON_STALE);
    assert_int_equal(reply(token - token % 64 + low), NEURON_STALE);
    assert_int_equal(reply(token - token % 64 + 63), NEURON_STALE);
    assert_int_equal(reply(token + (UINT64_C(1) << 32)), NEURON_STALE);
    assert_int_equal(reply(0), NEURON_STALE);
    assert_int_equal(reply(UINT64_MAX), NEURON_STALE);
    assert_int_equal(reply(token), NEURON_OK);
}

static void token_of_another_server_is_stale(void **state)
{
    (void)state;
    u64 token = open_call(high_port, NEURON_FOREVER);
    SYS(recv, NEURON_FOREVER);
    drive_time(machine.now + 100000);
    drive_current(other);
    assert_int_equal(reply(token), NEURON_STALE);
    assert_int_equal(wait_reason(tasks[high].wait), WAIT_SERVED);
}

static void token_of_an_earlier_call_is_stale_during_the_next(void **state)
{
    (void)state;
    u64 first = open_call(high_port, NEURON_FOREVER);
    SYS(reply_recv, first, NEURON_TAG(2, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(high);
    u64 second = open_call(high_port, NEURON_FOREVER);
    assert_true(second > first);
    assert_int_equal(reply(first), NEURON_STALE);
    assert_int_equal(reply(second), NEURON_OK);
}

static void stale_token_does_not_keep_reply_recv_from_receiving(void **state)
{
    (void)state;
    u64 token = open_call(high_port, NEURON_FOREVER);
    SYS(reply_recv, token + 64, NEURON_TAG(2, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    assert_int_equal(wait_reason(tasks[server].wait), WAIT_RECV);
    assert_int_equal(wait_reason(tasks[high].wait), WAIT_SERVED);
    drive_current(low);
    open_call(low_port, NEURON_FOREVER);
}

static void replies_may_come_in_any_order(void **state)
{
    (void)state;
    for (u32 order = 0; order < 2; order++) {
        set_up(state);
        u64 first = open_call(high_port, NEURON_FOREVER);
        SYS(recv, NEURON_FOREVER);
        drive_current(low);
        u64 second = open_call(low_port, NEURON_FOREVER);
        assert_int_equal(reply(order == 0 ? first : second), NEURON_OK);
        assert_int_equal(reply(order == 0 ? second : first), NEURON_OK);
        assert_int_equal(drive_status(high), NEURON_OK);
        assert_int_equal(drive_status(low), NEURON_OK);
    }
}

static void deadline_in_the_past_delivers_nothing(void **state)
{
    (void)state;
    u64 tag = NEURON_TAG(1, 0, 0);
    assert_int_equal(SYS(call, high_port, tag, 0, 0, 0, 0, machine.now), NEURON_TIMEOUT);
    assert_int_equal(SYS(call, high_port, tag, 0, 0, 0, 0, 1), NEURON_TIMEOUT);
    assert_int_equal(wait_reason(tasks[server].wait), WAIT_RECV);
    assert_int_equal(SYS(wait, 0, machine.now), NEURON_TIMEOUT);
    assert_int_equal(SYS(wait, ~UINT64_C(0), NEURON_POLL), NEURON_TIMEOUT);
    assert_int_equal(SYS(recv, machine.now), NEURON_TIMEOUT);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_TIMEOUT);
    open_call(high_port, machine.now + 1);
}

static void polling_call_needs_a_waiting_server(void **state)
{
    (void)state;
    u64 tag = NEURON_TAG(1, 0, 0);
    assert_int_equal(SYS(call, other_port, tag, 0, 0, 0, 0, NEURON_POLL), NEURON_TIMEOUT);
    u64 token = open_call(high_port, NEURON_POLL);
    drive_time(machine.now + 90000);
    assert_int_equal(wait_reason(tasks[high].wait), WAIT_SERVED);
    assert_int_equal(reply(token), NEURON_OK);
}

static void deadline_ends_a_queued_call(void **state)
{
    (void)state;
    u64 deadline = machine.now + 500;
    SYS(call, other_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, deadline);
    drive_current(low);
    drive_time(deadline - 1);
    drive_current(low);
    assert_int_equal(wait_reason(tasks[high].wait), WAIT_QUEUED);
    drive_time(deadline);
    drive_current(high);
    assert_int_equal(drive_status(high), NEURON_TIMEOUT);
    SYS(wait, 0, NEURON_FOREVER);
    drive_time(machine.now + 100000);
    drive_current(other);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_TIMEOUT);
}

static void deadline_ends_a_call_that_is_being_served(void **state)
{
    (void)state;
    u64 deadline = machine.now + 500;
    u64 token = open_call(high_port, deadline);
    drive_time(deadline - 1);
    assert_int_equal(wait_reason(tasks[high].wait), WAIT_SERVED);
    drive_time(deadline);
    assert_int_equal(drive_status(high), NEURON_TIMEOUT);
    drive_current(server);
    drive_in(server)[0] = 0x77;
    assert_int_equal(SYS(reply, token, NEURON_TAG(2, 1, 1), 5), NEURON_STALE);
    assert_int_not_equal(drive_out(high)[0], 0x77);
    assert_int_equal(drive_status(high), NEURON_TIMEOUT);
}

static void deadline_after_the_reply_does_nothing(void **state)
{
    (void)state;
    u64 deadline = machine.now + 500;
    u64 token = open_call(high_port, deadline);
    assert_int_equal(reply(token), NEURON_OK);
    drive_time(deadline + 1);
    assert_int_equal(drive_status(high), NEURON_OK);
    SYS(recv, NEURON_FOREVER);
    drive_current(high);
}

static void deadline_ends_recv_and_wait(void **state)
{
    (void)state;
    u64 deadline = machine.now + 300;
    SYS(recv, deadline);
    drive_current(low);
    SYS(wait, 4, deadline + 100);
    assert_int_equal(current, NONE);
    drive_time(deadline);
    drive_current(high);
    assert_int_equal(drive_status(high), NEURON_TIMEOUT);
    SYS(wait, 0, NEURON_FOREVER);
    drive_time(deadline + 100);
    drive_current(low);
    assert_int_equal(drive_status(low), NEURON_TIMEOUT);
}

static void equal_deadlines_all_end(void **state)
{
    (void)state;
    u64 deadline = machine.now + 300;
    SYS(wait, 0, deadline);
    SYS(wait, 0, deadline);
    assert_int_equal(current, NONE);
    machine.now = deadline + 50;
    drive_time(machine.now);
    drive_current(high);
    assert_int_equal(drive_status(high), NEURON_TIMEOUT);
    assert_int_equal(drive_status(low), NEURON_TIMEOUT);
}

static void message_wins_over_a_deadline_that_has_passed(void **state)
{
    (void)state;
    set_up(state);
    SYS(call, other_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_time(machine.now + 100000);
    drive_current(other);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(token_is_good_once, set_up),
        cmocka_unit_test_setup(forged_tokens_are_stale, set_up),
        cmocka_unit_test_setup(token_of_another_server_is_stale, set_up),
        cmocka_unit_test_setup(token_of_an_earlier_call_is_stale_during_the_next, set_up),
        cmocka_unit_test_setup(stale_token_does_not_keep_reply_recv_from_receiving, set_up),
        cmocka_unit_test(replies_may_come_in_any_order),
        cmocka_unit_test_setup(deadline_in_the_past_delivers_nothing, set_up),
        cmocka_unit_test_setup(polling_call_needs_a_waiting_server, set_up),
        cmocka_unit_test_setup(deadline_ends_a_queued_call, set_up),
        cmocka_unit_test_setup(deadline_ends_a_call_that_is_being_served, set_up),
        cmocka_unit_test_setup(deadline_after_the_reply_does_nothing, set_up),
        cmocka_unit_test_setup(deadline_ends_recv_and_wait, set_up),
        cmocka_unit_test_setup(equal_deadlines_all_end, set_up),
        cmocka_unit_test_setup(message_wins_over_a_deadline_that_has_passed, set_up),
    };
    return cmocka_run_group_tests_name("kernel: tokens and deadlines", tests, NULL, NULL);
}
