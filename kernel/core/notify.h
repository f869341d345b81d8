/* Notifications: 64 bits per task that are set at once and never block the one who sets them. */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include "types.h"

/* Sets bits of a task and wakes it if it waits for one of them: now, or soon (sched_finish_soon()). */
void notify_set(u32 task, u64 bits);
void notify_set_soon(u32 task, u64 bits);

/* The same as the last thing that an entry into the kernel does: a task that is woken may run at once. */
void notify_set_last(u32 task, u64 bits);

/* The task gets the pending bits that it waits for, if there are any. */
void notify_deliver(u32 task);

/* The task, which waits for nothing, gets `bits` of its pending ones in its registers. */
void notify_take(u32 task, u64 bits);

/* Tells init that a task became ready; or, as the last thing that an entry does, that one faulted or exited. */
void notify_ready(void);
void notify_death(void);

/* The system calls of the current task; a status or BLOCKED (port.h). */
int notify_send(u64 slot, u64 bits);
int notify_wait(u64 mask, u64 deadline);

#endif
