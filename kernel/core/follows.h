/*
 * What each part of the invariant depends on: a step that leaves these arrays as they are leaves that part. Proved
 * once for any two states, so that a function has to say only which arrays, or which of their fields, it leaves.
 * For the files that begin, end or stay in an entry into the kernel: each of them proves the lemmas again.
 */
#ifndef CORE_FOLLOWS_H
#define CORE_FOLLOWS_H

#include "life.h"

/* What is the same in two states. What boot settled of tasks; */
/*@ predicate tasks_same{L, M} = \at(task_count, M) == \at(task_count, L) &&
      \at(init_task, M) == \at(init_task, L) && \at(memory_count, M) == \at(memory_count, L) &&
      \at(window_count, M) == \at(window_count, L) &&
      (\forall integer a; \at(pages_phys[a], M) == \at(pages_phys[a], L)) &&
      \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
        \at(tasks[t].first_slot, M) == \at(tasks[t].first_slot, L) &&
        \at(tasks[t].slots, M) == \at(tasks[t].slots, L) && \at(tasks[t].level, M) == \at(tasks[t].level, L) &&
        \at(tasks[t].first_leaf, M) == \at(tasks[t].first_leaf, L) &&
        \at(tasks[t].leaf_tables, M) == \at(tasks[t].leaf_tables, L) &&
        \at(tasks[t].arena_pages, M) == \at(tasks[t].arena_pages, L) &&
        \at(tasks[t].first_memory, M) == \at(tasks[t].first_memory, L) &&
        \at(tasks[t].context.space, M) == \at(tasks[t].context.space, L); */

/* who calls whom, and in which life; how far their resets are; */
/*@ predicate lives_same{L, M} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      \at(tasks[t].servers, M) == \at(tasks[t].servers, L) && \at(tasks[t].clients, M) == \at(tasks[t].clients, L) &&
      \at(tasks[t].generation, L) <= \at(tasks[t].generation, M);
    predicate resets_same{L, M} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      \at(tasks[t].reset_memory, M) == \at(tasks[t].reset_memory, L) &&
      \at(tasks[t].reset_page, M) == \at(tasks[t].reset_page, L); */

/* what slots hold; */
/*@ predicate slots_same{L, M} = \forall integer s; 0 <= s < NEURON_SLOTS_MAX ==>
      \at(slots[s].kind, M) == \at(slots[s].kind, L) && \at(slots[s].rights, M) == \at(slots[s].rights, L) &&
      \at(slots[s].object, M) == \at(slots[s].object, L) && \at(slots[s].bits, M) == \at(slots[s].bits, L);
    predicate callees_same{L, M} = \forall integer s; 0 <= s < NEURON_SLOTS_MAX ==>
      \at(slots[s].callee, M) == \at(slots[s].callee, L) && \at(slots[s].may_set, M) == \at(slots[s].may_set, L) &&
      \at(slots[s].generation, M) == \at(slots[s].generation, L); */

/* where extents lie; */
/*@ predicate extents_same{L, M} = \forall integer m;
      \at(memories[m].phys, M) == \at(memories[m].phys, L) && \at(memories[m].pages, M) == \at(memories[m].pages, L); */

/* all mappings; */
/*@ predicate entries_same{L, M} = \forall integer p, i; \at(page_tables[p][i], M) == \at(page_tables[p][i], L); */

/* windows, but for their interrupts; */
/*@ predicate windows_same{L, M} =
      (\forall integer w;
        \at(windows[w].base, M) == \at(windows[w].base, L) && \at(windows[w].class, M) == \at(windows[w].class, L) &&
        \at(windows[w].pages, M) == \at(windows[w].pages, L) &&
        \at(windows[w].transport, M) == \at(windows[w].transport, L) &&
        \at(windows[w].irq, M) == \at(windows[w].irq, L) && \at(windows[w].owner, M) == \at(windows[w].owner, L) &&
        \at(windows[w].task, M) == \at(windows[w].task, L) &&
        \at(windows[w].feature_word, M) == \at(windows[w].feature_word, L)) &&
      \forall integer w, k; \at(windows[w].place[k], M) == \at(windows[w].place[k], L); */

