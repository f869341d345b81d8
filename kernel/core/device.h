/*
 * Device windows: made into capabilities by init alone, moved to the one slot that the table declares for
 * them, taken back with their mappings and their interrupt after the device has stopped. A window belongs to
 * nobody or to one slot.
 *
 * All system calls act for the current task and return an enum neuron_status.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include "device_map.h"

/* What the table allows in a slot: a window of this class, within bounds, and no right beyond its own. */
/*@ predicate within_ceiling{L}(integer w, integer class, u64 rights, integer s) =
      ceilings[s].kind == NEURON_CAP_MMIO && ceilings[s].class == class &&
      ceilings[s].base <= windows[w].base &&
      windows[w].base + windows[w].pages * NEURON_PAGE <= ceilings[s].base + ceilings[s].bytes &&
      (rights & ceilings[s].rights) == rights; */

/* A slot that gets a device, or loses one, was no port and is none. */
/*@ predicate no_port{L}(integer s) =
      slots[s].kind != NEURON_CAP_PORT && slots[s].callee == 0 && slots[s].may_set == 0 &&
      slots[s].generation == NEVER;
    predicate ports_left{L1, L2} = \forall integer s; 0 <= s < NEURON_SLOTS_MAX ==>
      same_slot{L1, L2}(s) || (\at(slots[s].kind, L1) != NEURON_CAP_PORT && no_port{L2}(s)); */

/* FACTORY: makes a capability for the window that begins at `base` in the caller's empty slot. The class
 * is what the device itself reports, and must be the one that is asked for. If the table declares the
 * slot, its ceiling holds. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],
      {page_tables[p][i] | integer p, i; cell(p, i)},
      slots[tasks[current].first_slot + destination],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures factory: \result == NEURON_OK ==> slot < tasks[current].slots &&
      \old(slots[tasks[current].first_slot + slot].kind) == NEURON_CAP_FACTORY;
    ensures made: \result == NEURON_OK ==> destination < tasks[current].slots &&
      \let target = tasks[current].first_slot + destination;
      \old(slots[tasks[current].first_slot + destination].kind) == NEURON_CAP_NONE &&
      slots[target].kind == NEURON_CAP_MMIO && slots[target].rights == rights &&
      windows[slots[target].object].base == base && windows[slots[target].object].class == class &&
      windows[slots[target].object].owner == target && no_port(target) &&
      \old(windows[\at(slots[target].object, Post)].owner) == NONE;
    ensures declared: \result == NEURON_OK ==>
      \let target = tasks[current].first_slot + destination;
      ceilings[target].kind != NEURON_CAP_NONE ==>
        within_ceiling(slots[target].object, class, rights, target);
    ensures unseen: same_tables{Pre, Post};
    ensures refused: \result != NEURON_OK ==>
      (\forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s)) &&
      (\forall integer w; 0 <= w < window_count ==> same_holder{Pre, Post}(w)); */
int device_cap_create(u64 slot, u64 base, u64 class, u64 rights, u64 destination);

/* TASK: moves the device capability in the caller's slot `from` to another task, within the ceiling of
 * the destination. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[slot_window(from)].owner, windows[slot_window(from)].task,
      windows[slot_window(from)].claimed,
      slots[tasks[current].first_slot + from], slots[tasks[task].first_slot + destination],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures task: \result == NEURON_OK ==> slot < tasks[current].slots && task != current &&
      \old(slots[tasks[current].first_slot + slot].kind) == NEURON_CAP_TASK;
    ensures moved: \result == NEURON_OK ==> from < tasks[current].slots &&
      task < task_count && destination < tasks[task].slots &&
      \let source = tasks[current].first_slot + from;
      \let target = tasks[task].first_slot + destination;
      \old(slots[tasks[current].first_slot + from].kind) == NEURON_CAP_MMIO &&
      \old(slots[tasks[task].first_slot + destination].kind) == NEURON_CAP_NONE &&
      slots[source].kind == NEURON_CAP_NONE && slots[target].kind == NEURON_CAP_MMIO &&
      slots[target].object == \old(slots[tasks[current].first_slot + from].object) &&
      slots[target].rights == \old(slots[tasks[current].first_slot + from].rights) &&
      no_port(source) && no_port(target);
    ensures declared: \result == NEURON_OK ==>
      \let target = tasks[task].first_slot + destination;
      within_ceiling(slots[target].object, windows[slots[target].object].class,
                     slots[target].rights, target);
    ensures refused: \result != NEURON_OK ==>
      (\forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s)) &&
      (\forall integer w; 0 <= w < window_count ==> same_holder{Pre, Post}(w)); */
int device_cap_transfer(u64 slot, u64 from, u64 task, u64 destination);

/* TASK: takes a device capability away from a task. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],
      {page_tables[p][i] | integer p, i; cell(p, i)},
      slots[tasks[task].first_slot + target],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures task: \result == NEURON_OK ==> slot < tasks[current].slots && task < task_count &&
      \old(slots[tasks[current].first_slot + slot].kind) == NEURON_CAP_TASK;
    ensures taken: \result == NEURON_OK ==> target < tasks[task].slots &&
      \old(slots[tasks[task].first_slot + target].kind) == NEURON_CAP_MMIO &&
      no_port(tasks[task].first_slot + target) &&
      slots[tasks[task].first_slot + target].kind == NEURON_CAP_NONE &&
      \let w = \old(slots[tasks[task].first_slot + target].object);
      windows[w].owner == NONE && nowhere(w) && only_unmapped{Pre, Post}(task);
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post} &&
      (\forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s)) &&
      (\forall integer w; 0 <= w < window_count ==> same_holder{Pre, Post}(w)); */
int device_cap_revoke(u64 slot, u64 task, u64 target);

/* Gives up one's own device capability. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],
      {page_tables[p][i] | integer p, i; cell(p, i)},
      slots[tasks[current].first_slot + slot],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures given_up: \result == NEURON_OK ==> slot < tasks[current].slots &&
      \old(slots[tasks[current].first_slot + slot].kind) == NEURON_CAP_MMIO &&
      no_port(tasks[current].first_slot + slot) &&
      slots[tasks[current].first_slot + slot].kind == NEURON_CAP_NONE &&
      \let w = \old(slots[tasks[current].first_slot + slot].object);
      windows[w].owner == NONE && nowhere(w) && only_unmapped{Pre, Post}(current);
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post} &&
      (\forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s)) &&
      (\forall integer w; 0 <= w < window_count ==> same_holder{Pre, Post}(w)); */
int device_cap_drop(u64 slot);

/* Nothing is in a slot, and nobody is called through it. */
/*@ predicate emptied{L}(integer s) = slots[s].kind == NEURON_CAP_NONE && no_port{L}(s); */

/* A task died: all its windows are free again. */
/*@ requires state: guarded && windows_inv && task < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],
      {page_tables[p][i] | integer p, i; cell(p, i)}, slots[..],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures none: \forall integer w; 0 <= w < window_count && windows[w].task == task ==>
      windows[w].owner == NONE;
    ensures others: \forall integer s; 0 <= s < NEURON_SLOTS_MAX &&
      (!slot_of(task, s) || \old(slots[s].kind) != NEURON_CAP_MMIO) ==> same_slot{Pre, Post}(s);
    ensures slots: \forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s) || emptied(s);
    ensures only: only_unmapped{Pre, Post}(task); */
void device_release_all(u32 task);

#endif
