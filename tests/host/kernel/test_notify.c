/* Notifications: which bits, to whom, and when they are taken. */
#include "drive.h"

static u32 init, client, other, server;
static u32 client_port, other_port;
static u64 client_bits, other_bits;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    client = world_task(10);
    other = world_task(10);
    server = world_task(30);
    client_port = world_port(client, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 2);
    other_port = world_port(other, server, NEURON_RIGHT_NOTIFY, 1);
    client_bits = world_bits(client, client_port);
    other_bits = world_bits(other, other_port);
    drive_up();
    drive_current(server);
    return 0;
}

static void notify_wakes_recv_with_all_bits(void **state)
{
    (void)state;
    SYS(recv, NEURON_FOREVER);
    drive_current(client);
    SYS(notify, client_port, client_bits);
    drive_current(server);
    assert_int_equal(drive_status(server), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), client_bits);
    assert_int_equal(drive_status(client), NEURON_OK);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_TIMEOUT);
}

static void notification_comes_before_a_message(void **state)
{
    (void)state;
    SYS(wait, 0, machine.now + 1000);
    drive_current(client);
    assert_int_equal(SYS(notify, client_port, client_bits), NEURON_OK);
    SYS(call, client_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_time(machine.now + 1000);
    drive_current(server);
    assert_int_equal(SYS(recv, NEURON_FOREVER), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), client_bits);
    assert_int_equal(SYS(recv, NEURON_FOREVER), NEURON_OK);
}

static void bits_add_up_until_they_are_taken(void **state)
{
    (void)state;
    SYS(wait, 0, machine.now + 1000);
    drive_current(client);
    SYS(notify, client_port, client_bits);
    SYS(notify, client_port, client_bits);
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(other);
    SYS(notify, other_port, other_bits);
    drive_time(machine.now + 1000);
    drive_current(server);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), client_bits | other_bits);
}

static void wait_takes_only_the_bits_of_its_mask(void **state)
{
    (void)state;
    SYS(wait, other_bits, NEURON_FOREVER);
    drive_current(client);
    SYS(notify, client_port, client_bits);
    drive_current(client);
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(other);
    SYS(notify, other_port, other_bits);
    drive_current(server);
    assert_int_equal(drive_reg(server, 0), other_bits);
    u64 lowest = client_bits & (~client_bits + 1);
    assert_int_equal(SYS(wait, lowest | other_bits, NEURON_POLL), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), lowest);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), client_bits & ~lowest);
}

static void wait_accepts_no_call(void **state)
{
    (void)state;
    SYS(wait, UINT64_MAX, NEURON_FOREVER);
    drive_current(client);
    SYS(call, client_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(other);
    assert_int_equal(wait_reason(tasks[client].wait), WAIT_QUEUED);
    assert_int_equal(wait_reason(tasks[server].wait), WAIT_BITS);
}

static void notify_does_not_disturb_a_task_in_a_call(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    client = world_task(10);
    server = world_task(30);
    client_port = world_port(client, server, NEURON_RIGHT_CALL, 0);
    u32 back = world_port(server, client, NEURON_RIGHT_NOTIFY, 1);
    u64 bits = world_bits(server, back);
    drive_up();
    SYS(recv, NEURON_FOREVER);
    drive_current(client);
    SYS(call, client_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(server);
    u64 token = drive_reg(server, 6);
    assert_int_equal(SYS(notify, back, bits), NEURON_OK);
    assert_int_equal(wait_reason(tasks[client].wait), WAIT_SERVED);
    SYS(reply_recv, token, NEURON_TAG(2, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
    drive_current(client);
    assert_int_equal(drive_status(client), NEURON_OK);
    assert_int_equal(SYS(wait, bits, NEURON_POLL), NEURON_NOTIFIED);
}

static void forged_bits_are_refused(void **state)
{
    (void)state;
    SYS(recv, NEURON_FOREVER);
    drive_current(client);
    assert_int_equal(SYS(notify, client_port, 0), NEURON_BAD_BITS);
    for (u32 b = 0; b < NEURON_BITS; b++) {
        u64 bit = UINT64_C(1) << b;
        if ((client_bits & bit) == 0) {
            assert_int_equal(SYS(notify, client_port, bit), NEURON_BAD_BITS);
            assert_int_equal(SYS(notify, client_port, client_bits | bit), NEURON_BAD_BITS);
        }
    }
    assert_int_equal(wait_reason(tasks[server].wait), WAIT_RECV);
}

static void notify_needs_a_port_with_the_notify_right(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    client = world_task(10);
    server = world_task(30);
    client_port = world_port(client, server, NEURON_RIGHT_CALL, 0);
    drive_up();
    SYS(recv, NEURON_FOREVER);
    drive_current(client);
    assert_int_equal(SYS(notify, client_port, 4), NEURON_NO_RIGHT);
    assert_int_equal(SYS(notify, NEURON_SLOT_CONSOLE, 4), NEURON_WRONG_KIND);
    assert_int_equal(SYS(notify, 77, 4), NEURON_BAD_SLOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(notify_wakes_recv_with_all_bits, set_up),
        cmocka_unit_test_setup(notification_comes_before_a_message, set_up),
        cmocka_unit_test_setup(bits_add_up_until_they_are_taken, set_up),
        cmocka_unit_test_setup(wait_takes_only_the_bits_of_its_mask, set_up),
        cmocka_unit_test_setup(wait_accepts_no_call, set_up),
        cmocka_unit_test(notify_does_not_disturb_a_task_in_a_call),
        cmocka_unit_test_setup(forged_bits_are_refused, set_up),
        cmocka_unit_test(notify_needs_a_port_with_the_notify_right),
    };
    return cmocka_run_group_tests_name("kernel: notifications", tests, NULL, NULL);
}