/* queues; */
/*@ predicate queues_same{L, M} =
      (\forall integer q;
        \at(vqueues[q].size, M) == \at(vqueues[q].size, L) &&
        \at(vqueues[q].available, M) == \at(vqueues[q].available, L) &&
        \at(vqueues[q].used, M) == \at(vqueues[q].used, L) && \at(vqueues[q].place, M) == \at(vqueues[q].place, L) &&
        \at(queue_pages[q].available.index, M) == \at(queue_pages[q].available.index, L)) &&
      (\forall integer q, d;
        \at(vqueues[q].chain[d], M) == \at(vqueues[q].chain[d], L) &&
        \at(vqueues[q].busy[d], M) == \at(vqueues[q].busy[d], L)) &&
      (\forall integer q, d;
        \at(queue_pages[q].descriptors[d].address, M) == \at(queue_pages[q].descriptors[d].address, L) &&
        \at(queue_pages[q].descriptors[d].bytes, M) == \at(queue_pages[q].descriptors[d].bytes, L) &&
        \at(queue_pages[q].descriptors[d].flags, M) == \at(queue_pages[q].descriptors[d].flags, L) &&
        \at(queue_pages[q].descriptors[d].next, M) == \at(queue_pages[q].descriptors[d].next, L)) &&
      \forall integer q, i; \at(queue_pages[q].available.ring[i], M) == \at(queue_pages[q].available.ring[i], L); */

/* and interrupt lines. */
/*@ predicate lines_same{L, M} =
      (\forall integer i; \at(line_open[i], M) == \at(line_open[i], L) &&
        \at(line_claimed[i], M) == \at(line_claimed[i], L) &&
        \at(window_of_line[i], M) == \at(window_of_line[i], L)) &&
      \forall integer w; \at(windows[w].claimed, M) == \at(windows[w].claimed, L); */

/* What makes rows of tasks and slots be among those. */
/*@ predicate bounds{L} = 1 <= task_count <= NEURON_TASKS_MAX && slots_end{L} <= NEURON_SLOTS_MAX &&
      \forall integer t, s; 0 <= t < task_count && slot_of{L}(t, s) ==> 0 <= s < NEURON_SLOTS_MAX;
    lemma bounds{L}: tasks_inv{L} ==> bounds{L}; */

/* Slots name what exists, and extents are where they were. */
/*@ lemma tables_follow{L, M}: tasks_same{L, M} && tasks_inv{L} &&
      (\at(current, M) == NONE || \at(current, M) < \at(task_count, M)) ==> tasks_inv{M};
    lemma end_follows{L, M}: tasks_same{L, M} && bounds{L} ==> slots_end{M} == slots_end{L};
    lemma slot_of_follows{L, M}: tasks_same{L, M} && bounds{L} ==> \forall integer t, s; 0 <= t < \at(task_count, L) ==>
      (slot_of{M}(t, s) <==> slot_of{L}(t, s));
    lemma slots_follow{L, M}: tasks_same{L, M} && slots_same{L, M} && bounds{L} && slots_inv{L} ==> slots_inv{M}; */

/* Ports, who knows whom, and resets. */
/*@ lemma port_follows{L, M}: tasks_same{L, M} && lives_same{L, M} && slots_same{L, M} && callees_same{L, M} &&
      bounds{L} ==> \forall integer t, s; 0 <= t < \at(task_count, L) && slot_of{L}(t, s) && slot_ok{L}(s) &&
      port_ok{L}(t, s) ==> port_ok{M}(t, s);
    lemma ports_follow{L, M}: tasks_same{L, M} && lives_same{L, M} && slots_same{L, M} && callees_same{L, M} &&
      tasks_inv{L} && slots_inv{L} && ports_inv{L} ==> ports_inv{M};
    lemma peers_follow{L, M}: tasks_same{L, M} && lives_same{L, M} && bounds{L} && peers_inv{L} ==> peers_inv{M};
    lemma resets_follow{L, M}: tasks_same{L, M} && resets_same{L, M} && extents_same{L, M} && bounds{L} &&
      resets_inv{L} ==> resets_inv{M}; */

