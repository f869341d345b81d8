/*
 * Device windows: made into capabilities by init alone, moved to the one slot that the table declares for
 * them, taken back with their mappings and their interrupt after the device has stopped. A window belongs to
 * nobody or to one slot.
 *
 * All system calls act for the current task and return an enum neuron_status.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include "types.h"

/* FACTORY: makes a capability for the window that begins at `base` in the caller's empty slot. The class
 * is what the device itself reports, and must be the one that is asked for. If the table declares the
 * slot, its ceiling holds. */
int device_cap_create(u64 slot, u64 base, u64 class, u64 rights, u64 destination);

/* TASK: moves the device capability in the caller's slot `from` to another task, within the ceiling of
 * the destination. */
int device_cap_transfer(u64 slot, u64 from, u64 task, u64 destination);

/* TASK: takes a device capability away from a task. */
int device_cap_revoke(u64 slot, u64 task, u64 target);

/* Gives up one's own device capability. */
int device_cap_drop(u64 slot);

/* Maps one page of a device window; `va` lies in the caller's arena. */
int device_map(u64 slot, u64 va, u64 offset, u64 prot);
int device_unmap(u64 va);

/* A task died: all its windows are free again. */
void device_release_all(u32 task);

#endif
