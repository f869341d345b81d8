/* The shape of the core's state. */
#include "shape.h"

#include <string.h>

#include "arch.h"
#include "cmocka_all.h"
#include "deadline.h"
#include "fast.h"
#include "image.h"
#include "inside.h"
#include "kernel.h"
#include "machine.h"
#include "port.h"
#include "queue.h"

#define RUBBISH 0xff
#define RUBBISH_ENTRIES 4u /* more than the queue of the small world has */
#define GENERATION_NOW (WAIT_RECV + 2)
#define GENERATION_EARLIER (WAIT_RECV + 1)

static u32 entered;   /* whose call is with a fast path; NONE */
static int took_fast; /* which did it */

static enum reason reason_of(u32 t)
{
    if (tasks[t].state != NEURON_TASK_RUNNING) {
        return AT_REST;
    }
    switch (wait_reason(tasks[t].wait)) {
    case WAIT_RECV:
        return RECEIVES;
    case WAIT_BITS:
        return AWAITS_BITS;
    case WAIT_QUEUED:
        return QUEUED;
    case WAIT_SERVED:
        return SERVED;
    default:
        return RUNS;
    }
}

static void view_queue(u32 q, u32 *order, u32 *length)
{
    *length = 0;
    for (u32 level = NEURON_LEVELS; level-- > 0;) {
        for (u32 t = queues[q].head[level]; t != NONE; t = links[t].next) {
            assert_true(t < task_count && *length < task_count); /* a list that ends */
            order[(*length)++] = t;
        }
    }
}

void shape_view(struct view *view)
{
    for (u32 t = 0; t < task_count; t++) {
        struct task_view *task = &view->task[t];
        task->reason = reason_of(t);
        task->server =
            task->reason == QUEUED || task->reason == SERVED ? (u32)(tasks[t].wait % 64) : NONE;
        task->token = tasks[t].token;
        task->deadline = deadlines[DEADLINE_LEAVES + t];
        task->generation = tasks[t].generation;
        task->bits = tasks[t].bits;
        task->peers_changed = tasks[t].peers_changed;
        task->status = tasks[t].context.x[REG_A0];
        for (u32 i = 0; i < 7; i++) {
            task->output[i] = tasks[t].context.x[REG_A0 + 1 + i];
        }
        view_queue(t, view->order[t], &view->length[t]);
    }
    view_queue(READY_QUEUE, view->order[task_count], &view->length[task_count]);
    view->current = current;
}

enum session shape_session(u32 row)
{
    if (slots[row].generation == NEVER) {
        return NO_SESSION;
    }
    return slots[row].generation == tasks[slots[row].object].generation ? THIS_LIFE : EARLIER_LIFE;
}

/* What the entry code does, arch/riscv64/entry.S and trap.c. */
void arch_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    if (entered != NONE) {
        current = entered;
        assert_true(image_unchanged()); /* a fast path that declines has changed nothing */
    }
    u32 caller = current;
    int status = kernel_syscall(a0, a1, a2, a3, a4, a5, a6, number);
    if (status != BLOCKED) {
        assert_true(current == caller);
        memset(&tasks[caller].context.x[REG_A0], 0, 8 * sizeof(u64));
        tasks[caller].context.x[REG_A0] = (u64)(int64_t)status;
    }
}

void arch_switch(struct task *next, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token)
{
    const u64 words[NEURON_MESSAGE_WORDS] = {w0, w1, w2, w3};

    next->context.x[REG_A0] = NEURON_OK;
    next->context.x[REG_A0 + 1] = tag;
    for (u32 w = 0; w < NEURON_MESSAGE_WORDS; w++) {
        next->context.x[REG_A0 + 2 + w] = w < NEURON_TAG_WORDS(tag) ? words[w] : 0;
    }
    next->context.x[REG_A0 + 6] = badge;
    next->context.x[REG_A0 + 7] = token;
    current = (u32)next->context.task;
    took_fast = 1;
}

void arch_return(void)
{
    memset(&tasks[entered].context.x[REG_A0], 0, 8 * sizeof(u64));
    current = entered;
    took_fast = 1;
}

void arch_yield(struct task *next)
{
    arch_return();
    current = (u32)next->context.task;
}

void arch_preempt(struct task *next, u64 bits)
{
    arch_yield(next);
    memset(&next->context.x[REG_A0], 0, 8 * sizeof(u64));
    next->context.x[REG_A0] = NEURON_NOTIFIED;
    next->context.x[REG_A0 + 1] = bits;
}

void shape_enter(u64 number, const u64 in[7])
{
    entered = NONE;
    arch_syscall(in[0], in[1], in[2], in[3], in[4], in[5], in[6], number);
}

int shape_enter_fast(u64 number, const u64 in[7])
{
    took_fast = 0;
    entered = current;
    switch (number) {
    case NEURON_SYS_call:
        current = NONE; /* a fast path must not look at it */
        fast_call(in[0], in[1], in[2], in[3], in[4], in[5], in[6], entered);
        break;
    case NEURON_SYS_reply_recv:
        current = NONE;
        fast_reply_recv(in[0], in[1], in[2], in[3], in[4], in[5], in[6], entered);
        break;
    case NEURON_SYS_notify:
        current = NONE;
        fast_notify(in[0], in[1], in[2], in[3], in[4], in[5], in[6], entered);
        break;
    case NEURON_SYS_yield:
        current = NONE;
        fast_yield(in[0], in[1], in[2], in[3], in[4], in[5], in[6], entered);
        break;
    default:
        shape_enter(number, in);
        break;
    }
    return took_fast;
}