/* Address spaces. A leaf entry depends on its task by the first leaf table alone. */
/*@ lemma roots_follow{L, M}: tasks_same{L, M} && entries_same{L, M} ==>
      \forall integer t, r; root_ok{L}(t, r) ==> root_ok{M}(t, r);
    lemma middles_follow{L, M}: tasks_same{L, M} && entries_same{L, M} ==> \forall integer t, m;
      0 <= t < NEURON_TASKS_MAX && middle_ok{L}(t, m) ==> middle_ok{M}(t, m);
    lemma leaves_follow{L, M}: tasks_same{L, M} && entries_same{L, M} ==> \forall integer t;
      0 <= t < NEURON_TASKS_MAX && leaves_ok{L}(t) ==> leaves_ok{M}(t);
    lemma space_follows{L, M}: tasks_same{L, M} && entries_same{L, M} ==> \forall integer t;
      0 <= t < NEURON_TASKS_MAX && space_ok{L}(t) ==> space_ok{M}(t);
    lemma spaces_follow{L, M}: tasks_same{L, M} && entries_same{L, M} && bounds{L} && page_tables_inv{L} ==>
      page_tables_inv{M};
    lemma arena_follows{L, M}: tasks_same{L, M} ==> \forall integer t, a; 0 <= t < NEURON_TASKS_MAX &&
      in_arena{L}(t, a) ==> in_arena{M}(t, a);
    logic integer entry_at{L}(integer first, integer page) =
      page_tables[first + page / NEURON_PT_ENTRIES][page % NEURON_PT_ENTRIES];
    lemma entry_known{L}: \forall integer t, page; leaf_entry{L}(t, page) == entry_at{L}(tasks[t].first_leaf, page);
    lemma at_follows{L, M}: entries_same{L, M} ==>
      \forall integer first, page; entry_at{M}(first, page) == entry_at{L}(first, page);
    lemma leaf_follows{L, M}: tasks_same{L, M} && entries_same{L, M} ==>
      \forall integer t, page; 0 <= t < NEURON_TASKS_MAX ==> leaf_entry{M}(t, page) == leaf_entry{L}(t, page); */

/* Windows and who holds them. */
/*@ lemma platform_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && platform_inv{L} ==> platform_inv{M};
    lemma holder_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && windows_same{L, M} && bounds{L} ==>
      \forall integer w; holder_ok{L}(w) ==> holder_ok{M}(w);
    lemma holders_follow{L, M}: tasks_same{L, M} && slots_same{L, M} && windows_same{L, M} && bounds{L} &&
      holders_inv{L} ==> holders_inv{M}; */

/* Queues. */
/*@ lemma virtio_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && queues_same{L, M} && queues_virtio{L} ==>
      queues_virtio{M};
    lemma reach_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && extents_same{L, M} && bounds{L} ==>
      \forall integer t, a, b, f; 0 <= t < \at(task_count, L) && reach_ok{L}(t, a, b, f) ==> reach_ok{M}(t, a, b, f);
    lemma descriptor_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && extents_same{L, M} && queues_same{L, M} &&
      bounds{L} ==> \forall integer t, n, q, d; 0 <= t < \at(task_count, L) && descriptor_ok{L}(t, n, q, d) ==>
      descriptor_ok{M}(t, n, q, d);
    lemma descriptors_follow{L, M}: tasks_same{L, M} && slots_same{L, M} && extents_same{L, M} && queues_same{L, M} &&
      bounds{L} ==> \forall integer t, n, q; 0 <= t < \at(task_count, L) && descriptors_ok{L}(t, n, q) ==>
      descriptors_ok{M}(t, n, q);
    lemma chains_follow{L, M}: queues_same{L, M} ==> \forall integer q; chains_ok{L}(q) ==> chains_ok{M}(q);
    lemma rings_follow{L, M}: queues_same{L, M} ==> \forall integer q; ring_ok{L}(q) ==> ring_ok{M}(q);
    lemma queue_place_follows{L, M}: tasks_same{L, M} ==> \forall integer t, o, n, a;
      0 <= t < NEURON_TASKS_MAX && place_ok{L}(t, o, n, a) ==> place_ok{M}(t, o, n, a);
    lemma vqueue_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && extents_same{L, M} && queues_same{L, M} &&
      bounds{L} ==> \forall integer t, o, q; 0 <= t < \at(task_count, L) && vqueue_ok{L}(t, o, q) ==>
      vqueue_ok{M}(t, o, q);
    lemma guarded_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && extents_same{L, M} && windows_same{L, M} &&
      queues_same{L, M} && bounds{L} ==> \forall integer w; holder_ok{L}(w) && guarded_ok{L}(w) ==> guarded_ok{M}(w);
    lemma guard_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && extents_same{L, M} && windows_same{L, M} &&
      queues_same{L, M} && bounds{L} && holders_inv{L} && guard_inv{L} ==> guard_inv{M}; */

