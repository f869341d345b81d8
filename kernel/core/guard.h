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

#include "vspace.h"

#include <neuron/registers.h>

/* Each window is held by the slot that names it, or by none. */
/*@ predicate holder_ok{L}(integer w) =
      windows[w].task < task_count &&
      (windows[w].owner == NONE ||
       (slot_of{L}(windows[w].task, windows[w].owner) &&
        slots[windows[w].owner].kind == NEURON_CAP_MMIO && slots[windows[w].owner].object == w));

    predicate holders_inv{L} =
      (\forall integer w; 0 <= w < window_count ==> holder_ok{L}(w)) &&
      (\forall integer s; 0 <= s < slots_end{L} && slots[s].kind == NEURON_CAP_MMIO ==>
        slots[s].object < window_count && windows[slots[s].object].owner == s); */

/* What the device of task `t` may reach: [address, address + bytes) of a DMA region, in this way. */
/*@ predicate dma_covers{L}(integer s, integer address, integer bytes, integer writes) =
      slots[s].kind == NEURON_CAP_DMA &&
      (writes == 1
        ? (slots[s].rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE
        : (slots[s].rights & NEURON_RIGHT_READ) == NEURON_RIGHT_READ) &&
      memories[slots[s].object].phys <= address &&
      address + bytes <= memories[slots[s].object].phys +
        memories[slots[s].object].pages * NEURON_PAGE;

    predicate reach_ok{L}(integer t, integer address, integer bytes, integer writes) =
      bytes == 0 || \exists integer s; slot_of{L}(t, s) && dma_covers{L}(s, address, bytes, writes); */

/* A queue that is set up: each descriptor reaches what it may, and leads to the next one or to none, so
 * that each chain ends; each chain that is posted is a run of busy ones, and ends where it should. */
/*@ predicate descriptor_ok{L}(integer t, integer size, integer q, integer d) =
      queue_pages[q].descriptors[d].flags <= VIRTQ_DESC_F_NEXT + VIRTQ_DESC_F_WRITE &&
      (queue_pages[q].descriptors[d].flags % 2 == VIRTQ_DESC_F_NEXT ==>
        queue_pages[q].descriptors[d].next == d + 1 && d + 1 < size) &&
      reach_ok{L}(t, queue_pages[q].descriptors[d].address, queue_pages[q].descriptors[d].bytes,
                  queue_pages[q].descriptors[d].flags / VIRTQ_DESC_F_WRITE);

    predicate descriptors_ok{L}(integer t, integer size, integer q) =
      \forall integer d; 0 <= d < NEURON_QUEUE_SIZE_MAX ==> descriptor_ok{L}(t, size, q, d);

    predicate chains_ok{L}(integer q) =
      (\forall integer h; 0 <= h < NEURON_QUEUE_SIZE_MAX ==>
        vqueues[q].chain[h] == 0 || h + vqueues[q].chain[h] <= vqueues[q].size) &&
      (\forall integer h, d; 0 <= h < NEURON_QUEUE_SIZE_MAX && h <= d < h + vqueues[q].chain[h] ==>
        vqueues[q].busy[d] == 1 &&
        (queue_pages[q].descriptors[d].flags % 2 == VIRTQ_DESC_F_NEXT <==>
         d + 1 < h + vqueues[q].chain[h])) &&
      (\forall integer h, g; 0 <= h < g < NEURON_QUEUE_SIZE_MAX && g < h + vqueues[q].chain[h] ==>
        vqueues[q].chain[g] == 0);

    predicate ring_ok{L}(integer q) =
      queue_pages[q].available.index == vqueues[q].available && vqueues[q].used < 65536 &&
      \forall integer i; 0 <= i < NEURON_QUEUE_SIZE_MAX ==>
        queue_pages[q].available.ring[i] < vqueues[q].size; */

/* The page of a queue is mapped while its window is held, and only then. */
/*@ predicate place_ok{L}(integer t, integer owner, integer size, integer place) =
      (place == 0 || (size != 0 && owner != NONE && in_arena{L}(t, place))) &&
      (size != 0 && owner != NONE ==> place != 0);

    predicate vqueue_ok{L}(integer t, integer owner, integer q) =
      vqueues[q].size <= NEURON_QUEUE_SIZE_MAX &&
      place_ok{L}(t, owner, vqueues[q].size, vqueues[q].place) &&
      (vqueues[q].size != 0 ==>
        descriptors_ok{L}(t, vqueues[q].size, q) && chains_ok{L}(q) && ring_ok{L}(q));

    predicate guarded_ok{L}(integer w) =
      windows[w].base % NEURON_PAGE == 0 && windows[w].feature_word < VIRTIO_FEATURE_WORDS &&
      vqueue_ok{L}(windows[w].task, windows[w].owner, 2 * w) &&
      vqueue_ok{L}(windows[w].task, windows[w].owner, 2 * w + 1);

    predicate guard_inv{L} =
      \forall integer w; 0 <= w < window_count ==> guarded_ok{L}(w); */

