/*
 * What is printed for tests/bench/state.py, when nothing is measured: `sample NAME TICKS` for each time that an operation
 * took, and `stage NAME COMMITS BYTES` for what the disk was asked to keep.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdint.h>

/* Measures an operation once. */
void sample(const char *name, void (*operation)(void));
/* Prints the samples since the last time, and waits until the console is quiet. */
void samples_print(void);
/* Between two stages; the host looks what the disk has done since the last one. */
void stage_ended(const char *name, uint32_t commits, uint32_t bytes);

#endif
