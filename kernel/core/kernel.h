/*
 * The entries into the kernel. After each of them `current` says which task to resume; NONE: idle, that
 * is, call kernel_idle() until it is not. Interrupts are off in the kernel.
 */
#ifndef CORE_KERNEL_H
#define CORE_KERNEL_H

#include "types.h"

/* Builds the state from a table that table_validate() accepted, and starts init. */
void kernel_boot(const u64 *table);

/* The current task made a system call; its registers are in its context, the pc behind the call. */
void kernel_syscall(void);

/* The current task made an exception that is not a system call. */
void kernel_fault(u64 cause, u64 address);

/* The timer asked for with arch_timer_arm() is due. */
void kernel_timer(void);

/* A device interrupts. */
void kernel_interrupt(void);

/* Nobody can run: drains the console. Returns 1 if the machine may sleep until the next interrupt. */
int kernel_idle(void);

#endif
