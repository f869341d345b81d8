/* The driver of the kernel's entries. */
#include "drive.h"

#include <string.h>

#include "deadline.h"
#include "invariant.h"
#include "kernel.h"
#include "paths.h"
#include "queue.h"

#define SAVED_REGISTERS 13u
#define NOT_IN_A_CALL 0xffffu
#define ANSWERS 64
#define INIT_SLEEP (100u * NEURON_QUANTUM)
#define PATTERN UINT64_C(0x5ec2e70000000000)

/* The outputs of each call, as text: "NEURON_OUT(tag, w0)". */
#define NEURON_SYSCALL(number, name, in, out) [number] = #out,
static const char *const outputs[] = {
#include <neuron/syscalls.def>
};
#undef NEURON_SYSCALL

#define CALLS (sizeof(outputs) / sizeof(outputs[0]))

static const u32 saved[SAVED_REGISTERS] = {2, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
static u64 call_of[NEURON_TASKS_MAX];       /* what a task called and has not come back from */
static u64 generation_of[NEURON_TASKS_MAX]; /* ... in which life */

static u64 answers[ANSWERS]; /* how often each status came back, the last one first */
static u64 successes[CALLS];

static u32 output_count(u64 number)
{
    u32 count = 0;

    if (number >= CALLS || strstr(outputs[number], "()") != NULL) {
        return 0;
    }
    for (const char *p = outputs[number]; *p != '\0'; p++) {
        count += *p == ',';
    }
    return count + 1;
}

static int is_status(int64_t value)
{
#define IS_STATUS(name, number, text) || value == (number)
    return 0 NEURON_STATUS_LIST(IS_STATUS);
#undef IS_STATUS
}

static u64 pattern(u32 task, u32 reg)
{
    return PATTERN + task * 64 + reg;
}

/* How many registers from a1 on may carry something. */
static u32 carried(u64 number, const u64 *x)
{
    int64_t status = (int64_t)x[REG_A0];

    if (status == NEURON_OK) {
        u32 words = (u32)NEURON_TAG_WORDS(x[REG_A0 + 1]);
        return number == NEURON_SYS_call ? 1 + words : output_count(number);
    }
    return status == NEURON_NOTIFIED ? 1 : 0;
}

/* A task came back from a call: its registers are what the convention says. */
static void check_registers(u32 task)
{
    const u64 *x = tasks[task].context.x;
    u64 number = call_of[task];

    assert_true(is_status((int64_t)x[REG_A0]));
    answers[ANSWERS - 2 + (int64_t)x[REG_A0]]++;
    successes[number < CALLS ? number : 0] += (int64_t)x[REG_A0] >= NEURON_OK;
    for (u32 r = REG_A0 + 1 + carried(number, x); r <= REG_A7; r++) {
        assert_int_equal(x[r], 0);
    }
    if (x[REG_A0] == NEURON_OK && output_count(number) == 7) { /* recv: words not sent */
        for (u64 w = NEURON_TAG_WORDS(x[REG_A0 + 1]); w < NEURON_MESSAGE_WORDS; w++) {
            assert_int_equal(x[REG_A0 + 2 + w], 0);
        }
    }
    assert_int_equal(x[REG_RA], 0);
    for (u32 i = 0; i < 7; i++) {
        assert_int_equal(x[i < 3 ? REG_T0 + i : REG_T3 + i - 3], 0);
    }
    for (u32 i = 0; i < SAVED_REGISTERS; i++) {
        assert_int_equal(x[saved[i]], pattern(task, saved[i]));
    }
}

/* After every entry. */
static void check_all(void)
{
    invariant_check();
    for (u32 t = 0; t < task_count; t++) {
        if (call_of[t] == NOT_IN_A_CALL) {
            continue;
        }
        if (tasks[t].state != NEURON_TASK_RUNNING || tasks[t].generation != generation_of[t]) {
            call_of[t] = NOT_IN_A_CALL;
        } else if (tasks[t].wait == WAIT_NONE) {
            check_registers(t);
            call_of[t] = NOT_IN_A_CALL;
        }
    }
}

/* All that a refused call must leave alone, but for the registers of its caller. */
struct snapshot {
    struct task tasks[NEURON_TASKS_MAX];
    struct slot slots[WORLD_ROWS];
    struct queue queues[QUEUES];
    struct link links[NEURON_TASKS_MAX];
    u64 deadlines[2 * DEADLINE_LEAVES];
    struct window windows[NEURON_WINDOWS_MAX];
    struct vqueue vqueues[NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES];
    struct neuron_queue_page queue_pages[NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES];
    struct fake_device devices[FAKE_VIRTIO_WINDOWS];
    struct fake_line lines[NEURON_IRQS_MAX];
    u32 fixed_writes;
    u64 page_tables[NEURON_PT_PAGES_MAX][NEURON_PT_ENTRIES]; /* of calls that may change them */
    u32 flushes;
    u32 current;
};
static struct snapshot before;

/* The bytes of all page tables; 0 for a call that has nothing to do with them. */
static size_t table_bytes(u64 number)
{
    u32 last = task_count - 1;

    if (number < NEURON_SYS_task_inspect || number > NEURON_SYS_dev_post) {
        return 0;
    }
    return (tasks[last].first_leaf + tasks[last].leaf_tables) * sizeof(page_tables[0]);
}

/* The bytes of the queues of all windows; 0 for a call that has nothing to do with them. */
static size_t queue_bytes(u64 number)
{
    return number < NEURON_SYS_device_cap_create
               ? 0
               : (size_t)window_count * NEURON_WINDOW_QUEUES * sizeof(queue_pages[0]);
}

static void take_snapshot(u64 number)
{
    memcpy(before.tasks, tasks, task_count * sizeof(tasks[0]));
    memcpy(before.slots, slots, world.words[NEURON_TABLE_SLOTS] * sizeof(slots[0]));
    memcpy(before.queues, queues, task_count * sizeof(queues[0]));
    before.queues[READY_QUEUE] = queues[READY_QUEUE];
    memcpy(before.links, links, task_count * sizeof(links[0]));
    memcpy(before.deadlines, deadlines, sizeof(deadlines));
    memcpy(before.windows, windows, sizeof(windows));
    memcpy(before.vqueues, vqueues, sizeof(vqueues));
    memcpy(before.queue_pages, queue_pages, queue_bytes(number));
    memcpy(before.devices, machine.devices, sizeof(machine.devices));
    memcpy(before.lines, machine.lines, sizeof(machine.lines));
    before.fixed_writes = machine.fixed_writes;
    memcpy(before.page_tables, page_tables, table_bytes(number));
    before.flushes = machine.flushes;
    before.current = current;
}

/* Devices and queues, but for what a refused call may do on the way: select a queue to read about it, and
 * notice what the device has used. */
static void check_devices_unchanged(u64 number)
{
    for (u32 w = 0; w < FAKE_VIRTIO_WINDOWS; w++) {
        before.devices[w].queue = machine.devices[w].queue;
    }
    if (number != NEURON_SYS_dev_post) {
        assert_memory_equal(before.vqueues, vqueues, sizeof(vqueues));
    }
    assert_memory_equal(before.queue_pages, queue_pages, queue_bytes(number));
    assert_memory_equal(before.devices, machine.devices, sizeof(machine.devices));
    assert_memory_equal(before.lines, machine.lines, sizeof(machine.lines));
    assert_int_equal(before.fixed_writes, machine.fixed_writes);
}

static void check_nothing_changed(u64 number, u32 caller)
{
    before.tasks[caller].context = tasks[caller].context;
    assert_int_equal(current, before.current);
    assert_memory_equal(before.tasks, tasks, task_count * sizeof(tasks[0]));
    assert_memory_equal(before.slots, slots, world.words[NEURON_TABLE_SLOTS] * sizeof(slots[0]));
    assert_memory_equal(before.queues, queues, task_count * sizeof(queues[0]));
    assert_memory_equal(&before.queues[READY_QUEUE], &queues[READY_QUEUE], sizeof(queues[0]));
    assert_memory_equal(before.links, links, task_count * sizeof(links[0]));
    assert_memory_equal(before.deadlines, deadlines, sizeof(deadlines));
    assert_memory_equal(before.windows, windows, sizeof(windows));
    check_devices_unchanged(number);
    assert_memory_equal(before.page_tables, page_tables, table_bytes(number));
    assert_int_equal(machine.flushes, before.flushes);
}

/* TIMEOUT ends a wait, PEER_* a session, STUCK the device's work; all other errors are refusals. */
static int is_refusal(int64_t status)
{
    return status < 0 && status != NEURON_TIMEOUT && status != NEURON_PEER_RESTARTED &&
           status != NEURON_PEER_DIED && status != NEURON_DROPPED && status != NEURON_STUCK;
}

/* The timer interrupts that come before anybody runs again: of waits that the last entry ended. */
static void end_waits(void)
{
    while (machine.timer == 0) {
        kernel_timer();
        check_all();
    }
}

int64_t drive_call(u64 number, const u64 inputs[7])
{
    u32 caller = current;

    assert_true(caller < task_count);
    u64 *x = tasks[caller].context.x;
    u64 generation = tasks[caller].generation;
    for (u32 r = 1; r < 32; r++) {
        if (r != REG_GP && r != REG_TP) {
            x[r] = pattern(caller, r);
        }
    }
    for (u32 i = 0; i < 7; i++) {
        x[REG_A0 + i] = inputs[i];
    }
    x[REG_A7] = number;
    take_snapshot(number);
    call_of[caller] = number;
    generation_of[caller] = generation;
    paths_enter(number);
    int64_t status = (int64_t)x[REG_A0];
    int back = call_of[caller] == number && tasks[caller].state == NEURON_TASK_RUNNING &&
               tasks[caller].wait == WAIT_NONE;
    check_all();
    if (back && is_refusal(status)) {
        check_nothing_changed(number, caller);
    }
    end_waits();
    return status;
}

void drive_fault(u64 cause, u64 address)
{
    tasks[current].context.whole = 1;
    kernel_fault(cause, address);
    check_all();
    end_waits();
}

void drive_interrupt(void)
{
    kernel_interrupt();
    check_all();
    end_waits();
}

void drive_time(u64 now)
{
    while (machine.timer <= now) {
        machine.now = machine.timer > machine.now ? machine.timer : machine.now;
        kernel_timer();
        check_all();
    }
    machine.now = now;
}

void drive_idle(void)
{
    assert_int_equal(current, NONE);
    kernel_idle();
    check_all();
}

void drive_current(u32 task)
{
    assert_int_equal(current, task);
}

int64_t drive_status(u32 task)
{
    assert_int_equal(tasks[task].state, NEURON_TASK_RUNNING);
    assert_int_equal(tasks[task].wait, WAIT_NONE);
    return (int64_t)tasks[task].context.x[REG_A0];
}

u64 drive_reg(u32 task, u32 output)
{
    assert_int_equal(tasks[task].wait, WAIT_NONE);
    return tasks[task].context.x[REG_A0 + 1 + output];
}

void drive_start(u32 task)
{
    u32 left = tasks[task].own_pages;

    while (left > 0) {
        assert_int_equal(SYS(task_reset_step, NEURON_SLOT_TASK, task), NEURON_OK);
        left = (u32)drive_reg(init_task, 0);
    }
    assert_int_equal(SYS(task_start, NEURON_SLOT_TASK, task), NEURON_OK);
}

void drive_boot(void)
{
    for (u32 t = 0; t < NEURON_TASKS_MAX; t++) {
        call_of[t] = NOT_IN_A_CALL;
    }
    world_boot();
    drive_current(init_task);
}

void drive_up(void)
{
    drive_boot();
    for (u32 t = 0; t < task_count; t++) {
        if (t != init_task) {
            drive_start(t);
        }
    }
    drive_init_sleeps();
}

void drive_init_sleeps(void)
{
    drive_current(init_task);
    SYS(wait, 0, machine.now + INIT_SLEEP);
}

void drive_init_wakes(void)
{
    drive_time(deadlines[DEADLINE_LEAVES + init_task]);
    drive_current(init_task);
}

u64 drive_answers(int64_t status)
{
    return answers[ANSWERS - 2 + status];
}

u64 drive_successes(u64 number)
{
    return successes[number];
}

u8 *drive_in(u32 task)
{
    return (u8 *)message_pages[in_page(task)];
}

u8 *drive_out(u32 task)
{
    return (u8 *)message_pages[out_page(task)];
}
