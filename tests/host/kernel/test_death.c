/* Death and restart of either side at each step of a call. */
#include "drive.h"
#include "entry.h"
#include "invariant.h"

static u32 init, client, second, server;
static u32 client_port, client_port2, second_port;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(50);
    client = world_task(10);
    second = world_task(10);
    server = world_task(30);
    client_port = world_port(client, server, NEURON_RIGHT_CALL, 0);
    second_port = world_port(second, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    client_port2 = world_port(client, server, NEURON_RIGHT_CALL, 0);
    drive_up();
    drive_current(server);
    return 0;
}

static void call(u32 port, u64 label)
{
    SYS(call, port, NEURON_TAG(label, 0, 0), 0, 0, 0, 0, NEURON_FOREVER);
}

static void server_recv(void)
{
    drive_current(server);
    SYS(recv, NEURON_FOREVER);
}

/* The server dies by itself; `client` runs then. */
static void server_faults(void)
{
    drive_current(server);
    drive_fault(NEURON_FAULT_STORE_PAGE, 0x1234);
}

static void init_restarts(u32 task)
{
    drive_init_wakes();
    drive_start(task);
    drive_init_sleeps();
}

static void server_death_ends_a_queued_call(void **state)
{
    (void)state;
    SYS(wait, 0, machine.now + 100);
    drive_current(client);
    call(client_port, 1);
    drive_time(machine.now + 100);
    server_faults();
    assert_int_equal(drive_status(client), NEURON_PEER_DIED);
    /* It was never delivered, so there is no old session. */
    init_restarts(server);
    server_recv();
    drive_time(machine.now + NEURON_QUANTUM);
    while (current != client) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    call(client_port, 2);
    drive_current(server);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(2, 0, 0));
}

static void server_death_ends_a_call_being_served(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    u64 token = drive_reg(server, 6);
    server_faults();
    assert_int_equal(drive_status(client), NEURON_PEER_DIED);
    init_restarts(server);
    drive_current(server);
    assert_int_equal(SYS(reply, token, NEURON_TAG(0, 0, 0)), NEURON_STALE);
}

static void first_call_after_a_restart_says_so_once(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    SYS(reply, drive_reg(server, 6), NEURON_TAG(0, 0, 0));
    server_faults();
    init_restarts(server);
    server_recv();
    while (current != client) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    u64 tag = NEURON_TAG(1, 0, 0);
    assert_int_equal(SYS(call, client_port, tag, 0, 0, 0, 0, NEURON_FOREVER),
                     NEURON_PEER_RESTARTED);
    assert_int_equal(wait_reason(tasks[server].wait), WAIT_RECV);
    call(client_port, 2);
    drive_current(server);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(2, 0, 0));
}

/* The session belongs to the slot: another slot of the same client was not in it. */
static void unused_slot_knows_no_restart(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    server_faults();
    init_restarts(server);
    server_recv();
    while (current != client) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    call(client_port2, 5);
    drive_current(server);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(5, 0, 0));
}

static void
call_in_an_old_session_is_refused_before_the_restart_and_the_next_one_waits(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    SYS(reply, drive_reg(server, 6), NEURON_TAG(0, 0, 0));
    server_faults();
    drive_current(client);
    call(client_port, 2);
    assert_int_equal(drive_status(client), NEURON_PEER_RESTARTED);
    call(client_port, 3); /* the server awaits its restart: queues */
    drive_current(second);
    call(second_port, 4);
    assert_int_equal(wait_reason(tasks[client].wait), WAIT_QUEUED);
    init_restarts(server);
    assert_int_equal(wait_reason(tasks[client].wait), WAIT_QUEUED);
    server_recv();
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(3, 0, 0));
    SYS(reply, drive_reg(server, 6), NEURON_TAG(0, 0, 0));
    server_recv();
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(4, 0, 0));
}

static void deadline_of_a_call_to_a_dead_server_runs(void **state)
{
    (void)state;
    server_faults();
    drive_current(client);
    u64 deadline = machine.now + 50;
    SYS(call, client_port, NEURON_TAG(1, 0, 0), 0, 0, 0, 0, deadline);
    drive_time(deadline);
    assert_int_equal(drive_status(client), NEURON_TIMEOUT);
}

