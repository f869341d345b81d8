/* Has statefsd or virtioblkd fault at some moment or other, for ever, and says how often it did. */
#include "killer.nexus.h"

#include <nexus/selftest.h>
#include <nexus/time.h>
#include <stdio.h>

enum { LATEST_US = 20000, BLK_EVERY = 4, TOLD_EVERY = 20 };

/* Waits until both workers have seen this many deaths: a death that nobody meets shows nothing. */
static void await(uint32_t deaths)
{
    uint32_t seen[2] = {0};
    uint32_t acknowledged[2] = {0};

    while (seen[0] < deaths || seen[1] < deaths) {
        nexus_sleep_until(nexus_now() + NEXUS_US(200));
        CHECK(left_done(&seen[0], &acknowledged[0]) == 0);
        CHECK(right_done(&seen[1], &acknowledged[1]) == 0);
    }
    if (deaths % TOLD_EVERY == 0) {
        CHECK(acknowledged[0] >= deaths && acknowledged[1] >= deaths);
        printf("%u deaths of statefsd, %u syncs and commits: nothing acknowledged was lost\n",
               (unsigned)deaths, (unsigned)(acknowledged[0] + acknowledged[1]));
    }
}

int main(void)
{
    for (uint32_t deaths = 1;; deaths++) {
        if (deaths % BLK_EVERY == 0) {
            nexus_sleep_until(nexus_now() + NEXUS_US(roll(LATEST_US)));
            CHECK(blk_stab() == 0);
        }
        nexus_sleep_until(nexus_now() + NEXUS_US(roll(LATEST_US)));
        CHECK(server_stab() == 0);
        await(deaths);
    }
}
