/* Chance. */
#include "draw.h"

static u64 random_state = 1;

void draw_from(u64 seed)
{
    random_state = seed;
}

/* xorshift64*, Vigna 2016 */
u64 draw(u64 below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return below == 0 ? 0 : (random_state * UINT64_C(2685821657736338717) >> 11) % below;
}
