/* The trace that the lock-step tells on stdout, in 64-bit words. */
#ifndef LOCKSTEP_TELL_H
#define LOCKSTEP_TELL_H

#include "lockstep.h"

/* What a word of the trace begins. */
enum record {
    R_END = 0,
    R_WORLD = 1,
    R_CALL = 2,
    R_FAULT = 3,
    R_EXPIRE = 4,
    R_INTERRUPT = 5,
    R_STORE = 6,
    R_DRAIN = 7,
    R_DEVICE = 8,
    R_COMPARE = 9,
    R_FULL = 10,
    R_WORLD_END = 11
};

void tell(u64 word);

int is_virtio(u32 w);
struct fake_device *device_of(u32 w);

/* What a device is, with one entry of a used ring; NEURON_WINDOW_QUEUES: with none, and only if it is another. */
void tell_device(u32 w, u64 queue, u64 position);

/* The oracle may no longer know what devices are. */
void forget_devices(void);

/* Before an entry: what devices are now. */
void tell_outside(void);

/* Before a call: whose result is to be counted. */
void pending_call(u32 task, u64 number);

/* After an entry: what the UART took, and what of the state is another. */
void tell_state(void);

/* Whether a task waits for anything. */
int waits(u32 t);

/* All page tables, and which pages of memory hold what a reset puts there. */
void tell_spaces(void);

/* The table of a world that was just booted, and its state. */
void tell_world(void);

#endif