static void callers_of_a_given_up_server_get_peer_gone(void **state)
{
    (void)state;
    server_faults();
    drive_current(client);
    call(client_port, 1);
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, server, 1), NEURON_OK);
    assert_int_equal(drive_status(client), NEURON_PEER_GONE);
    drive_init_sleeps();
    while (current != client) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    u64 tag = NEURON_TAG(1, 0, 0);
    assert_int_equal(SYS(call, client_port, tag, 0, 0, 0, 0, NEURON_FOREVER), NEURON_PEER_GONE);
}

static void callers_of_a_running_server_that_is_given_up_get_peer_died(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    SYS(recv, NEURON_FOREVER);
    drive_current(second);
    call(second_port, 2);
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, server, 1), NEURON_OK);
    assert_int_equal(drive_status(client), NEURON_PEER_DIED);
    assert_int_equal(drive_status(second), NEURON_PEER_DIED);
}

/* The same call as drive_call() makes, but the timer that ends the waits of the dead does not come after it. */
static int64_t init_calls_before_the_timer(u64 number, u64 task, u64 flag)
{
    entry_general(number, (const u64[7]){NEURON_SLOT_TASK, task, flag});
    invariant_check();
    drive_current(init);
    return drive_status(init);
}

static void two_calls_wait_for_the_server_and_init_runs(void)
{
    server_recv();
    drive_current(client);
    call(client_port, 1);
    SYS(recv, NEURON_FOREVER);
    drive_current(second);
    call(second_port, 2);
    drive_init_wakes();
}

static void server_starts_again_only_when_its_callers_know(void **state)
{
    (void)state;
    two_calls_wait_for_the_server_and_init_runs();
    init_calls_before_the_timer(NEURON_SYS_task_stop, server, 0);
    for (u32 step = 0; step < 20; step++) {
        assert_int_equal(init_calls_before_the_timer(NEURON_SYS_task_reset_step, server, 0),
                         NEURON_OK);
        assert_int_not_equal(drive_reg(init, 0), 0);
    }
    assert_int_equal(tasks[server].reset_left, 0);
    assert_int_equal(init_calls_before_the_timer(NEURON_SYS_task_start, server, 0),
                     NEURON_NOT_RESET);
    drive_time(machine.now);
    assert_int_equal(drive_status(client), NEURON_PEER_DIED);
    assert_int_equal(SYS(task_reset_step, NEURON_SLOT_TASK, server), NEURON_OK);
    assert_int_equal(drive_reg(init, 0), 0);
    assert_int_equal(SYS(task_start, NEURON_SLOT_TASK, server), NEURON_OK);
}

static void first_end_of_a_server_is_the_one_that_callers_learn(void **state)
{
    (void)state;
    two_calls_wait_for_the_server_and_init_runs();
    init_calls_before_the_timer(NEURON_SYS_task_stop, server, 0);
    init_calls_before_the_timer(NEURON_SYS_task_stop, server, 1);
    drive_time(machine.now);
    assert_int_equal(drive_status(client), NEURON_PEER_DIED);
    assert_int_equal(drive_status(second), NEURON_PEER_DIED);
}

static void notification_of_a_given_up_server_is_refused(void **state)
{
    (void)state;
    server_recv();
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, server, 1), NEURON_OK);
    drive_init_sleeps();
    while (current != second) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    u64 bits = world_bits(second, second_port);
    assert_int_equal(SYS(notify, second_port, bits), NEURON_PEER_GONE);
}

static void client_death_while_queued_takes_its_call_away(void **state)
{
    (void)state;
    SYS(wait, 0, machine.now + 100);
    drive_current(client);
    call(client_port, 1);
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, client, 0), NEURON_OK);
    drive_init_sleeps();
    drive_current(server);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), 1u << NEURON_BIT_PEER_DIED);
    assert_int_equal(SYS(recv, NEURON_POLL), NEURON_TIMEOUT);
}

