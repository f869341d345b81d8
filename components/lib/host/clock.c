/* A clock for native tests: it stands still until a test or a sleep moves it. */
#include <nexus/host.h>

#include <nexus/time.h>

static uint64_t now;

void host_clock_set(uint64_t ticks)
{
    now = ticks;
}

uint64_t nexus_now(void)
{
    return now;
}

void nexus_sleep_until(uint64_t deadline)
{
    if (deadline > now) {
        now = deadline;
    }
}