void shape_set_quantum(u64 end)
{
    *inside_quantum_end() = end;
}

/* What comes back from a call was looked at when it did; a call that waits in a queue has its message there. gp and tp
 * stay. */
static void forget_registers(u32 t)
{
    for (u32 r = 0; r < 32; r++) {
        int message =
            reason_of(t) == QUEUED && r > REG_A0 && r <= REG_A0 + 1 + NEURON_MESSAGE_WORDS;
        if (r != REG_GP && r != REG_TP && !message) {
            tasks[t].context.x[r] = 0;
        }
    }
    tasks[t].context.pc = 0;
}

/* What the core does not read before it writes it again: all that belongs to a wait that the task is not in; and what it
 * keeps only to answer task_inspect. */
static void forget_the_past(u32 t)
{
    enum reason reason = reason_of(t);

    if (reason != QUEUED) {
        tasks[t].call_slot = 0;
    }
    if (reason != AWAITS_BITS) {
        tasks[t].mask = 0;
    }
    if (tasks[t].run_limit == 0) {
        tasks[t].ran = 0; /* compared with the limit only */
    }
    tasks[t].exit_code = 0;
    tasks[t].fault_cause = 0;
    tasks[t].fault_pc = 0;
    tasks[t].fault_address = 0;
}

/* Tokens are compared for being the same, and a new one is greater than all of its task. */
static void renumber_tokens(void)
{
    for (u32 t = 0; t < task_count; t++) {
        tasks[t].token = TOKEN_LAST(t);
    }
}

/* Generations are compared for being the same: a slot's is its server's, or an earlier one, or none. A server's wait
 * for calls is its generation. */
static void renumber_generations(void)
{
    u32 last = task_count - 1;

    for (u32 s = 0; s < tasks[last].first_slot + tasks[last].slots; s++) {
        if (slots[s].kind == NEURON_CAP_PORT && slots[s].generation != NEVER) {
            slots[s].generation =
                shape_session(s) == THIS_LIFE ? GENERATION_NOW : GENERATION_EARLIER;
        }
    }
    for (u32 t = 0; t < task_count; t++) {
        if (tasks[t].wait == tasks[t].generation) {
            tasks[t].wait = GENERATION_NOW;
        }
        tasks[t].generation = GENERATION_NOW;
    }
}

/* When the quantum ends is up to the explorer, which ends it at any time. */
static void renew_quantum(void)
{
    u64 end = NOW + NEURON_QUANTUM;
    u64 first = deadlines[1] < end ? deadlines[1] : end;

    if (*inside_quantum_end() != end) {
        *inside_quantum_end() = end;
        *inside_armed() = first;
        arch_timer_arm(first);
    }
}

/* Positions in the rings count modulo the size of the queue, and their differences modulo 2^16. */
static void turn_rings_back(u32 q)
{
    u32 turns = vqueues[q].size == 0 ? 0 : vqueues[q].used / vqueues[q].size * vqueues[q].size;

    vqueues[q].used -= turns;
    vqueues[q].available = (vqueues[q].available - turns) % 65536;
    queue_pages[q].available.index = (uint16_t)(queue_pages[q].available.index - turns);
    queue_pages[q].used.index = (uint16_t)(queue_pages[q].used.index - turns);
}

/* A queue that is not set up is not read before it is cleared; until then it is as bad as an earlier owner's can be. */
static void fill_unused(u32 q)
{
    if (vqueues[q].size != 0) {
        return;
    }
    for (u32 i = 0; i < RUBBISH_ENTRIES; i++) {
        vqueues[q].chain[i] = RUBBISH_ENTRIES;
        vqueues[q].busy[i] = 1;
        memset(&queue_pages[q].descriptors[i], RUBBISH, sizeof(queue_pages[q].descriptors[i]));
        queue_pages[q].available.ring[i] = RUBBISH;
        queue_pages[q].used.ring[i].id = 0;
    }
    vqueues[q].available = RUBBISH;
    vqueues[q].used = 0;
    queue_pages[q].available.index = 0;
    queue_pages[q].used.index = RUBBISH;
}

/* What the machine counts for the tests. */
static void forget_counts(void)
{
    for (u32 w = 0; w < window_count; w++) {
        machine.devices[w].notified = 0;
    }
    for (u32 line = 0; line < NEURON_IRQS_MAX; line++) {
        machine.lines[line].completions = 0;
    }
    machine.uart_takes = UART_UNLIMITED;
    machine.uart_used = 0;
    machine.events = 0;
}

void shape_normalise(void)
{
    for (u32 t = 0; t < task_count; t++) {
        forget_registers(t);
        forget_the_past(t);
    }
    renumber_tokens();
    renumber_generations();
    renew_quantum();
    inside_forget_paths();
    for (u32 q = 0; q < window_count * NEURON_WINDOW_QUEUES; q++) {
        turn_rings_back(q);
        fill_unused(q);
    }
    forget_counts();
}
