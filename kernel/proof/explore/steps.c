/* What can happen in a small world. */
#include "steps.h"

#include <neuron/queue.h>
#include <neuron/registers.h>
#include <neuron/table.h>
#include <stdio.h>

#include "cmocka_all.h"
#include "entry.h"
#include "kernel.h"
#include "machine.h"
#include "shape.h"
#include "world.h"

#define SOON (NOW + 1)
#define LATER (NOW + 2)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define VALUES_MAX 16u

u64 steps_arena(u64 page)
{
    return NEURON_USER_BASE + current * (u64)NEURON_USER_SPAN + NEURON_ARENA_OFFSET +
           page * NEURON_PAGE;
}

/* The world of the guarded queue is the one with a single device. */
static int has_queue(void)
{
    return window_count == 1;
}

static u32 all_ports(u64 *values)
{
    u32 count = 0;

    for (u32 s = 0; s < tasks[current].slots; s++) {
        if (slots[tasks[current].first_slot + s].kind == NEURON_CAP_PORT) {
            values[count++] = s;
        }
    }
    values[count++] = NEURON_SLOT_CONSOLE;
    return count;
}

static u32 all_tokens(u64 *values)
{
    u32 count = 0;

    for (u32 t = 0; t < task_count; t++) {
        values[count++] = TOKEN_LAST(t);
        values[count++] = TOKEN_STALE(t);
    }
    values[count++] = TOKEN_LAST(task_count);
    return count;
}

static u32 below(u64 *values, u64 end)
{
    for (u64 i = 0; i < end; i++) {
        values[i] = i;
    }
    return (u32)end;
}

static u32 copy(u64 *values, const u64 *from, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        values[i] = from[i];
    }
    return count;
}

#define COPY(...) copy(values, (const u64[]){__VA_ARGS__}, LENGTH(((const u64[]){__VA_ARGS__})))

static u32 device_values(enum domain domain, u64 *values)
{
    switch (domain) {
    case BASE:
        return has_queue() ? COPY(FAKE_VIRTIO_BASE)
                           : COPY(FAKE_RTC_BASE, FAKE_VIRTIO_BASE, FAKE_VIRTIO_BASE + NEURON_PAGE);
    case CLASS:
        return has_queue() ? COPY(NEURON_CLASS_VIRTIO_RNG)
                           : COPY(NEURON_CLASS_VIRTIO_RNG, NEURON_CLASS_RTC);
    case RIGHTS:
        return has_queue() ? COPY(RMI) : COPY(RM, RMI, RM | NEURON_RIGHT_WRITE);
    case VA:
        return has_queue()
                   ? COPY(steps_arena(0), steps_arena(1))
                   : COPY(steps_arena(0), steps_arena(1), steps_arena(2), steps_arena(0) + 8);
    case OFFSET:
        return has_queue() ? COPY(0) : COPY(0, NEURON_PAGE, 8);
    case PROT:
        return COPY(NEURON_PROT_R, NEURON_PROT_RW, NEURON_PROT_RX);
    case REGISTER:
        return has_queue() ? COPY(VIRTIO_MMIO_STATUS, VIRTIO_MMIO_QUEUE_NOTIFY,
                                  VIRTIO_MMIO_QUEUE_DESC_LOW, VIRTIO_MMIO_DRIVER_FEATURES)
                           : COPY(VIRTIO_MMIO_STATUS, GOLDFISH_RTC_CLEAR_INTERRUPT);
    case VALUE:
        return COPY(0, VIRTIO_STATUS_DRIVER_OK, 2);
    case QUEUE:
        return COPY(0, 2);
    case SIZE:
        return COPY(2, 3);
    case HEAD:
        return below(values, 3);
    default:
        return below(values, 3); /* COUNT, KICK */
    }
}

