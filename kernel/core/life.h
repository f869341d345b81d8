/*
 * The life of a task: CREATED or dead -> reset page by page -> RUNNING -> FAULTED or STOPPED -> ...
 * or GIVEN_UP, which is for ever. The task_* system calls act for the holder of a TASK capability.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "types.h"

/* A task stops running: everybody who waits for it gets PEER_DIED, its servers and init are told. If it
 * is init, the kernel says why and ends the machine. */
void life_fault(u32 task, u64 cause, u64 address);
void life_exit(u32 task, u64 code);

/* A task that does not run needs all its pages restored before it may start. */
void life_begin_reset(u32 task);

/* Restores the next page of a task that does not run. */
void life_reset_page(u32 task);

/* A fully reset task becomes ready to run from its entry point. */
void life_start(u32 task);

/* System calls; a status. */
int life_task_start(u64 slot, u64 task);
int life_task_stop(u64 slot, u64 task, u64 give_up);
int life_task_reset_step(u64 slot, u64 task);

#endif
