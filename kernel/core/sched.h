/* Which task runs: fixed priorities, round robin among equals, run limits. */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "types.h"

void sched_reset(u64 now);

/* The current task stops running to wait, until `deadline` (ticks; NEURON_FOREVER: no limit). */
void sched_block(u64 wait, u64 deadline);

/* A waiting or new task may run again; `front`: before the others of its level. */
void sched_wake(u32 task, int front);

/* A waiting task runs at once, since nobody runs and no task that is ready is above it. */
void sched_hand_over(u32 task);

/* A waiting task may run again; at once, if it is above whoever runs. For the end of an entry: `current` changes. */
void sched_wake_now(u32 task);

/* Nothing but a status comes back to a task from its call, which is over. */
void sched_answer(u32 task, int status);

/* Ends the wait of a task with a status. */
void sched_finish(u32 task, int status);

/* Ends the wait of a task with a status, or with its pending bits (NOTIFIED), by a timer interrupt that
 * comes before anybody runs again. For many at once: their number does not make this entry long. */
void sched_finish_soon(u32 task, int status);

/* Takes a task off whatever it does: it neither runs nor waits afterwards. */
void sched_detach(u32 task);

/* The current task lets the others of its level run first. */
void sched_give_way(void);

/* Ends each kernel entry: chooses `current` and arms the timer. */
void sched_choose(void);

/* Whether sched_choose() would change nothing. */
int sched_is_settled(void);

/* A timer interrupt: ends the waits whose deadline passed, charges the current task and ends its turn
 * when the quantum is over. Returns the task if that used up its run limit, else NONE. */
u32 sched_tick(u64 now);

/* Nobody runs at `now`: no need for quanta until somebody does. */
void sched_idle(u64 now);

#endif
