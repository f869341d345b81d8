/* How the current task enters the kernel and comes back, and how often by a fast path. */
#include "lockstep_tell.h"

#include <neuron/abi.h>
#include <stdio.h>

#include "entry.h"

static u64 fast[CALLS];

void enter(const u64 *a, u64 number)
{
    if (entry_call(number, a, NULL)) {
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