/* Where the leaf entry of a queue's page is; the window that a slot of the current task names. */
/*@ logic integer row_of{L}(integer w, integer q) = tasks[windows[w].task].first_leaf +
      page_in(windows[w].task, vqueues[q].place) / NEURON_PT_ENTRIES;
    logic integer column_of{L}(integer w, integer q) =
      page_in(windows[w].task, vqueues[q].place) % NEURON_PT_ENTRIES;
    logic integer slot_window{L}(integer slot) = slots[tasks[current].first_slot + slot].object; */

/* What becomes of the mappings when queues of a window go: the entries of their pages are empty then, and no other
 * entry changes; a queue that stays has its place. */
/*@ predicate lost{L1, L2}(integer w, integer q, integer row, integer column) =
      \at(vqueues[q].place, L1) != 0 && \at(vqueues[q].place, L2) == 0 &&
      row == row_of{L1}(w, q) && column == column_of{L1}(w, q);
    predicate unmapped{L1, L2}(integer w) =
      \forall integer p, i; 0 <= p < NEURON_PT_PAGES_MAX && 0 <= i < NEURON_PT_ENTRIES ==>
        \at(page_tables[p][i], L2) == \at(page_tables[p][i], L1) ||
        (\at(page_tables[p][i], L2) == 0 &&
         (lost{L1, L2}(w, 2 * w, p, i) || lost{L1, L2}(w, 2 * w + 1, p, i)));
    predicate places_kept{L1, L2}(integer w) =
      \forall integer q; 2 * w <= q <= 2 * w + 1 ==> \at(vqueues[q].place, L2) == 0 ||
        \at(vqueues[q].place, L2) == \at(vqueues[q].place, L1); */

/* What all of these need of the state, and leave. */
/*@ predicate guarded{L} =
      tasks_inv{L} && slots_inv{L} && memories_inv{L} && holders_inv{L} && page_tables_inv{L} &&
      guard_inv{L};
    predicate is_virtio{L}(integer w) = windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO; */

/* The class that the device in a window has; 0 if there is none, or one of before virtio 1.0. */
/*@ requires state: guarded;
    requires window: window < window_count;
    assigns \nothing; */
u64 guard_class(u32 window);

/* Stops the device in a window: from now on it reaches no memory, and has no queues. 0: it does not reset,
 * and keeps what it has. For a device that reaches no memory: 1, and the RTC forgets its alarm. */
/*@ requires state: guarded;
    requires window: window < window_count;
    assigns windows[window].live, windows[window].feature_word,
      vqueues[2 * window].size, vqueues[2 * window].place,
      vqueues[2 * window + 1].size, vqueues[2 * window + 1].place,
      page_tables[row_of(window, 2 * window)][column_of(window, 2 * window)],
      page_tables[row_of(window, 2 * window + 1)][column_of(window, 2 * window + 1)];
    ensures holders: holders_inv;
    ensures spaces: page_tables_inv;
    ensures guard: guard_inv;
    ensures result: \result == 0 || \result == 1;
    ensures stopped: \result == 1 && is_virtio(window) ==>
      vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    ensures plain: !is_virtio(window) ==> vqueues[2 * window].size == \old(vqueues[2 * window].size) &&
      vqueues[2 * window + 1].size == \old(vqueues[2 * window + 1].size);
    ensures unmapped: unmapped{Pre, Post}(window);
    ensures places: places_kept{Pre, Post}(window); */
int guard_reset(u32 window);

