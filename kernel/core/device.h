/*
 * Device windows: made into capabilities by init alone, moved to the one slot that the table declares for
 * them, taken back with their mappings and their interrupt after the device has stopped. A window belongs to
 * nobody or to one slot.
 *
 * All system calls act for the current task and return an enum neuron_status.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include "guard.h"
#include "irq.h"
#include "state.h"

/* What the table allows in a slot: a window of this class, within bounds, and no right beyond its own. */
/*@ predicate within_ceiling{L}(integer w, integer class, u64 rights, integer s) =
      ceilings[s].kind == NEURON_CAP_MMIO && ceilings[s].class == class &&
      ceilings[s].base <= windows[w].base &&
      windows[w].base + windows[w].pages * NEURON_PAGE <= ceilings[s].base + ceilings[s].bytes &&
      (rights & ceilings[s].rights) == rights; */

/* A page of a window is mapped where its owner put it, in its arena, and never beyond its rights; so is the page
 * of a queue. Two places never have the same address, since their entries lead to different pages. */
/*@ logic integer place_entry{L}(integer w, integer place) =
      leaf_entry{L}(windows[w].task, page_in(windows[w].task, place));

    predicate device_entry{L}(integer w, integer p, integer entry) =
      entry / 1024 == windows[w].base / NEURON_PAGE + p &&
      (entry % 1024 == 209 + 2 * NEURON_PROT_R ||
       (entry % 1024 == 209 + 2 * NEURON_PROT_RW &&
        (slots[windows[w].owner].rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE));

    predicate mapped_ok{L}(integer w, integer p) =
      windows[w].place[p] == 0 ||
      (p < windows[w].pages && windows[w].owner != NONE &&
       in_arena{L}(windows[w].task, windows[w].place[p]) &&
       device_entry{L}(w, p, place_entry{L}(w, windows[w].place[p])));

    predicate queue_mapped_ok{L}(integer w, integer q) =
      (is_virtio{L}(w) || vqueues[q].size == 0) &&
      (vqueues[q].place == 0 ||
       (place_entry{L}(w, vqueues[q].place) / 1024 == pages_phys[QUEUE_PAGES] / NEURON_PAGE + q &&
        place_entry{L}(w, vqueues[q].place) % 1024 == 209 + 2 * NEURON_PROT_R));

    predicate windows_mapped{L} =
      \forall integer w, p; 0 <= w < window_count && 0 <= p < NEURON_WINDOW_PAGES_MAX ==>
        mapped_ok{L}(w, p);
    predicate queues_mapped{L} =
      NEURON_KERNEL_BASE <= pages_phys[QUEUE_PAGES] &&
      (\forall integer w, q; 0 <= w < window_count && 2 * w <= q <= 2 * w + 1 ==>
        queue_mapped_ok{L}(w, q));
    predicate windows_inv{L} =
      platform_inv{L} && lines_inv{L} && windows_mapped{L} && queues_mapped{L}; */

/* The queues of a window that is about to be nobody's. */
/*@ predicate unheld_ok{L}(integer w) =
      windows[w].base % NEURON_PAGE == 0 && windows[w].feature_word < VIRTIO_FEATURE_WORDS &&
      vqueue_ok{L}(windows[w].task, NONE, 2 * w) &&
      vqueue_ok{L}(windows[w].task, NONE, 2 * w + 1); */

/* What a call leaves: mappings go, and only those of task `t`; slots stay, but for one or two. */
/*@ predicate only_unmapped{L1, L2}(integer t) =
      \forall integer p, i; 0 <= p < NEURON_PT_PAGES_MAX && 0 <= i < NEURON_PT_ENTRIES ==>
        \at(page_tables[p][i], L2) == \at(page_tables[p][i], L1) ||
        (\at(page_tables[p][i], L2) == 0 &&
         \at(tasks[t].first_leaf, L1) <= p < \at(tasks[t].first_leaf + tasks[t].leaf_tables, L1));
    predicate same_tables{L1, L2} =
      \forall integer p, i; 0 <= p < NEURON_PT_PAGES_MAX && 0 <= i < NEURON_PT_ENTRIES ==>
        \at(page_tables[p][i], L2) == \at(page_tables[p][i], L1);
    predicate same_holder{L1, L2}(integer w) =
      \at(windows[w].owner, L2) == \at(windows[w].owner, L1) &&
      \at(windows[w].task, L2) == \at(windows[w].task, L1) &&
      \at(windows[w].class, L2) == \at(windows[w].class, L1);
    predicate same_slot{L1, L2}(integer s) = \at(slots[s], L2) == \at(slots[s], L1);
    predicate nowhere{L}(integer w) =
      (\forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> windows[w].place[p] == 0) &&
      vqueues[2 * w].place == 0 && vqueues[2 * w + 1].place == 0; */

