/* The entry code of the host. */
#include "entry.h"

#include <stddef.h>
#include <string.h>

#include "arch.h"
#include "cmocka_all.h"
#include "fast.h"
#include "kernel.h"
#include "port.h"
#include "state.h"

struct task *self;
static u32 running = NONE; /* whose call is with a fast path */
static void (*on_decline)(void);
static int declined; /* it handed the call over */
static int left;     /* another task runs after it */

/* The result registers of a task, all zero. */
static u64 *cleared(u32 task)
{
    u64 *results = &tasks[task].context.x[REG_A0];

    memset(results, 0, 8 * sizeof(results[0]));
    return results;
}

void arch_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number)
{
    if (running != NONE) {
        current = running;
        declined = 1;
        if (on_decline != NULL) {
            on_decline();
        }
    }
    u32 caller = current;
    int status = kernel_syscall(a0, a1, a2, a3, a4, a5, a6, number);
    if (status != BLOCKED) {
        assert_true(current == caller);
        cleared(caller)[0] = (u64)(int64_t)status;
    }
}

/* `next` runs after a fast path: its result registers. */
static u64 *runs(struct task *next)
{
    current = (u32)next->context.task;
    left = 1;
    return cleared(current);
}

void arch_switch(struct task *next, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token)
{
    u64 *results = runs(next);

    results[0] = NEURON_OK;
    results[1] = tag;
    results[2] = w0;
    results[3] = w1;
    results[4] = w2;
    results[5] = w3;
    results[6] = badge;
    results[7] = token;
}

void arch_yield(struct task *next)
{
    (void)cleared(running);
    current = (u32)next->context.task;
    left = 1;
}

void arch_preempt(struct task *next, u64 bits)
{
    (void)cleared(running);
    u64 *results = runs(next);
    results[0] = NEURON_NOTIFIED;
    results[1] = bits;
}

void entry_general(u64 number, const u64 in[7])
{
    arch_syscall(in[0], in[1], in[2], in[3], in[4], in[5], in[6], number);
}

/* To the fast path of a message of four words or none; or to the other. Words that do not count are cleared. */
static void message_to(void (*fast)(u64, u64, u64, u64, u64, u64, u64),
                       void (*longer)(u64, u64, u64, u64, u64, u64, u64), const u64 in[7])
{
    u64 tag = in[1];
    u64 size = tag >> 16; /* without the label: words, and bytes above them */
    u64 words[NEURON_MESSAGE_WORDS] = {0};

    for (u32 w = 0; w < NEURON_MESSAGE_WORDS && w < NEURON_TAG_WORDS(tag); w++) {
        words[w] = in[2 + w];
    }
    (size == 0 || size == NEURON_MESSAGE_WORDS ? fast : longer)(in[0], tag, words[0], words[1],
                                                                words[2], words[3], in[6]);
}

int entry_call(u64 number, const u64 in[7], void (*when_declined)(void))
{
    declined = 0;
    left = 0;
    running = current;
    self = &tasks[running];
    on_decline = when_declined;
    current = NONE; /* a fast path must not look at it */
    switch (number) {
    case NEURON_SYS_call:
        message_to(fast_call, fast_call_long, in);
        break;
    case NEURON_SYS_reply_recv:
        message_to(fast_reply_recv, fast_reply_recv_long, in);
        break;
    case NEURON_SYS_notify:
        fast_notify(in[0], in[1], in[2], in[3], in[4], in[5], in[6]);
        break;
    case NEURON_SYS_yield:
        fast_yield();
        break;
    default:
        current = running;
        running = NONE;
        entry_general(number, in);
        return 0;
    }
    if (!declined && !left) {
        (void)runs(&tasks[running]);
    }
    running = NONE;
    return !declined;
}
