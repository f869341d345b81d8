/* Enters the kernel as the current task would, and checks after every entry what holds for all: the
 * invariant, the register convention, and that a refusal changes nothing. */
#ifndef TEST_DRIVE_H
#define TEST_DRIVE_H

#include "cmocka_all.h"
#include "machine.h"
#include "state.h"
#include "world.h"

/* The current task makes this call with inputs a0..a6. Returns a0 as it is afterwards, which means
 * something only if the call did not block. */
int64_t drive_call(u64 number, const u64 inputs[7]);
#define SYS(name, ...) drive_call(NEURON_SYS_##name, (const u64[7]){__VA_ARGS__})

/* The current task faults. */
void drive_fault(u64 cause, u64 address);

/* The interrupt controller interrupts. */
void drive_interrupt(void);

/* Time passes; timer interrupts come when they are due. */
void drive_time(u64 now);

/* The current task must be this one. */
void drive_current(u32 task);

/* Nobody runs: one round of idling. */
void drive_idle(void);

/* The result registers of a task that is not in the middle of a call. */
int64_t drive_status(u32 task);
u64 drive_reg(u32 task, u32 output); /* 0: the first output, a1 */

/* Init (the current task) resets a task completely and starts it. */
void drive_start(u32 task);

/* Boots the world: init runs. */
void drive_boot(void);

/* Boots the world and lets init start all others in the order of their indices, then sleep. */
void drive_up(void);

/* Init, which is current, sleeps; time passes until it wakes up and is current again. */
void drive_init_sleeps(void);
void drive_init_wakes(void);

/* How often a call came back with this status, in the whole run. */
u64 drive_answers(int64_t status);

/* How often this call came back with OK or NOTIFIED. */
u64 drive_successes(u64 number);

/* How often a fast path did this call. Each time the other path did the same. */
u64 drive_fast(u64 number);

/* The message page bytes of a task. */
u8 *drive_in(u32 task);
u8 *drive_out(u32 task);

#endif
