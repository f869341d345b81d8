/* Random worlds. */
#ifndef TEST_RANDOM_WORLD_H
#define TEST_RANDOM_WORLD_H

/* Builds a world of 2 to 8 tasks by chance (draw()): to change or to boot. Init is the first. */
void random_world(void);

#endif
