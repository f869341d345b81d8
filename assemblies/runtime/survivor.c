/* Dies by a fault, then by an exit; its third life finds what the others kept, and nothing else of them. */
#include "survivor.nexus.h"

#include <nexus/keep.h>
#include <nexus/selftest.h>
#include <stdio.h>

enum { WORDS = 1500 }; /* three pages */

static uint64_t lives NEXUS_KEEP;
static uint64_t pattern[WORDS] NEXUS_KEEP;

static int ordinary = 7;
static uint64_t zeroed[WORDS];

static uint64_t word(uint64_t life, uint64_t i)
{
    return life * 0x9e3779b97f4a7c15 + i;
}

int main(void)
{
    static volatile int *volatile nowhere;

    CHECK(ordinary == 7);
    for (uint64_t i = 0; i < WORDS; i++) {
        CHECK(zeroed[i] == 0);
        CHECK(pattern[i] == (lives == 0 ? 0 : word(lives, i)));
    }
    lives++;
    ordinary = 8;
    for (uint64_t i = 0; i < WORDS; i++) {
        zeroed[i] = 1;
        pattern[i] = word(lives, i);
    }
    if (lives == 1) {
        *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
    }
    if (lives == 2) {
        return 1;
    }
    CHECK(lives == 3);
    promise_kept("keep survives restarts");
    return 0;
}
