/* Wakes once in every round, at its turn, and says so. */
#include "irqtest.h"
#include "sleeper.nexus.h"

int main(void)
{
    for (;;) {
        const uint64_t turn = (uint64_t)place * GAP;
        const uint64_t deadline = (nexus_now() - turn + ROUND) / ROUND * ROUND + turn;
        nexus_sleep_until(deadline);
        if (ledger_woke(deadline) != 0) {
            return 1;
        }
    }
}
