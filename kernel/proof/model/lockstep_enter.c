/* How the current task enters the kernel and comes back: as the entry code does it, fast paths first. */
#include "lockstep_tell.h"

#include <neuron/abi.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "fast.h"
#include "kernel.h"
#include "port.h"

static u32 running;
static int slowly; /* the fast path declined */
static u64 fast[CALLS];

static u64 *cleared(u32 task)
{
    u64 *results = &tasks[task].context.x[REG_A0];

    memset(results, 0, 8 * sizeof(results[0]));
    return results;
}

void arch_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    current = running;
    slowly = 1;
    int status = kernel_syscall(a0, a1, a2, a3, a4, a5, a6, number);
    if (status != BLOCKED) {
        cleared(running)[0] = (u64)(int64_t)status;
    }
}

void arch_switch(struct task *next, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token)
{
    u64 words = NEURON_TAG_WORDS(tag);

    current = (u32)next->context.task;
    u64 *results = cleared(current);
    results[1] = tag;
    results[2] = words > 0 ? w0 : 0;
    results[3] = words > 1 ? w1 : 0;
    results[4] = words > 2 ? w2 : 0;
    results[5] = words > 3 ? w3 : 0;
    results[6] = badge;
    results[7] = token;
}

void arch_return(void)
{
    (void)cleared(running);
    current = running;
}

void arch_yield(struct task *next)
{
    (void)cleared(running);
    current = (u32)next->context.task;
}

void arch_preempt(struct task *next, u64 bits)
{
    arch_yield(next);
    u64 *results = cleared(current);
    results[0] = NEURON_NOTIFIED;
    results[1] = bits;
}

void enter(const u64 *a, u64 number)
{
    running = current;
    current = NONE; /* a fast path must not look at it */
    slowly = 0;
    switch (number) {
    case NEURON_SYS_call:
        fast_call(a[0], a[1], a[2], a[3], a[4], a[5], a[6], running);
        break;
    case NEURON_SYS_reply_recv:
        fast_reply_recv(a[0], a[1], a[2], a[3], a[4], a[5], a[6], running);
        break;
    case NEURON_SYS_notify:
        fast_notify(a[0], a[1], a[2], a[3], a[4], a[5], a[6], running);
        break;
    case NEURON_SYS_yield:
        fast_yield(a[0], a[1], a[2], a[3], a[4], a[5], a[6], running);
        break;
    default:
        arch_syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6], number);
        break;
    }
    if (slowly == 0) {
        fast[number]++;
    }
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
