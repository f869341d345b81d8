/* Chance that is the same in every run. */
#ifndef TEST_DRAW_H
#define TEST_DRAW_H

#include "types.h"

/* Random numbers from `seed`, which is not 0, on; one below `below`. */
void draw_from(u64 seed);
u64 draw(u64 below);

#endif