static u32 values_of(enum domain domain, u64 *values)
{
    switch (domain) {
    case NOTHING:
        return below(values, 1);
    case WORD:
        values[0] = (current + 1) * UINT64_C(16);
        return 1;
    case SLOT:
        return below(values, tasks[current].slots + 1);
    case PORTS:
        return all_ports(values);
    case TOKEN:
        return all_tokens(values);
    case TAG:
        return COPY(NEURON_TAG(1, 0, 0), NEURON_TAG(2, 2, 8), NEURON_TAG(3, 5, 0));
    case DEADLINE:
        return COPY(NEURON_POLL, SOON, NEURON_FOREVER);
    case PLAIN_TAG:
        return COPY(NEURON_TAG(1, 0, 0));
    case WAITING:
        return COPY(SOON, NEURON_FOREVER);
    case ENDLESS:
    case ANY_BIT:
        return COPY(UINT64_MAX); /* NEURON_FOREVER too */
    case BITS:
        return COPY(0, 4, 2);
    case MASK:
        return COPY(0, 2, UINT64_MAX);
    case TASK:
        return below(values, task_count + 1);
    case OTHER_TASK:
        return below(values, task_count);
    case FLAG:
        return below(values, 2);
    case FACTORY:
        return COPY(NEURON_SLOT_FACTORY);
    case AUTHORITY:
        return COPY(NEURON_SLOT_TASK, NEURON_SLOT_CONSOLE);
    default:
        return device_values(domain, values);
    }
}

/* All system calls with one number. */
static u32 add_calls(const u8 *call, struct step *steps)
{
    u64 values[7][VALUES_MAX];
    u32 count[7];
    u32 at[7] = {0};
    u32 added = 0;

    for (u32 i = 0; i < 7; i++) {
        count[i] = values_of((enum domain)call[1 + i], values[i]);
        assert_true(count[i] <= VALUES_MAX);
    }
    for (;;) {
        struct step *step = &steps[added++];
        *step = (struct step){.event = EVENT_CALL, .number = call[0]};
        for (u32 i = 0; i < 7; i++) {
            step->in[i] = values[i][at[i]] + (call[1 + i] == WORD ? i - 2 : 0);
        }
        u32 i = 0;
        while (i < 7 && ++at[i] == count[i]) {
            at[i++] = 0;
        }
        if (i == 7) {
            return added;
        }
    }
}

static struct fake_device *device_of(u32 window)
{
    return &machine.devices[(windows[window].base - FAKE_VIRTIO_BASE) / NEURON_PAGE];
}