/* FACTORY: makes a capability for the window that begins at `base` in the caller's empty slot. The class
 * is what the device itself reports, and must be the one that is asked for. If the table declares the
 * slot, its ceiling holds. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..], page_tables[..][..],
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
      windows[slots[target].object].owner == target &&
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
      slots[target].rights == \old(slots[tasks[current].first_slot + from].rights);
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
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..], page_tables[..][..],
      slots[tasks[task].first_slot + target],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures task: \result == NEURON_OK ==> slot < tasks[current].slots && task < task_count &&
      \old(slots[tasks[current].first_slot + slot].kind) == NEURON_CAP_TASK;
    ensures taken: \result == NEURON_OK ==> target < tasks[task].slots &&
      slots[tasks[task].first_slot + target].kind == NEURON_CAP_NONE &&
      \let w = \old(slots[tasks[task].first_slot + target].object);
      windows[w].owner == NONE && nowhere(w) && only_unmapped{Pre, Post}(task);
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post} &&
      (\forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s)) &&
      (\forall integer w; 0 <= w < window_count ==> same_holder{Pre, Post}(w)); */
int device_cap_revoke(u64 slot, u64 task, u64 target);

/* Gives up one's own device capability. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..], page_tables[..][..],
      slots[tasks[current].first_slot + slot],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures given_up: \result == NEURON_OK ==> slot < tasks[current].slots &&
      slots[tasks[current].first_slot + slot].kind == NEURON_CAP_NONE &&
      \let w = \old(slots[tasks[current].first_slot + slot].object);
      windows[w].owner == NONE && nowhere(w) && only_unmapped{Pre, Post}(current);
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post} &&
      (\forall integer s; 0 <= s < NEURON_SLOTS_MAX ==> same_slot{Pre, Post}(s)) &&
      (\forall integer w; 0 <= w < window_count ==> same_holder{Pre, Post}(w)); */
int device_cap_drop(u64 slot);

/* Maps one page of a device window; `va` lies in the caller's arena. */
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[slot_window(slot)].place[offset / NEURON_PAGE],
      page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
        [page_in(current, va) % NEURON_PT_ENTRIES];
    ensures inv: guarded && windows_inv;
    ensures mapped: \result == NEURON_OK ==> slot < tasks[current].slots && in_arena(current, va) &&
      \let w = slot_window(slot);
      slots[tasks[current].first_slot + slot].kind == NEURON_CAP_MMIO &&
      offset < windows[w].pages * NEURON_PAGE && (prot == NEURON_PROT_R || prot == NEURON_PROT_RW) &&
      leaf_entry(current, page_in(current, va)) == page_entry(windows[w].base + offset, prot);
    ensures rights: \result == NEURON_OK ==>
      \let rights = slots[tasks[current].first_slot + slot].rights;
      (rights & NEURON_RIGHT_MAP) == NEURON_RIGHT_MAP &&
      (rights & NEURON_RIGHT_READ) == NEURON_RIGHT_READ &&
      (prot == NEURON_PROT_RW ==> (rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE);
    ensures free: \result == NEURON_OK ==> leaf_entry{Pre}(current, page_in(current, va)) == 0;
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post}; */
int device_map(u64 slot, u64 va, u64 offset, u64 prot);
/*@ requires state: guarded && windows_inv && current < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1].place[0 .. NEURON_WINDOW_PAGES_MAX - 1],
      page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
        [page_in(current, va) % NEURON_PT_ENTRIES];
    ensures inv: guarded && windows_inv;
    ensures gone: \result == NEURON_OK ==>
      in_arena(current, va) && leaf_entry(current, page_in(current, va)) == 0;
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post}; */
int device_unmap(u64 va);

/* A task died: all its windows are free again. */
/*@ requires state: guarded && windows_inv && task < task_count;
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..], page_tables[..][..], slots[..],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures inv: guarded && windows_inv;
    ensures none: \forall integer w; 0 <= w < window_count && windows[w].task == task ==>
      windows[w].owner == NONE;
    ensures others: \forall integer s; 0 <= s < NEURON_SLOTS_MAX && !slot_of(task, s) ==>
      same_slot{Pre, Post}(s);
    ensures only: only_unmapped{Pre, Post}(task); */
void device_release_all(u32 task);

#endif
