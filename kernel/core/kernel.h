/*
 * The entries into the kernel. After each of them `current` says which task to resume; NONE: idle, that
 * is, call kernel_idle() until it is not. Interrupts are off in the kernel.
 */
#ifndef CORE_KERNEL_H
#define CORE_KERNEL_H

#include "types.h"

/* Builds the state from a table that table_validate() accepted, and starts init. */
void kernel_boot(const u64 *table);

/* The current task made a system call. The status, if that is all that comes back and the task goes on at once; or
 * BLOCKED (port.h): whatever `current` is goes on with what is in its context. */
int kernel_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number);

/* The current task made an exception that is not a system call. */
void kernel_fault(u64 cause, u64 address);

/* The timer asked for with arch_timer_arm() is due. */
void kernel_timer(void);

/* A device interrupts. */
void kernel_interrupt(void);

/* Nobody can run: drains the console. Returns 1 if the machine may sleep until the next interrupt. */
int kernel_idle(void);

#endif
