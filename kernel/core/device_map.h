/*
 * The mappings of device windows. A page of a window is mapped where its owner put it, in its arena, and never beyond
 * its rights; so is the page of a queue. Two places never have the same address, since their entries lead to
 * different pages.
 */
#ifndef CORE_DEVICE_MAP_H
#define CORE_DEVICE_MAP_H

#include "guard.h"
#include "irq.h"
#include "state.h"

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
    predicate granted_ok{L}(integer w) = windows[w].owner != NONE &&
      (slots[windows[w].owner].rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ ==> windows[w].irq != 0;
    predicate windows_granted{L} = \forall integer w; 0 <= w < window_count ==> granted_ok{L}(w);
    predicate windows_inv{L} = platform_inv{L} && lines_inv{L} && windows_granted{L} &&
      windows_mapped{L} && queues_mapped{L}; */

/* When queues are unmapped, all entries that a place leads to stay, but for theirs. */
/*@ predicate was_queue{L1, L2}(integer q, integer p, integer i) = \at(vqueues[q].place, L2) == 0 &&
      \at(page_tables[p][i], L1) / 1024 == \at(pages_phys[QUEUE_PAGES], L1) / NEURON_PAGE + q;
    predicate devices_kept{L1, L2} = \forall integer v, place;
      0 <= v < \at(window_count, L1) && in_arena{L1}(\at(windows[v].task, L1), place) &&
      place_entry{L1}(v, place) / 1024 < NEURON_RAM_BASE / NEURON_PAGE ==>
        place_entry{L2}(v, place) == place_entry{L1}(v, place);
    predicate queues_kept{L1, L2} = \forall integer v, q;
      0 <= v < \at(window_count, L1) && 2 * v <= q <= 2 * v + 1 && \at(vqueues[q].place, L2) != 0 ==>
        place_entry{L2}(v, \at(vqueues[q].place, L1)) == place_entry{L1}(v, \at(vqueues[q].place, L1)); */

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

/* Stops the device in a window. 0: it does not reset. */
/*@ requires state: guarded && windows_inv;
    requires window: window < window_count;
    assigns windows[window].live, windows[window].feature_word,
      vqueues[2 * window].size, vqueues[2 * window].place,
      vqueues[2 * window + 1].size, vqueues[2 * window + 1].place,
      page_tables[row_of(window, 2 * window)][column_of(window, 2 * window)],
      page_tables[row_of(window, 2 * window + 1)][column_of(window, 2 * window + 1)];
    ensures inv: guarded && windows_inv;
    ensures result: \result == 0 || \result == 1;
    ensures stopped: \result == 1 ==> vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task);
    ensures unseen: windows[window].owner == NONE ==> same_tables{Pre, Post}; */
int device_stop(u32 window);
/* Takes the queues of a window from the address space of its owner. */
/*@ requires state: guarded && windows_inv;
    requires window: window < window_count;
    assigns vqueues[2 * window].place, vqueues[2 * window + 1].place,
      page_tables[row_of(window, 2 * window)][column_of(window, 2 * window)],
      page_tables[row_of(window, 2 * window + 1)][column_of(window, 2 * window + 1)];
    ensures spaces: page_tables_inv;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures guard: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    ensures unheld: unheld_ok(window);
    ensures gone: vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task); */
void device_unmap_queues(u32 window);
/* Unmaps all pages of a window. */
/*@ requires state: tasks_inv && page_tables_inv && platform_inv;
    requires mapped: windows_mapped && queues_mapped;
    requires tasks: \forall integer w; 0 <= w < window_count ==> windows[w].task < task_count;
    requires window: window < window_count;
    assigns windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1], page_tables[..][..];
    ensures spaces: page_tables_inv;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures vqueues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q);
    ensures gone: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> windows[window].place[p] == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task); */
void device_unmap_pages(u32 window);

#endif