static void client_death_while_served_makes_its_token_stale(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    u64 token = drive_reg(server, 6);
    drive_init_wakes();
    assert_int_equal(SYS(task_stop, NEURON_SLOT_TASK, client, 0), NEURON_OK);
    drive_start(client);
    drive_init_sleeps();
    drive_current(server);
    assert_int_equal(SYS(reply, token, NEURON_TAG(0, 0, 0)), NEURON_STALE);
    assert_int_equal(SYS(peers_changed, 0), NEURON_OK);
    assert_int_equal(drive_reg(server, 0), UINT64_C(1) << client);
    assert_int_equal(SYS(peers_changed, 0), NEURON_OK);
    assert_int_equal(drive_reg(server, 0), 0);
}

static void restarted_client_starts_new_sessions(void **state)
{
    (void)state;
    server_recv();
    drive_current(client);
    call(client_port, 1);
    SYS(reply, drive_reg(server, 6), NEURON_TAG(0, 0, 0));
    server_recv();
    drive_current(client);
    SYS(exit, 3);
    server_faults();
    init_restarts(server);
    init_restarts(client);
    server_recv();
    while (current != client) {
        SYS(wait, 0, NEURON_FOREVER);
    }
    call(client_port, 2);
    drive_current(server);
    assert_int_equal(drive_reg(server, 0), NEURON_TAG(2, 0, 0));
}

static void death_wakes_a_server_that_waits_for_peer_died(void **state)
{
    (void)state;
    SYS(wait, 1u << NEURON_BIT_PEER_DIED, NEURON_FOREVER);
    drive_current(client);
    drive_fault(NEURON_FAULT_ILLEGAL, 0);
    drive_current(server);
    assert_int_equal(drive_status(server), NEURON_NOTIFIED);
    assert_int_equal(drive_reg(server, 0), 1u << NEURON_BIT_PEER_DIED);
}

static void dead_server_forgets_its_bits_and_peers(void **state)
{
    (void)state;
    SYS(wait, 0, NEURON_FOREVER);
    drive_current(client);
    SYS(exit, 0);
    drive_current(second);
    SYS(notify, second_port, world_bits(second, second_port));
    drive_init_wakes();
    SYS(task_stop, NEURON_SLOT_TASK, server, 0);
    drive_start(server);
    drive_init_sleeps();
    drive_current(server);
    assert_int_equal(SYS(wait, UINT64_MAX, NEURON_POLL), NEURON_TIMEOUT);
    SYS(peers_changed, 0);
    assert_int_equal(drive_reg(server, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(server_death_ends_a_queued_call, set_up),
        cmocka_unit_test_setup(server_death_ends_a_call_being_served, set_up),
        cmocka_unit_test_setup(first_call_after_a_restart_says_so_once, set_up),
        cmocka_unit_test_setup(unused_slot_knows_no_restart, set_up),
        cmocka_unit_test_setup(
            call_in_an_old_session_is_refused_before_the_restart_and_the_next_one_waits, set_up),
        cmocka_unit_test_setup(deadline_of_a_call_to_a_dead_server_runs, set_up),
        cmocka_unit_test_setup(callers_of_a_given_up_server_get_peer_gone, set_up),
        cmocka_unit_test_setup(callers_of_a_running_server_that_is_given_up_get_peer_died, set_up),
        cmocka_unit_test_setup(server_starts_again_only_when_its_callers_know, set_up),
        cmocka_unit_test_setup(first_end_of_a_server_is_the_one_that_callers_learn, set_up),
        cmocka_unit_test_setup(notification_of_a_given_up_server_is_refused, set_up),
        cmocka_unit_test_setup(client_death_while_queued_takes_its_call_away, set_up),
        cmocka_unit_test_setup(client_death_while_served_makes_its_token_stale, set_up),
        cmocka_unit_test_setup(restarted_client_starts_new_sessions, set_up),
        cmocka_unit_test_setup(death_wakes_a_server_that_waits_for_peer_died, set_up),
        cmocka_unit_test_setup(dead_server_forgets_its_bits_and_peers, set_up),
    };
    return cmocka_run_group_tests_name("kernel: death and restart", tests, NULL, NULL);
}