/* Mappings of windows and queues. */
/*@ lemma place_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && entries_same{L, M} && bounds{L} ==>
      \forall integer w, a; holder_ok{L}(w) ==> place_entry{M}(w, a) == place_entry{L}(w, a);
    lemma place_in_arena_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && bounds{L} ==>
      \forall integer w, a; holder_ok{L}(w) && in_arena{L}(\at(windows[w].task, L), a) ==>
      in_arena{M}(\at(windows[w].task, M), a);
    lemma queue_entry_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && queues_same{L, M} &&
      entries_same{L, M} && bounds{L} ==> \forall integer w, q; holder_ok{L}(w) ==>
      place_entry{M}(w, \at(vqueues[q].place, M)) == place_entry{L}(w, \at(vqueues[q].place, L));
    lemma queue_mapped_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && queues_same{L, M} &&
      entries_same{L, M} && bounds{L} ==> \forall integer w, q; holder_ok{L}(w) && queue_mapped_ok{L}(w, q) ==>
      queue_mapped_ok{M}(w, q);
    predicate both_mapped{L}(integer w) = queue_mapped_ok{L}(w, 2 * w) && queue_mapped_ok{L}(w, 2 * w + 1);
    lemma both_mapped{L}: queues_mapped{L} <==> \forall integer w; 0 <= w < window_count ==> both_mapped{L}(w);
    lemma both_follow{L, M}: tasks_same{L, M} && windows_same{L, M} && queues_same{L, M} &&
      entries_same{L, M} && bounds{L} ==> \forall integer w; holder_ok{L}(w) && both_mapped{L}(w) ==> both_mapped{M}(w);
    lemma queues_follow{L, M}: tasks_same{L, M} && windows_same{L, M} && queues_same{L, M} && entries_same{L, M} &&
      bounds{L} && holders_inv{L} && queues_mapped{L} ==> queues_mapped{M};
    lemma device_entry_follows{L, M}: slots_same{L, M} && windows_same{L, M} ==> \forall integer w, p, e;
      0 <= \at(windows[w].owner, L) < NEURON_SLOTS_MAX && device_entry{L}(w, p, e) ==> device_entry{M}(w, p, e);
    lemma mapped_follows{L, M}: tasks_same{L, M} && slots_same{L, M} && windows_same{L, M} && entries_same{L, M} &&
      bounds{L} ==> \forall integer w, p; holder_ok{L}(w) && mapped_ok{L}(w, p) ==> mapped_ok{M}(w, p);
    lemma windows_follow{L, M}: tasks_same{L, M} && slots_same{L, M} && windows_same{L, M} && entries_same{L, M} &&
      bounds{L} && holders_inv{L} && windows_mapped{L} ==> windows_mapped{M};
    lemma leads_follow{L, M}: windows_same{L, M} && entries_same{L, M} ==>
      \forall integer p, i, w, k; leads{M}(p, i, w, k) ==> leads{L}(p, i, w, k);
    lemma leaf_of_follows{L, M}: tasks_same{L, M} ==> \forall integer t, p, i;
      0 <= t < NEURON_TASKS_MAX && leaf_of{M}(t, p, i) ==> leaf_of{L}(t, p, i);
    lemma placed_follows{L, M}: tasks_same{L, M} && windows_same{L, M} ==> \forall integer w, k, t, p, i;
      0 <= t < NEURON_TASKS_MAX && placed{L}(w, k, t, p, i) ==> placed{M}(w, k, t, p, i);
    lemma private_follows{L, M}: tasks_same{L, M} && windows_same{L, M} && entries_same{L, M} && bounds{L} &&
      windows_private{L} ==> windows_private{M}; */

/* Interrupts. */
/*@ lemma line_follows{L, M}: slots_same{L, M} && windows_same{L, M} && lines_same{L, M} && bounds{L} ==>
      \forall integer w; holder_ok{L}(w) && line_ok{L}(w) ==> line_ok{M}(w);
    lemma lines_follow{L, M}: tasks_same{L, M} && slots_same{L, M} && windows_same{L, M} && lines_same{L, M} &&
      bounds{L} && holders_inv{L} && lines_inv{L} ==> lines_inv{M};
    lemma grant_follows{L, M}: slots_same{L, M} && windows_same{L, M} && bounds{L} ==>
      \forall integer w; holder_ok{L}(w) && granted_ok{L}(w) ==> granted_ok{M}(w);
    lemma grants_follow{L, M}: tasks_same{L, M} && slots_same{L, M} && windows_same{L, M} && bounds{L} &&
      holders_inv{L} && windows_granted{L} ==> windows_granted{M}; */

#endif
