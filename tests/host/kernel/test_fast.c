/* Tasks that do what servers and clients do all the time, so that the fast paths have work. The driver lets the other
 * path do the same and compares all that the core knows. */
#include "draw.h"
#include "drive.h"
#include "random_device.h"
#include "random_world.h"

#define CALLS 60000u
#define CALLS_A_WORLD 2000u
#define SEED 20260102u
#define WORDS 132u /* of a message page: a fast path copies 128 at most */

static u64 made;
static u64 bystanders; /* calls that something else than a server or a client makes */

/* The token of a call that the current task is to answer; 0: of none. */
static u64 open_token(void)
{
    u32 first = (u32)draw(task_count);

    for (u32 i = 0; i < task_count; i++) {
        u32 t = (first + i) % task_count;
        if (wait_reason(tasks[t].wait) == WAIT_SERVED && wait_calls(tasks[t].wait, current)) {
            return tasks[t].token;
        }
    }
    return 0;
}

/* A slot through which the current task may do this; any other if there is none. */
static u64 port_with(u32 right)
{
    u64 count = tasks[current].slots;
    u64 first = draw(count);

    for (u64 i = 0; i < count; i++) {
        u64 slot = (first + i) % count;
        const struct slot *found = &slots[tasks[current].first_slot + slot];
        if (found->kind == NEURON_CAP_PORT && (found->rights & right) != 0) {
            return slot;
        }
    }
    return first;
}

static u64 some_size(void)
{
    u64 bytes = draw(3) == 0 ? 8 * draw(draw(4) == 0 ? WORDS : 10) : 0;

    if (draw(20) == 0) {
        return NEURON_TAG(0, draw(7), draw(80));
    }
    return NEURON_TAG(draw(100), draw(3) == 0 ? draw(5) : 4 * draw(2), bytes);
}

static u64 some_deadline(void)
{
    return draw(10) == 0 ? machine.now + draw(2000) : NEURON_FOREVER;
}

static void write_pages(void)
{
    for (u32 i = 0; i < WORDS; i++) {
        message_pages[in_page(current)][i] = draw(UINT64_MAX);
        message_pages[out_page(current)][i] = draw(UINT64_MAX);
    }
}

static int has_clients(u32 task)
{
    for (u32 t = 0; t < task_count; t++) {
        if ((tasks[t].servers >> task & 1) == 1) {
            return 1;
        }
    }
    return 0;
}

static void serve_or_ask(void)
{
    u64 token = open_token();
    u64 tag = some_size();

    write_pages();
    if (token != 0 && draw(20) == 0) {
        SYS(reply_recv, token + 64, tag, 1u, 2u, 3u, 4u, machine.now + draw(50));
    } else if (token != 0) {
        SYS(reply_recv, token, tag, 1u, 2u, 3u, 4u, some_deadline());
    } else if (has_clients(current) && (draw(2) == 0 || tasks[current].servers == 0)) {
        SYS(recv, some_deadline());
    } else if (tasks[current].servers == 0 || draw(20) == 0) {
        SYS(wait, 0u, machine.now + draw(3000));
    } else {
        SYS(call, draw(30) == 0 ? draw(200) : port_with(NEURON_RIGHT_CALL), tag, 5u, 6u, 7u, 8u,
            some_deadline());
    }
}

static void do_something_else(void)
{
    u64 slot = port_with(NEURON_RIGHT_NOTIFY);
    u64 bits = slots[tasks[current].first_slot + slot].bits;

    bystanders++;
    switch (draw(5)) {
    case 0:
        SYS(yield, 0u);
        break;
    case 1:
        SYS(wait, bits, machine.now + draw(500));
        break;
    case 2:
        SYS(null, 0u);
        break;
    default:
        SYS(notify, slot, draw(4) == 0 ? draw(UINT64_MAX) : bits & draw(UINT64_MAX));
        break;
    }
}

/* Init starts whoever is not running, then serves for a while. */
static void look_after(void)
{
    for (u32 t = 0; t < task_count; t++) {
        if (t != init_task && tasks[t].state != NEURON_TASK_RUNNING) {
            if (tasks[t].reset_left != 0) {
                SYS(task_reset_step, NEURON_SLOT_TASK, t);
            } else {
                SYS(task_start, NEURON_SLOT_TASK, t);
            }
            return;
        }
    }
    u64 token = open_token();
    if (token != 0) {
        SYS(reply_recv, token, some_size(), 1u, 2u, 3u, 4u, machine.now + draw(300));
    } else {
        SYS(recv, machine.now + draw(300));
    }
}

static void work(void)
{
    u64 end = made + CALLS_A_WORLD;

    for (; made < end; made++) {
        drive_time(machine.now + draw(40));
        if (current == NONE) {
            drive_time(machine.timer);
        } else if (current == init_task) {
            look_after();
        } else if (draw(400) == 0 && current != init_task) {
            drive_fault(NEURON_FAULT_ILLEGAL, 0);
        } else if (draw(4) == 0) {
            do_something_else();
        } else {
            serve_or_ask();
        }
    }
}

static void both_paths_do_the_same(void **state)
{
    static const u64 fast[] = {NEURON_SYS_call, NEURON_SYS_reply_recv, NEURON_SYS_notify,
                               NEURON_SYS_yield};
    (void)state;

    draw_from(SEED);
    while (made < CALLS) {
        random_world();
        drive_boot();
        work();
    }
    for (u32 n = 0; n < sizeof(fast) / sizeof(fast[0]); n++) {
        print_message("call %lu was fast %lu times\n", (unsigned long)fast[n],
                      (unsigned long)drive_fast(fast[n]));
        assert_true(drive_fast(fast[n]) > 200);
    }
    assert_true(bystanders > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_paths_do_the_same),
    };
    return cmocka_run_group_tests_name("kernel: fast paths", tests, NULL, NULL);
}
