/* Maps its window and dies in its first life; in its second it finds itself as new, window and all. */
#include "phoenix.nexus.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/log.h>
#include <nexus/mmio.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>

/* Memory is as new in each life; only the time tells one from the other. */
#define FIRST_LIFE_ENDS NEXUS_MS(400)

static int lives;

int main(void)
{
    const uint64_t born = nexus_now();
    const volatile uint32_t *rtc = nexus_mmio_map(RTC_SLOT, 0, NEURON_PROT_R);
    static volatile int *volatile nowhere;

    lives++;
    if (rtc == NULL || lives != 1) {
        printf("no window, or a memory of another life\n");
        (void)neuron_power(POWER_SLOT, 2);
    }
    printf("mmio window mapped ok\n");
    nexus_sleep_until(FIRST_LIFE_ENDS);
    if (born < FIRST_LIFE_ENDS) {
        *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
    }
    nexus_log_about("SELFTEST", "restart regrants ok");
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