/* Takes the queues of a window, which is about to lose its owner, from the address space of that. */
/*@ requires tasks: tasks_inv && windows[window].task < task_count;
    requires spaces: page_tables_inv;
    requires window: window < window_count;
    requires place_0: vqueues[2 * window].place == 0 ||
      in_arena(windows[window].task, vqueues[2 * window].place);
    requires place_1: vqueues[2 * window + 1].place == 0 ||
      in_arena(windows[window].task, vqueues[2 * window + 1].place);
    assigns vqueues[2 * window].place, vqueues[2 * window + 1].place,
      page_tables[row_of(window, 2 * window)][column_of(window, 2 * window)],
      page_tables[row_of(window, 2 * window + 1)][column_of(window, 2 * window + 1)];
    ensures spaces: page_tables_inv;
    ensures others: \forall integer w; 0 <= w < window_count && w != window ==>
      guarded_ok{Pre}(w) ==> guarded_ok(w);
    ensures gone: vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0;
    ensures unmapped: unmapped{Pre, Post}(window); */
void guard_unmap_queues(u32 window);

/* Whether a queue of the window is mapped. */
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX;
    assigns \nothing;
    ensures mapped: \result == 0 <==>
      vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0; */
int guard_is_mapped(u32 window);

/* Writes a register that the owner may write, with a value that it may have. */
/*@ requires state: guarded && current < task_count;
    assigns windows[slot_window(slot)].live, windows[slot_window(slot)].feature_word,
      vqueues[2 * slot_window(slot)].size, vqueues[2 * slot_window(slot)].place,
      vqueues[2 * slot_window(slot) + 1].size, vqueues[2 * slot_window(slot) + 1].place,
      page_tables[row_of(slot_window(slot), 2 * slot_window(slot))][column_of(slot_window(slot), 2 * slot_window(slot))],
      page_tables[row_of(slot_window(slot), 2 * slot_window(slot) + 1)][column_of(slot_window(slot), 2 * slot_window(slot) + 1)];
    ensures holders: holders_inv;
    ensures spaces: page_tables_inv;
    ensures guard: guard_inv;
    ensures own: \forall integer w; 0 <= w < window_count && windows[w].task != current ==>
      windows[w] == \old(windows[w]) && vqueues[2 * w] == \old(vqueues[2 * w]) &&
      vqueues[2 * w + 1] == \old(vqueues[2 * w + 1]);
    ensures refused: \result != NEURON_OK && \result != NEURON_STUCK ==>
      \forall integer w; 0 <= w < window_count ==> windows[w] == \old(windows[w]) &&
        vqueues[2 * w] == \old(vqueues[2 * w]) && vqueues[2 * w + 1] == \old(vqueues[2 * w + 1]); */
int guard_write(u64 slot, u64 reg, u64 value);

/* Sets a queue up with `size` descriptors, empty, and maps its page at `va` of the arena, to read. The device
 * has this queue selected afterwards. */
/*@ requires state: guarded && current < task_count;
    assigns vqueues[..],
      queue_pages[..],
      page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
        [page_in(current, va) % NEURON_PT_ENTRIES];
    ensures holders: holders_inv;
    ensures spaces: page_tables_inv;
    ensures guard: guard_inv;
    ensures mapped: \result == NEURON_OK ==> leaf_entry(current, page_in(current, va)) ==
      page_entry(pages_phys[QUEUE_PAGES] + NEURON_PAGE * (NEURON_WINDOW_QUEUES *
        slot_window(slot) + queue), NEURON_PROT_R);
    ensures own: \forall integer w; 0 <= w < window_count && windows[w].task != current ==>
      vqueues[2 * w] == \old(vqueues[2 * w]) && vqueues[2 * w + 1] == \old(vqueues[2 * w + 1]);
    ensures refused: \result != NEURON_OK ==>
      \forall integer q; 0 <= q < NEURON_WINDOW_QUEUES * window_count ==>
        vqueues[q] == \old(vqueues[q]); */
int guard_queue(u64 slot, u64 queue, u64 size, u64 va);

/* Posts the chain of `count` descriptors from `head` on that the OUT page describes (neuron/queue.h), and
 * tells the device if `kick` is not 0. */
/*@ requires state: guarded && current < task_count;
    assigns vqueues[..],
      queue_pages[..];
    ensures holders: holders_inv;
    ensures spaces: page_tables_inv;
    ensures guard: guard_inv;
    ensures own: \forall integer q; 0 <= q < NEURON_WINDOW_QUEUES * window_count &&
      windows[q / NEURON_WINDOW_QUEUES].task != current ==> vqueues[q] == \old(vqueues[q]);
    ensures refused: \result != NEURON_OK ==>
      \forall integer q; 0 <= q < NEURON_WINDOW_QUEUES * window_count ==>
        vqueues[q].available == \old(vqueues[q].available); */
int guard_post(u64 slot, u64 queue, u64 head, u64 count, u64 kick);

#endif
