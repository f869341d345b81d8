/* Random worlds under random calls, faults and interrupts; what must always hold is checked by the
 * driver after every entry. Usage: host-kernel_random [SEED [CALLS]] */
#include <stdio.h>
#include <stdlib.h>

#include "deadline.h"
#include "draw.h"
#include "drive.h"
#include "random_device.h"
#include "random_world.h"

#define CALLS 200000u
#define CALLS_A_WORLD 1500u
#define STUCK_ROUNDS 30u
#define UNUSED_STATUS (-2) /* no call answers it any more */

static u64 seed = 20260101;
static u64 calls = CALLS;
static u64 made; /* calls so far */
static u64 times[NEURON_SYS_dev_post + 2];
static u64 successes[NEURON_SYS_dev_post + 2];

static u64 some_deadline(void)
{
    switch (draw(8)) {
    case 0:
        return NEURON_POLL;
    case 1:
        return machine.now;
    case 2:
    case 3:
        return NEURON_FOREVER;
    case 4:
        return machine.now + draw(20 * NEURON_QUANTUM);
    default:
        return machine.now + 1 + draw(5000);
    }
}

static u64 some_tag(void)
{
    if (draw(30) == 0) {
        return draw(UINT64_MAX >> 11) << draw(12);
    }
    u64 bytes = draw(4) == 0 ? draw(NEURON_MESSAGE_BYTES + 1) : draw(3) * draw(9);
    return NEURON_TAG(draw(65536), draw(NEURON_MESSAGE_WORDS + 1), bytes);
}

static u64 some_token(void)
{
    u64 token = tasks[draw(task_count)].token;

    return draw(10) == 0 ? token + draw(200) - 100 : token;
}

/* A token of a call that the current task is serving, if there is one. */
static u64 likely_token(void)
{
    for (u32 t = 0; t < task_count; t++) {
        if (current != NONE && wait_reason(tasks[t].wait) == WAIT_SERVED &&
            wait_calls(tasks[t].wait, current) && draw(3) != 0) {
            return tasks[t].token;
        }
    }
    return some_token();
}

/* Mostly a PORT, sometimes anything. */
static u64 some_slot(void)
{
    u32 count = tasks[current].slots;

    for (u32 tries = 0; tries < 4; tries++) {
        u64 slot = draw(count);
        if (slots[tasks[current].first_slot + slot].kind == NEURON_CAP_PORT) {
            return slot;
        }
    }
    return draw(20) == 0 ? draw(UINT64_MAX >> 12) : draw(count + 2);
}

static u64 some_bits(u64 slot)
{
    if (draw(20) == 0 || slot >= tasks[current].slots) {
        return draw(UINT64_MAX >> 11);
    }
    return slots[tasks[current].first_slot + slot].bits & draw(UINT64_MAX >> 11);
}

static u64 some_number(void)
{
    static const u64 usual[] = {
        NEURON_SYS_call,       NEURON_SYS_call, NEURON_SYS_call,   NEURON_SYS_recv,
        NEURON_SYS_recv,       NEURON_SYS_recv, NEURON_SYS_reply,  NEURON_SYS_reply,
        NEURON_SYS_reply_recv, NEURON_SYS_wait, NEURON_SYS_notify, NEURON_SYS_notify,
        NEURON_SYS_yield,
    };

    if (draw(6) != 0) {
        return usual[draw(sizeof(usual) / sizeof(usual[0]))];
    }
    u64 number = draw(NEURON_SYS_dev_post + 2);
    /* Init would end the machine, others only themselves. */
    return number == NEURON_SYS_exit && (current == init_task || draw(4) != 0) ? NEURON_SYS_null
                                                                               : number;
}

static void count_call(u64 number)
{
    made++;
    times[number]++;
}

/* A reply that was accepted is in the registers of the one it was for. */
static void check_reply(const u64 *in, u32 caller)
{
    const u64 *x = tasks[caller].context.x;

    assert_int_equal(x[REG_A0 + 1], in[1]);
    for (u32 w = 0; w < NEURON_TAG_WORDS(in[1]); w++) {
        assert_int_equal(x[REG_A0 + 2 + w], in[2 + w]);
    }
}

static void random_call(void)
{
    int about_devices = draw(8) < (random_holds_device() ? 6 : 1);
    u64 number = about_devices ? random_device_call() : some_number();
    u64 in[7] = {0};

    for (u32 i = 0; i < 7; i++) {
        in[i] = draw(UINT64_MAX >> 11);
    }
    switch (number) {
    case NEURON_SYS_call:
        in[0] = some_slot();
        in[1] = some_tag();
        in[6] = some_deadline();
        break;
    case NEURON_SYS_recv:
        in[0] = some_deadline();
        break;
    case NEURON_SYS_reply:
    case NEURON_SYS_reply_recv:
        in[0] = likely_token();
        in[1] = some_tag();
        in[6] = some_deadline();
        break;
    case NEURON_SYS_console_write:
        in[0] = draw(4) == 0 ? some_slot() : NEURON_SLOT_CONSOLE;
        in[1] = draw(NEURON_LINE_BYTES + 20);
        break;
    case NEURON_SYS_wait:
        in[1] = some_deadline();
        break;
    case NEURON_SYS_device_cap_create:
    case NEURON_SYS_cap_transfer_to:
    case NEURON_SYS_cap_revoke:
    case NEURON_SYS_cap_drop:
    case NEURON_SYS_mmio_map:
    case NEURON_SYS_unmap:
    case NEURON_SYS_irq_ack:
    case NEURON_SYS_dev_write:
    case NEURON_SYS_dev_queue:
    case NEURON_SYS_dev_post:
        random_device_inputs(number, in);
        break;
    case NEURON_SYS_notify:
        in[0] = some_slot();
        in[1] = some_bits(in[0]);
        break;
    default:
        in[0] = some_slot();
        in[1] = draw(200);
        break;
    }
    int64_t status = drive_call(number, in);
    count_call(number);
    successes[number] += status == NEURON_OK;
    if (number == NEURON_SYS_reply && status == NEURON_OK) {
        check_reply(in, (u32)(in[0] % 64));
    }
}

