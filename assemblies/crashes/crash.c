/* The end of whoever it is linked to. It is the same in four components, so it has the header of none. */
#include "crash.h"

#include <nexus/serve.h>
#include <nexus/time.h>

int crash_die(struct nexus_client client, uint32_t after_ms);

void crash(void)
{
    static volatile int *volatile nowhere;

    for (;;) {
        *nowhere = 1;
    }
}

int crash_die(struct nexus_client client, uint32_t after_ms)
{
    (void)client;
    nexus_sleep_until(nexus_now() + NEXUS_MS(after_ms));
    crash();
}
