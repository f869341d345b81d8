/* The machine's clock and sleeping. */
#include <nexus/syscall.h>
#include <nexus/time.h>

uint64_t nexus_now(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

void nexus_sleep_until(uint64_t deadline)
{
    struct neuron_wait_out out;
    /* It can only end with TIMEOUT: no bit is waited for. */
    (void)neuron_wait(0, deadline, &out);
}
