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

/* A page of a window is mapped where its owner put it, in its arena, and never beyond its rights; so is the
 * page of a queue. Two places never have the same address, since their entries lead to different pages. */
/*@ predicate is_virtio{L}(integer w) = windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO;

    logic integer place_entry{L}(integer w, integer place) =
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
      vqueues[q].place == 0 ||
      (in_arena{L}(windows[w].task, vqueues[q].place) &&
       place_entry{L}(w, vqueues[q].place) / 1024 == pages_phys[QUEUE_PAGES] / NEURON_PAGE + q &&
       place_entry{L}(w, vqueues[q].place) % 1024 == 209 + 2 * NEURON_PROT_R);

    predicate windows_mapped{L} =
      \forall integer w, p; 0 <= w < window_count && 0 <= p < NEURON_WINDOW_PAGES_MAX ==>
        mapped_ok{L}(w, p);
    predicate queues_mapped{L} = \forall integer w; 0 <= w < window_count ==>
      queue_mapped_ok{L}(w, 2 * w) && queue_mapped_ok{L}(w, 2 * w + 1);
    predicate queues_virtio{L} = \forall integer w; 0 <= w < window_count && !is_virtio{L}(w) ==>
      vqueues[2 * w].size == 0 && vqueues[2 * w + 1].size == 0; */

/* And the other way round: whose entry leads to a page of a window is its owner, who put it there. */
/*@ logic integer leaf_va{L}(integer t, integer p, integer i) =
      range_base(t) + ((p - tasks[t].first_leaf) * NEURON_PT_ENTRIES + i) * NEURON_PAGE;
    predicate leads{L}(integer p, integer i, integer w, integer k) =
      page_tables[p][i] != 0 && page_tables[p][i] / 1024 == windows[w].base / NEURON_PAGE + k;
    predicate leaf_of{L}(integer t, integer p, integer i) = 0 <= i < NEURON_PT_ENTRIES &&
      tasks[t].first_leaf <= p < tasks[t].first_leaf + tasks[t].leaf_tables;
    predicate placed{L}(integer w, integer k, integer t, integer p, integer i) =
      windows[w].owner != NONE && windows[w].task == t && windows[w].place[k] == leaf_va{L}(t, p, i);
    predicate windows_private{L} = \forall integer w, k, t, p, i;
      0 <= w < window_count && 0 <= k < windows[w].pages && 0 <= t < task_count && leaf_of{L}(t, p, i) &&
      leads{L}(p, i, w, k) ==> placed{L}(w, k, t, p, i);
    predicate windows_private_but{L}(integer row, integer column) = \forall integer w, k, t, p, i;
      0 <= w < window_count && 0 <= k < windows[w].pages && 0 <= t < task_count && leaf_of{L}(t, p, i) &&
      leads{L}(p, i, w, k) && !(p == row && i == column) ==> placed{L}(w, k, t, p, i);

    predicate places_inv{L} =
      windows_mapped{L} && queues_mapped{L} && windows_private{L}; */

/* What all of these need of the state, and leave. */
/*@ predicate guarded{L} =
      tasks_inv{L} && slots_inv{L} && memories_inv{L} && platform_inv{L} && holders_inv{L} &&
      page_tables_inv{L} && guard_inv{L} && queues_virtio{L} && places_inv{L}; */

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
        \at(page_tables[p][i], L2) == \at(page_tables[p][i], L1); */

/* The entry for `va` of a task: where it is, and that no place leads to the page that it leads to. */
/*@ logic integer row_at{L}(integer t, integer va) = tasks[t].first_leaf + page_in(t, va) / NEURON_PT_ENTRIES;
    logic integer column_at(integer t, integer va) = page_in(t, va) % NEURON_PT_ENTRIES;
    predicate no_place_leads{L}(integer page) =
      (\forall integer w, k; 0 <= w < window_count && 0 <= k < NEURON_WINDOW_PAGES_MAX &&
        windows[w].place[k] != 0 ==> place_entry{L}(w, windows[w].place[k]) / 1024 != page) &&
      (\forall integer w; 0 <= w < window_count && vqueues[2 * w].place != 0 ==>
        place_entry{L}(w, vqueues[2 * w].place) / 1024 != page) &&
      (\forall integer w; 0 <= w < window_count && vqueues[2 * w + 1].place != 0 ==>
        place_entry{L}(w, vqueues[2 * w + 1].place) / 1024 != page); */

