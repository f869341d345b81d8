/* The two halves of the trace generator: the random calls that aim at each pair of call and result code
 * (lockstep_*.c), and the run of the real kernel core that tells the trace (lockstep.c). */
#ifndef LOCKSTEP_H
#define LOCKSTEP_H

#include "draw.h"
#include "state.h"

#define CALLS 28u /* the last one stands for all unknown numbers */
#define CODES 64u /* NEURON_* + CODE_BASE */
#define CODE_BASE 48

/* The pairs that can occur, from pairs.txt, and how often each did. */
extern u64 possible[CALLS];
extern u64 counts[CALLS][CODES];

/* Reads pairs.txt: which calls a line names. */
void read_pairs(const char *path);

/* A random world: tasks, ports, devices, memory. */
void build_world(void);

/* Inputs with which call `number` of the current task may answer `code`: 0 if there are none now. Descriptors for
 * dev_post are written to its OUT page. */
int aim(u64 number, int64_t code, u64 *in);

/* The pair to aim at now. */
void choose(u64 *number, int64_t *code);

/* Whether the UART takes nothing in this world, and everybody writes lines. */
extern int flood;

#endif
