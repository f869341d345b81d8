/* Work at a fixed rate: the arithmetic, over nexus_now() and nexus_sleep_until(). */
#include <nexus/time.h>

struct nexus_period nexus_period_start(uint64_t ticks)
{
    uint64_t length = ticks > 0 ? ticks : 1;
    return (struct nexus_period){.ticks = length, .next = nexus_now() + length};
}

uint64_t nexus_periodic(struct nexus_period *period)
{
    uint64_t now = nexus_now();
    uint64_t missed = 0;
    if (now > period->next) {
        missed = (now - period->next) / period->ticks;
        period->next += missed * period->ticks;
    }
    nexus_sleep_until(period->next);
    period->next += period->ticks;
    return missed;
}