/* Resets and starts a task, unless a more urgent one gets in between. */
static void bring_up(u32 task)
{
    while (current == init_task && tasks[task].reset_left != 0) {
        SYS(task_reset_step, NEURON_SLOT_TASK, task);
    }
    if (current == init_task) {
        SYS(task_start, NEURON_SLOT_TASK, task);
        count_call(NEURON_SYS_task_start);
    }
}

/* Init looks after a task, in steps that others may interrupt. */
static void init_acts(void)
{
    u32 task = draw(20) == 0 ? (u32)draw(100) : 1 + (u32)draw(task_count - 1);
    u64 in[7] = {NEURON_SLOT_TASK, task, draw(30) == 0 ? 1 : 0, draw(2)};
    u64 number = NEURON_SYS_task_reset_step + draw(2);

    if (draw(3) != 0 && task < task_count && task != init_task &&
        tasks[task].state != NEURON_TASK_RUNNING && tasks[task].state != NEURON_TASK_GIVEN_UP) {
        bring_up(task);
        return;
    }
    if (number == NEURON_SYS_task_inspect) {
        in[2] = draw(5);
        in[3] = draw(2) == 0 ? draw(5) / 4 : draw(20);
    } else if (draw(3) == 0) {
        number = draw(3) == 0 ? NEURON_SYS_task_stop : NEURON_SYS_task_start;
    }
    drive_call(number, in);
    count_call(number);
}

static void pass_time(void)
{
    u64 ticks = draw(50) == 0 ? draw(3 * NEURON_QUANTUM) : draw(300);

    machine.uart_takes = draw(8) == 0 ? UART_UNLIMITED : (u32)draw(100);
    machine.uart_used = 0;
    drive_time(machine.now + ticks);
}

static void live(void)
{
    u64 end = made + CALLS_A_WORLD;
    u32 stuck = 0;

    while (made < end && stuck < STUCK_ROUNDS && machine.power_offs == 0) {
        pass_time();
        if (machine.power_offs != 0) {
            break;
        }
        if (current == NONE) {
            drive_idle();
            drive_time(machine.timer);
            stuck++;
        } else if (draw(6) == 0) {
            if (random_device_acts()) {
                drive_interrupt();
            }
        } else if (draw(300) == 0 && (current != init_task || draw(10) == 0)) {
            drive_fault(draw(16), draw(UINT64_MAX >> 11));
        } else if (current == init_task && draw(2) != 0) {
            init_acts();
        } else {
            random_call();
            stuck = 0;
        }
    }
    if (machine.power_offs != 0) {
        assert_int_equal(machine.power_status, NEURON_POWER_INIT_DIED);
        assert_int_not_equal(tasks[init_task].state, NEURON_TASK_RUNNING);
    }
}

static void any_calls_in_any_world_keep_the_invariant(void **state)
{
    u64 worlds = 0;
    (void)state;

    draw_from(seed);
    for (; made < calls; worlds++) {
        random_world();
        drive_boot();
        random_machine();
        live();
    }
    print_message("%lu calls in %lu worlds, seed %lu\n", (unsigned long)made, (unsigned long)worlds,
                  (unsigned long)seed);
    /* The random calls reach every status: a test that only sees refusals shows nothing. */
    for (int64_t s = NEURON_OUTSIDE_REGION; s <= NEURON_NOTIFIED; s++) {
        if (s == NEURON_DROPPED || s == UNUSED_STATUS) {
            continue; /* test_console.c fills the ring */
        }
        print_message("status %ld came back %lu times\n", (long)s, (unsigned long)drive_answers(s));
        assert_true(drive_answers(s) > 0 || calls < CALLS);
    }
    for (u32 n = 0; n < sizeof(times) / sizeof(times[0]); n++) {
        assert_true(times[n] > 0 || calls < CALLS);
    }
    for (u32 n = NEURON_SYS_device_cap_create; n <= NEURON_SYS_dev_post; n++) {
        print_message("call %u succeeded %lu times\n", n, (unsigned long)successes[n]);
        assert_true(successes[n] > 0 || calls < CALLS);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_calls_in_any_world_keep_the_invariant),
    };
    if (argc > 1) {
        seed = strtoull(argv[1], NULL, 0);
    }
    if (argc > 2) {
        calls = strtoull(argv[2], NULL, 0);
    }
    return cmocka_run_group_tests_name("kernel: random", tests, NULL, NULL);
}
