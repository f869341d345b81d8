/* The mappings of device windows (guard.h). */
#ifndef CORE_DEVICE_MAP_H
#define CORE_DEVICE_MAP_H

#include "guard.h"
#include "irq.h"
#include "state.h"

/*@ predicate granted_ok{L}(integer w) = windows[w].owner != NONE &&
      (slots[windows[w].owner].rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ ==> windows[w].irq != 0;
    predicate windows_granted{L} = \forall integer w; 0 <= w < window_count ==> granted_ok{L}(w);
    predicate windows_inv{L} = lines_inv{L} && windows_granted{L}; */

/* All that does not depend on where pages of windows are mapped. */
/*@ predicate rest_kept{L1, L2} =
      (platform_inv{L1} ==> platform_inv{L2}) && (holders_inv{L1} ==> holders_inv{L2}) &&
      (guard_inv{L1} ==> guard_inv{L2}) && (queues_virtio{L1} ==> queues_virtio{L2}) &&
      (lines_inv{L1} ==> lines_inv{L2}) && (windows_granted{L1} ==> windows_granted{L2}); */

/* What a call leaves: slots and windows stay, but for one or two. */
/*@ predicate same_holder{L1, L2}(integer w) =
      \at(windows[w].owner, L2) == \at(windows[w].owner, L1) &&
      \at(windows[w].task, L2) == \at(windows[w].task, L1) &&
      \at(windows[w].class, L2) == \at(windows[w].class, L1);
    predicate place_of_window(integer w, integer k) =
      0 <= w < NEURON_WINDOWS_MAX && 0 <= k < NEURON_WINDOW_PAGES_MAX;
    predicate same_slot{L1, L2}(integer s) = \at(slots[s], L2) == \at(slots[s], L1);
    predicate nowhere{L}(integer w) =
      (\forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> windows[w].place[p] == 0) &&
      vqueues[2 * w].place == 0 && vqueues[2 * w + 1].place == 0; */

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
    assigns {windows[w].place[k] | integer w, k; place_of_window(w, k)},
      page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
        [page_in(current, va) % NEURON_PT_ENTRIES];
    ensures inv: guarded && windows_inv;
    ensures gone: \result == NEURON_OK ==>
      in_arena(current, va) && leaf_entry(current, page_in(current, va)) == 0;
    ensures refused: \result != NEURON_OK ==> same_tables{Pre, Post}; */
int device_unmap(u64 va);

/* Unmaps all pages of a window. */
/*@ requires tasks: tasks_inv && (\forall integer w; 0 <= w < window_count ==> windows[w].task < task_count);
    requires spaces: page_tables_inv;
    requires mapped: platform_inv && places_inv;
    requires window: window < window_count;
    assigns windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1],
      {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures spaces: page_tables_inv;
    ensures mapped: places_inv;
    ensures rest: rest_kept{Pre, Post};
    ensures gone: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> windows[window].place[p] == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task); */
void device_unmap_pages(u32 window);

/* Whether a page of the window, or a queue, is mapped. */
/*@ requires state: platform_inv && windows_mapped && window_count <= NEURON_WINDOWS_MAX;
    requires window: window < window_count;
    assigns \nothing;
    ensures nowhere: \result == 0 ==> nowhere(window); */
int device_is_mapped(u32 window);

/* The interrupt of a window that is about to be nobody's is shut. */
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX && window_ok(window);
    requires owner: windows[window].owner < NEURON_SLOTS_MAX;
    requires lines: lines_inv && windows_apart;
    assigns windows[window].claimed, line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures platform: platform_inv{Pre} ==> platform_inv;
    ensures holders: holders_inv{Pre} ==> holders_inv;
    ensures guard: guard_inv{Pre} ==> guard_inv;
    ensures virtio: queues_virtio{Pre} ==> queues_virtio;
    ensures granted: windows_granted{Pre} ==> windows_granted;
    ensures windows: windows_mapped{Pre} ==> windows_mapped;
    ensures queues: queues_mapped{Pre} ==> queues_mapped;
    ensures private: windows_private{Pre} ==> windows_private;
    ensures known: lines_known;
    ensures others: \forall integer w; 0 <= w < window_count && w != window ==> line_ok(w);
    ensures done: windows[window].claimed == 0;
    ensures shut: windows[window].irq != 0 ==>
      line_open[windows[window].irq] == 0 && line_claimed[windows[window].irq] == 0; */
void device_silence(u32 window);

/* Stops the device in a window. 0: it does not reset. */
/*@ requires state: guarded && windows_inv;
    requires window: window < window_count;
    assigns windows[window].live, windows[window].feature_word,
      vqueues[2 * window].size, vqueues[2 * window].place,
      vqueues[2 * window + 1].size, vqueues[2 * window + 1].place,
      {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures inv: guarded && windows_inv;
    ensures result: \result == 0 || \result == 1;
    ensures stopped: \result == 1 ==> vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task);
    ensures unseen: windows[window].owner == NONE ==> same_tables{Pre, Post}; */
int device_stop(u32 window);

#endif
