/*
 * The fuzzer of the kernel's entries: whoever the scheduler lets run makes any call with any arguments,
 * faults, or is interrupted. The driver (tests/host/kernel/drive.c) checks after every entry the whole
 * invariant, the registers, and that a refusal changed nothing.
 *
 * With NEXUS_FUZZ_REPORT=FILE it writes, at the end, how often each call succeeded.
 */
#include <stdio.h>
#include <stdlib.h>

#include "arguments.h"
#include "drive.h"
#include "input.h"

#define RECORDS_MAX 200u
#define FLAG_ALL_UP 1u
#define EVENT 0xc0u /* from here on a record is no call */

/* More can be added before TIME, which all others mean. */
enum event {
    EVENT_FAULT,
    EVENT_BRING_UP,
    EVENT_UART,
    EVENT_DEVICE,
    EVENT_FILL,
    EVENT_FLOOD,
    EVENT_LINE,
    EVENT_USE,
    EVENT_STUCK,
    EVENT_DESCRIBE,
    EVENT_TIME
};
#define FLOOD_LINES (NEURON_RING_BYTES / NEURON_LINE_BYTES)

static u64 exits; /* which succeed without coming back */
static u64 powered_off;

static void report(void)
{
    const char *path = getenv("NEXUS_FUZZ_REPORT");
    FILE *file = path == NULL ? NULL : fopen(path, "w");

    if (file == NULL) {
        return;
    }
    for (u32 n = 0; n < calls_in_all(); n++) {
        u64 count = n == NEURON_SYS_exit ? exits : drive_successes(n);
        (void)fprintf(file, "%s %llu\n", call_name(n), (unsigned long long)count);
    }
    if (fclose(file) != 0) {
        perror(path);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    input_begin();
    arguments_prepare();
    return atexit(report);
}

static void pass_time(u8 pick)
{
    u64 ticks = pick < 192 ? pick * UINT64_C(8) : (pick - 191u) * (NEURON_QUANTUM / 4);

    drive_time(machine.now + ticks);
}

/* Init, if it runs, resets and starts a task, unless a more urgent one gets in between. */
static void bring_up(u32 task)
{
    if (task == init_task || tasks[task].state == NEURON_TASK_RUNNING ||
        tasks[task].state == NEURON_TASK_GIVEN_UP) {
        return;
    }
    while (current == init_task && tasks[task].reset_left != 0) {
        assert_int_equal(SYS(task_reset_step, NEURON_SLOT_TASK, task), NEURON_OK);
    }
    if (current == init_task) {
        assert_int_equal(SYS(task_start, NEURON_SLOT_TASK, task), NEURON_OK);
    }
}

/* The current task writes the page that its calls leave from. */
static void fill(u8 pick, u64 raw)
{
    u8 *page = drive_out(current);

    for (u32 i = 0; i < NEURON_PAGE; i++) {
        page[i] = (u8)(pick + (raw >> (8 * (i % 8))));
    }
}

/* The current task writes lines until the console is full, and one more. */
static void flood(void)
{
    u32 caller = current;
    int64_t status = NEURON_OK;

    for (u32 i = 0; i < FLOOD_LINES + 2 && current == caller && status == NEURON_OK; i++) {
        status = SYS(console_write, NEURON_SLOT_CONSOLE, NEURON_LINE_BYTES);
    }
}

/* A line is raised, lowered or only looked at, and then the interrupt controller interrupts, mostly. */
static void line(const u8 *pick)
{
    u32 irq = pick[0] < 128 && window_count > 0 ? windows[pick[0] % window_count].irq
                                                : pick[0] % NEURON_IRQS_MAX;

    if (irq != 0 && pick[1] % 4 != 3) {
        machine.lines[irq].raised = pick[1] % 4 != 2;
    }
    if (pick[2] < 192) {
        drive_interrupt();
    }
}

/* A device says that it used a descriptor of a queue: one of it, or any; it may move its index as it likes. */
static void use(const u8 *pick, u64 raw)
{
    u32 q = pick[0] % (NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES);

    if (vqueues[q].size == 0) {
        return;
    }
    struct neuron_queue_page *page = &queue_pages[q];
    page->used.ring[page->used.index % vqueues[q].size].id =
        pick[1] < 192 ? pick[1] % vqueues[q].size : (u32)raw;
    page->used.index = pick[2] < 192 ? (uint16_t)(page->used.index + 1) : (uint16_t)raw;
}

/* A device does not reset, or does again; why it interrupts; how large its queues may be. */
static void stuck(const u8 *pick)
{
    struct fake_device *device = &machine.devices[pick[0] % FAKE_VIRTIO_WINDOWS];

    device->stuck = pick[1] % 2;
    device->reasons = pick[2] % 4;
    if (pick[3] >= 192) {
        device->queues[pick[3] % FAKE_QUEUES].num_max = pick[4];
    }
}

/* The current task describes, in its OUT page, bytes of the region in a slot. */
static void describe(const u8 *pick, u64 raw)
{
    u64 *words = (u64 *)(void *)drive_out(current) +
                 (u64)(pick[0] % NEURON_CHAIN_MAX) * NEURON_DESCRIPTOR_WORDS;

    words[0] = pick[2] < 128 ? pick[2] * UINT64_C(128) : raw;
    words[1] = NEURON_DESCRIPTOR(pick[3] * UINT64_C(64), argument_slot(pick[1]) % 0x10000,
                                 (u64)(pick[4] % 2));
    if (pick[5] >= 192) {
        words[1] = raw;
    }
}

/* What a device does. */
static void device_event(const struct record *record)
{
    switch ((record->op - EVENT) % 16) {
    case EVENT_LINE:
        line(record->pick);
        break;
    case EVENT_USE:
        use(record->pick, record->raw);
        break;
    case EVENT_STUCK:
        stuck(record->pick);
        break;
    default:
        machine.virtio_class[record->pick[0] % 8] = record->pick[1] % 8;
        break;
    }
}

static void event(const struct record *record)
{
    switch ((record->op - EVENT) % 16) {
    case EVENT_FAULT:
        drive_fault(record->pick[0] % 16, record->raw);
        break;
    case EVENT_BRING_UP:
        bring_up(record->pick[0] % task_count);
        break;
    case EVENT_UART:
        machine.uart_takes = record->pick[0] < 128 ? record->pick[0] : UART_UNLIMITED;
        break;
    case EVENT_DEVICE:
    case EVENT_LINE:
    case EVENT_USE:
    case EVENT_STUCK:
        device_event(record);
        break;
    case EVENT_DESCRIBE:
        describe(record->pick, record->raw);
        break;
    case EVENT_FILL:
        fill(record->pick[0], record->raw);
        break;
    case EVENT_FLOOD:
        flood();
        break;
    case EVENT_TIME:
    default:
        pass_time(record->pick[0]);
        break;
    }
}

/* Whether the current task serves the call that a token names. */
static int serves(u64 token)
{
    u64 caller = token % 64;

    return caller < task_count && tasks[caller].token == token &&
           wait_reason(tasks[caller].wait) == WAIT_SERVED &&
           wait_calls(tasks[caller].wait, current);
}

/* What a call through a slot must be answered, as far as the slot alone decides it: OK means, it does not. */
static int64_t slot_verdict(u64 number, u64 slot)
{
    if (!call_takes_slot(number)) {
        return NEURON_OK;
    }
    if (slot >= tasks[current].slots) {
        return NEURON_BAD_SLOT;
    }
    return slots[tasks[current].first_slot + slot].kind == NEURON_CAP_NONE ? NEURON_EMPTY_SLOT
                                                                           : NEURON_OK;
}

static void call(const struct record *record)
{
    u64 in[7] = {0};
    u64 number = record->op % 64u;
    u32 caller = current;

    if (number > calls_in_all()) {
        number %= calls_in_all();
    }
    arguments_of(number, record, in);
    int may_reply = serves(in[0]);
    int64_t verdict = slot_verdict(number, in[0]);
    int64_t status = drive_call(number, in);
    if (verdict != NEURON_OK) {
        assert_int_equal(status, verdict);
    }
    if (number == NEURON_SYS_reply && status == NEURON_OK) {
        assert_true(may_reply);
    }
    exits += number == NEURON_SYS_exit && tasks[caller].state == NEURON_TASK_STOPPED;
    if (machine.power_offs != 0 && number == NEURON_SYS_power) {
        assert_int_equal(status, NEURON_OK);
        assert_int_equal(machine.power_status, in[1]);
        powered_off = 1;
    }
}

/* The machine ends when the holder of POWER says so, or without init. */
static int ended(void)
{
    if (machine.power_offs == 0) {
        return 0;
    }
    if (!powered_off) {
        assert_int_equal(machine.power_status, NEURON_POWER_INIT_DIED);
        assert_int_not_equal(tasks[init_task].state, NEURON_TASK_RUNNING);
    }
    return 1;
}

/* Devices act also when nobody runs. */
static int is_device_event(const struct record *record)
{
    u32 which = (record->op - EVENT) % 16;

    return record->op >= EVENT && (which == EVENT_DEVICE || which == EVENT_LINE ||
                                   which == EVENT_USE || which == EVENT_STUCK);
}

static void step(const struct record *record)
{
    machine.uart_used = 0;
    if (current == NONE && !is_device_event(record)) {
        drive_idle();
        drive_time(machine.timer);
    } else if (record->op >= EVENT) {
        event(record);
    } else {
        call(record);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
    size_t count = records_in(size);

    if (count == 0 || count > RECORDS_MAX) {
        return 0;
    }
    shape_build(data);
    drive_boot();
    shape_devices(data);
    powered_off = 0;
    for (u32 t = 0; data[HEADER_FLAGS] % 2 == FLAG_ALL_UP && t < task_count; t++) {
        if (current == init_task) {
            bring_up(t);
        }
    }
    for (size_t i = 0; i < count && !ended(); i++) {
        struct record record = record_at(data, i);
        step(&record);
    }
    (void)ended();
    return 0;
}
