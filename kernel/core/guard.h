/*
 * Guarded devices: their owners can read their windows and their queues and write neither. What a device
 * is told goes through here, so it never learns an address outside the DMA regions of its owner.
 *
 * The descriptors and the available ring of a queue are written by the kernel alone, and a descriptor is not
 * written again before the used ring gave it back, so nothing changes behind the device's back.
 *
 * All system calls act for the current task and return an enum neuron_status.
 */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "types.h"

/* The class that the device in a window has; 0 if there is none. */
u64 guard_class(u32 window);

/* Stops the device in a window: from now on it reaches no memory, and has no queues. 0: it does not reset,
 * and keeps what it has. For a device that reaches no memory: 1, and the RTC forgets its alarm. */
int guard_reset(u32 window);

/* Takes the queues of a window from the address space of its owner. */
void guard_unmap_queues(u32 window);

/* Whether a queue of the window is mapped. */
int guard_is_mapped(u32 window);

/* Writes a register that the owner may write, with a value that it may have. */
int guard_write(u64 slot, u64 reg, u64 value);

/* Sets a queue up with `size` descriptors, empty, and maps its page at `va` of the arena, to read. */
int guard_queue(u64 slot, u64 queue, u64 size, u64 va);

/* Posts the chain of `count` descriptors from `head` on that the OUT page describes (neuron/queue.h), and
 * tells the device if `kick` is not 0. */
int guard_post(u64 slot, u64 queue, u64 head, u64 count, u64 kick);

#endif
