/* The shape of the core's state. */
#include "shape.h"

#include <string.h>

#include "arch.h"
#include "cmocka_all.h"
#include "deadline.h"
#include "entry.h"
#include "image.h"
#include "inside.h"
#include "machine.h"
#include "queue.h"

#define RUBBISH 0xff
#define RUBBISH_ENTRIES 4u /* more than the queue of the small world has */
#define GENERATION_NOW (WAIT_RECV + 2)
#define GENERATION_EARLIER (WAIT_RECV + 1)

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

/* A fast path that declines has changed nothing. */
static void declined(void)
{
    assert_true(image_unchanged());
}

int shape_enter_fast(u64 number, const u64 in[7])
{
    return entry_call(number, in, declined);
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