/* Maps a page where nothing is, in the arena of a task; empties the entry for one that no place leads to. */
/*@ requires tasks: tasks_inv && task < task_count;
    requires spaces: page_tables_inv;
    requires mapped: windows_mapped && queues_mapped && windows_private;
    requires place: in_arena(task, va) && leaf_entry(task, page_in(task, va)) == 0;
    requires page: phys % NEURON_PAGE == 0 && phys < NEURON_RAM_END_MAX;
    requires prot: prot == NEURON_PROT_R || prot == NEURON_PROT_RW;
    assigns page_tables[row_at(task, va)][column_at(task, va)];
    ensures spaces: page_tables_inv;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures private: windows_private_but(row_at(task, va), column_at(task, va));
    ensures entry: leaf_entry(task, page_in(task, va)) == page_entry(phys, prot); */
void guard_map(u32 task, u64 va, u64 phys, u64 prot);
/*@ requires tasks: tasks_inv && task < task_count;
    requires spaces: page_tables_inv;
    requires mapped: windows_mapped && queues_mapped;
    requires private: windows_private_but(row_at(task, va), column_at(task, va));
    requires place: in_arena(task, va) && no_place_leads(leaf_entry(task, page_in(task, va)) / 1024);
    assigns page_tables[row_at(task, va)][column_at(task, va)];
    ensures spaces: page_tables_inv;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures private: windows_private;
    ensures gone: leaf_entry(task, page_in(task, va)) == 0; */
void guard_unmap(u32 task, u64 va);

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
    ensures inv: guarded;
    ensures result: \result == 0 || \result == 1;
    ensures stopped: \result == 1 ==> vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task);
    ensures unseen: windows[window].owner == NONE ==> same_tables{Pre, Post}; */
int guard_reset(u32 window);

/* Takes the queues of a window, which is about to lose its owner, from the address space of that. */
/*@ requires tasks: tasks_inv && windows[window].task < task_count;
    requires spaces: page_tables_inv;
    requires mapped: platform_inv && places_inv;
    requires window: window < window_count;
    assigns vqueues[2 * window].place, vqueues[2 * window + 1].place,
      page_tables[row_of(window, 2 * window)][column_of(window, 2 * window)],
      page_tables[row_of(window, 2 * window + 1)][column_of(window, 2 * window + 1)];
    ensures spaces: page_tables_inv;
    ensures mapped: places_inv;
    ensures others: \forall integer w; 0 <= w < window_count && w != window ==>
      guarded_ok{Pre}(w) ==> guarded_ok(w);
    ensures unheld: guarded_ok{Pre}(window) ==> unheld_ok(window);
    ensures gone: vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0;
    ensures only: only_unmapped{Pre, Post}(windows[window].task);
    ensures unseen: \old(vqueues[2 * window].place) == 0 && \old(vqueues[2 * window + 1].place) == 0 ==>
      same_tables{Pre, Post}; */
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
    ensures inv: guarded;
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
    ensures inv: guarded;
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
    ensures inv: guarded;
    ensures own: \forall integer q; 0 <= q < NEURON_WINDOW_QUEUES * window_count &&
      windows[q / NEURON_WINDOW_QUEUES].task != current ==> vqueues[q] == \old(vqueues[q]);
    ensures refused: \result != NEURON_OK ==>
      \forall integer q; 0 <= q < NEURON_WINDOW_QUEUES * window_count ==>
        vqueues[q].available == \old(vqueues[q].available); */
int guard_post(u64 slot, u64 queue, u64 head, u64 count, u64 kick);

#endif
