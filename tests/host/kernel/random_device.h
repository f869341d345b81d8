/* What of random worlds and calls is about devices. */
#ifndef TEST_RANDOM_DEVICE_H
#define TEST_RANDOM_DEVICE_H

#include "types.h"

/* Adds windows, and slots for some of them; init has room for what it makes. */
void random_devices(u32 count);

/* What the machine of this world has in its windows. */
void random_machine(void);

/* A device uses what it was given, or lies about it; it raises its line or lowers it; it does not reset any
 * more, or again. Whether the interrupt controller interrupts now. */
int random_device_acts(void);

/* Whether the current task has something to do with devices: init, and who holds one. */
int random_holds_device(void);

/* A call for the current task: to use its device, mostly; init makes devices and hands them out. */
u64 random_device_call(void);

/* Inputs for this call, which is about devices. */
void random_device_inputs(u64 number, u64 *in);

#endif
