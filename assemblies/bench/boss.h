/* The parts of boss. */
#ifndef BENCH_BOSS_H
#define BENCH_BOSS_H

#include "raw.h"

#include "boss.nexus.h"

/* Restores all memory of a task and starts it. */
void start_task(uint32_t task);

/* Measures what only init may do. `twin` faults while its board says so; `driver` keeps its device. Neither
 * has been started. */
void measure_authority(uint32_t twin, struct board *twin_board, uint32_t driver);

#endif
