/*
 * The kernel under Eva: the checks of any payload, boot from one table, then anything that tasks, devices and time
 * can do, in any order and for ever. What a task or a device writes is unknown at each entry.
 */
#include "any.h"
#include "console.h"
#include "fast.h"
#include "kernel.h"
#include "payload.h"
#include "port.h"
#include "table.h"

/* The largest table. */
#define TABLE_WORDS                                                                                \
    (NEURON_TABLE_HEADER_WORDS + NEURON_TASKS_MAX * NEURON_TASK_ROW_WORDS +                        \
     NEURON_MEMORIES_MAX * NEURON_MEMORY_ROW_WORDS + NEURON_MAPS_MAX * NEURON_MAP_ROW_WORDS +      \
     NEURON_SLOTS_MAX * NEURON_SLOT_ROW_WORDS + NEURON_WINDOWS_MAX * NEURON_WINDOW_ROW_WORDS)

extern const u64 table[];
extern const u64 table_words;

static u64 payload[NEURON_PAYLOAD_HEADER_WORDS + TABLE_WORDS];

/* What arch_boot() does with a payload before it boots: any words. */
static void check_payload(void)
{
    while (any_u64 != 0) {
        payload[any_u64 % (NEURON_PAYLOAD_HEADER_WORDS + TABLE_WORDS)] = any_u64;
    }
    if (payload_header_ok(payload, sizeof(payload)) && payload_checksum_ok(payload)) {
        (void)table_validate(payload + NEURON_PAYLOAD_HEADER_WORDS, any_u64 % (TABLE_WORDS + 1));
        (void)payload_end(payload);
    }
}

/* The general path, as the entry code takes it. */
static void general(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    u32 caller = current;
    int status = kernel_syscall(a0, a1, a2, a3, a4, a5, a6, number);

    if (status != BLOCKED) {
        tasks[caller].context.x[REG_A0] = (u64)(int64_t)status;
    }
}

struct task *self;
static u64 running; /* whose call is with a fast path */

void arch_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    current = (u32)running;
    general(a0, a1, a2, a3, a4, a5, a6, number);
}

void arch_switch(struct task *next, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token)
{
    current = (u32)next->context.task;
}

void arch_return(void)
{
    current = (u32)running;
}

void arch_preempt(struct task *next, u64 bits)
{
    current = (u32)next->context.task;
}

void arch_yield(struct task *next)
{
    current = (u32)next->context.task;
}

/* Any call with any inputs, by its fast path if it has one. */
static void system_call(u64 task)
{
    running = task;
    self = &tasks[task];
    switch (any_u64) {
    case 0:
        fast_call(any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64);
        break;
    case 1:
        fast_call_long(any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64);
        break;
    case 2:
        fast_reply_recv(any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64);
        break;
    case 3:
        fast_reply_recv_long(any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64);
        break;
    case 4:
        fast_notify(any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64);
        break;
    case 5:
        fast_yield();
        break;
    default:
        current = (u32)task;
        general(any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64, any_u64);
        break;
    }
}

/* What task `task`, which runs, can do. */
static void run(u32 task)
{
    for (u32 r = 0; r < 32; r++) {
        tasks[task].context.x[r] = any_u64;
    }
    tasks[task].context.pc = any_u64;
    tasks[task].context.whole = any_u64 % 3;
    if (any_u64 == 0) {
        kernel_fault(any_u64, any_u64);
    } else {
        system_call(task);
    }
}

/* Time passes, or a device interrupts, whoever runs. */
static void outside(void)
{
    if (any_u64 == 0) {
        kernel_timer();
    } else {
        kernel_interrupt();
    }
}

/* What tasks and devices can write, any number of times. */
static void write_memory(void)
{
    while (any_u64 != 0) {
        u64 q = any_u64 % (NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES);
        message_pages[any_u64 % (2 * NEURON_TASKS_MAX)][any_u64 % (NEURON_PAGE / 8)] = any_u64;
        queue_pages[q].used.index = (uint16_t)any_u64;
        queue_pages[q].used.ring[any_u64 % NEURON_QUEUE_SIZE_MAX].id = (u32)any_u64;
    }
}

static void enter(void)
{
    write_memory();
    if (any_u64 == 0) {
        outside();
        return;
    }
    if (current == NONE) {
        (void)kernel_idle();
    } else {
        run(current);
    }
}

void main(void)
{
    check_payload();
    console_reset();
    if (table_validate(table, table_words).rule != NEURON_RULE_OK) {
        return;
    }
    kernel_boot(table);
    while (1) {
        enter();
    }
}