static int is_virtio(u32 window)
{
    return windows[window].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

/* What the devices can do. A hostile one says what it likes of a queue; it is let say three things more than the
 * kernel has heard. */
static u32 device_steps(struct step *steps)
{
    u32 count = 0;

    for (u32 w = 0; w < window_count; w++) {
        if (machine.lines[windows[w].irq].raised == 0) {
            steps[count++] = (struct step){.event = EVENT_RAISE, .number = w};
        }
        if (is_virtio(w)) {
            steps[count++] = (struct step){.event = EVENT_STUCK, .number = w};
        }
        u32 q = vqueue_of(w, 0);
        if (vqueues[q].size != 0 &&
            (queue_pages[q].used.index - vqueues[q].used) % 65536u <= vqueues[q].size) {
            for (u32 id = 0; id <= vqueues[q].size; id++) {
                steps[count++] = (struct step){.event = EVENT_USED, .number = q, .in = {id}};
            }
        }
    }
    if (window_count != 0) {
        steps[count++] = (struct step){.event = EVENT_INTERRUPT};
    }
    return count;
}

static u64 earliest(void)
{
    struct view view;
    u64 first = NEURON_FOREVER;

    shape_view(&view);
    for (u32 t = 0; t < task_count; t++) {
        first = view.task[t].deadline < first ? view.task[t].deadline : first;
    }
    return first;
}

u32 steps_all(const u8 (*calls)[8], struct step *steps)
{
    u32 count = 0;
    u64 first = earliest();

    if (machine.power_offs != 0) {
        return 0;
    }
    if (first != NEURON_FOREVER) {
        steps[count++] = (struct step){.event = EVENT_DEADLINE};
    }
    count += device_steps(steps + count);
    /* The timer is due at once: it interrupts before anybody runs. */
    if (machine.timer == 0) {
        return count;
    }
    steps[count++] = (struct step){.event = EVENT_QUANTUM};
    if (first != NEURON_FOREVER) {
        steps[count++] = (struct step){.event = EVENT_BOTH};
    }
    if (current == NONE) {
        steps[count++] = (struct step){.event = EVENT_IDLE};
        return count;
    }
    steps[count++] = (struct step){.event = EVENT_FAULT};
    for (u32 c = 0; calls[c][0] != END; c++) {
        count += add_calls(calls[c], steps + count);
        assert_true(count <= STEPS_MAX);
    }
    return count;
}

/* What the tasks wrote in their pages: their own mark, or descriptors at the end of a DMA region, or beyond it. */
static void write_pages(const struct step *step)
{
    for (u32 t = 0; t < task_count; t++) {
        message_pages[out_page(t)][0] = t + UINT64_C(1);
        message_pages[in_page(t)][0] = t + UINT64_C(1);
    }
    if (step->event == EVENT_CALL && step->number == NEURON_SYS_dev_post) {
        message_pages[out_page(current)][0] = step->in[4] == 2 ? NEURON_PAGE : NEURON_PAGE - 8;
        message_pages[out_page(current)][1] = NEURON_DESCRIPTOR(8, DMA, 1);
        message_pages[out_page(current)][2] = 0;
        message_pages[out_page(current)][3] = NEURON_DESCRIPTOR(8, DMA, 0);
    }
}

/* The line of a virtio device says whether it has a reason. */
static void settle_lines(void)
{
    for (u32 w = 0; w < window_count; w++) {
        if (is_virtio(w)) {
            machine.lines[windows[w].irq].raised = device_of(w)->reasons != 0;
        }
    }
}

static void use_chain(u32 q, u32 id)
{
    queue_pages[q].used.ring[queue_pages[q].used.index % vqueues[q].size].id = id;
    queue_pages[q].used.index = (uint16_t)(queue_pages[q].used.index + 1);
}

enum taken steps_take(const struct step *step, int fast)
{
    enum taken taken = ENTERED;

    machine.now = NOW;
    write_pages(step);
    switch (step->event) {
    case EVENT_CALL:
        if (!fast) {
            entry_general(step->number, step->in);
        } else if (shape_enter_fast(step->number, step->in)) {
            taken = ENTERED_FAST;
        }
        break;
    case EVENT_FAULT:
        kernel_fault(NEURON_FAULT_LOAD_PAGE, 0);
        break;
    case EVENT_DEADLINE:
        machine.now = earliest() == 0 ? NOW : earliest();
        kernel_timer();
        break;
    case EVENT_QUANTUM:
        shape_set_quantum(NOW);
        kernel_timer();
        break;
    case EVENT_BOTH:
        machine.now = earliest();
        shape_set_quantum(machine.now);
        kernel_timer();
        break;
    case EVENT_IDLE:
        kernel_idle();
        break;
    case EVENT_INTERRUPT:
        kernel_interrupt();
        break;
    case EVENT_RAISE:
        if (is_virtio((u32)step->number)) {
            device_of((u32)step->number)->reasons = 1;
        } else {
            machine.lines[windows[step->number].irq].raised = 1;
        }
        settle_lines();
        return NOT_ENTERED;
    case EVENT_USED:
        use_chain((u32)step->number, (u32)step->in[0]);
        return NOT_ENTERED;
    case EVENT_STUCK:
        device_of((u32)step->number)->stuck = !device_of((u32)step->number)->stuck;
        return NOT_ENTERED;
    }
    settle_lines();
    return taken;
}

static const char *const events[] = {"call",
                                     "fault",
                                     "a deadline passes",
                                     "the quantum ends",
                                     "a deadline passes and the quantum ends",
                                     "idle",
                                     "device wants to interrupt",
                                     "interrupt",
                                     "device uses",
                                     "device sticks, or no more"};

#define NEURON_SYSCALL(number, name, in, out) [number] = #name,
static const char *const names[] = {
#include <neuron/syscalls.def>
};
#undef NEURON_SYSCALL

void steps_print(const struct step *step)
{
    if (step->event != EVENT_CALL) {
        printf("%s %u %u\n", events[step->event], (unsigned)step->number, (unsigned)step->in[0]);
        return;
    }
    printf("task %u: %s(", (unsigned)current,
           step->number < LENGTH(names) ? names[step->number] : "unknown");
    for (u32 i = 0; i < 7; i++) {
        printf("%s0x%lx", i == 0 ? "" : ", ", (unsigned long)step->in[i]);
    }
    printf(")\n");
}
