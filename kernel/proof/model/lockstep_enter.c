/* How the current task enters the kernel and comes back, and how often by a fast path. */
#include "lockstep_enter.h"

#include <stdio.h>

#include "deadline.h"
#include "entry.h"
#include "kernel.h"
#include "lockstep_tell.h"
#include "machine.h"

#include <neuron/registers.h>

u64 made;

static u64 fast[CALLS];

/* The timer interrupts, and ends the waits that are due. */
void timer(void)
{
    u32 running = current;

    tell_outside();
    for (u32 t = 0; t < task_count; t++) {
        if (waits(t) && deadlines[DEADLINE_LEAVES + t] <= machine.now) {
            tell(R_EXPIRE);
            tell(t);
        }
    }
    u64 pc = running == NONE ? 0 : tasks[running].context.pc;
    kernel_timer();
    /* Who ran, and does no more, overran its limit. */
    if (running != NONE && tasks[running].state != NEURON_TASK_RUNNING) {
        tell(R_FAULT);
        tell(running);
        tell(NEURON_FAULT_OVERRUN);
        tell(pc);
        tell(0);
    }
    tell_state();
}

u32 deadline_argument(u64 number)
{
    switch (number) {
    case NEURON_SYS_call:
    case NEURON_SYS_reply_recv:
        return 6;
    case NEURON_SYS_recv:
        return 0;
    case NEURON_SYS_wait:
        return 1;
    default:
        return NO_DEADLINE;
    }
}

static void tell_descriptors(const u64 *in)
{
    u64 count = in[3] <= NEURON_CHAIN_MAX ? in[3] : 0;

    tell(count);
    for (u64 i = 0; i < NEURON_DESCRIPTOR_WORDS * count; i++) {
        tell(message_pages[out_page(current)][i]);
    }
}

void call(u64 number, const u64 *in)
{
    u32 caller = current;
    u64 *x = tasks[caller].context.x;

    tell_outside();
    if (number == NEURON_SYS_dev_post) { /* the caller wrote its descriptors */
        tell(R_STORE);
        tell(caller);
        tell(NEURON_OUT_OFFSET / NEURON_PAGE);
        tell(message_pages[out_page(caller)][0]);
    }
    tell(R_CALL);
    tell(caller);
    tell(number);
    for (u32 i = 0; i < 7; i++) {
        u64 value = in[i];
        if (i == deadline_argument(number)) {
            value = value == NEURON_POLL                             ? 0
                    : value == NEURON_FOREVER || value > machine.now ? 2
                                                                     : 1;
        }
        x[REG_A0 + i] = in[i];
        tell(value);
    }
    if (number == NEURON_SYS_dev_post) {
        tell_descriptors(in);
    } else {
        tell(0);
    }
    x[REG_A7] = number;
    pending_call(caller, number);
    made = made + 1;
    if (entry_call(number, in, NULL)) {
        fast[number]++;
    }
    if (number == NEURON_SYS_irq_ack || number == NEURON_SYS_dev_queue) {
        /* The kernel changed what devices say, and the oracle knows: what they say next is new to it. */
        forget_devices();
    }
    tell_state();
}

int enter_report(void)
{
    u64 calls = fast[NEURON_SYS_call];
    u64 replies = fast[NEURON_SYS_reply_recv];
    u64 notifies = fast[NEURON_SYS_notify];
    u64 yields = fast[NEURON_SYS_yield];

    (void)fprintf(stderr, "by a fast path: call %llu, reply_recv %llu, notify %llu, yield %llu\n",
                  (unsigned long long)calls, (unsigned long long)replies,
                  (unsigned long long)notifies, (unsigned long long)yields);
    return calls != 0 && replies != 0 && notifies != 0 && yields != 0;
}
