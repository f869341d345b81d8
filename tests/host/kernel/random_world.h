/* Random worlds. */
#ifndef TEST_RANDOM_WORLD_H
#define TEST_RANDOM_WORLD_H

#include "types.h"

/* Builds a world of 2 to 8 tasks by chance (draw()): to change or to boot. Init is the first. */
void random_world(void);

/* Ports between the `count` tasks of the world: to call who is above, to notify any. */
void random_ports(u32 count);

#endif
