/* The system calls about devices and the console, each with what it leaves of all the rest. */
#ifndef CORE_KERNEL_DEVICES_H
#define CORE_KERNEL_DEVICES_H

#include "console.h"
#include "device.h"
#include "follows.h"
#include "guard.h"
#include "kernel_inv.h"
#include "waits_follow.h"

/* What a step leaves that is about messages, bits, time or registers. */
/*@ predicate machine_same{L, M} = extents_same{L, M} && entries_same{L, M} && windows_same{L, M} && queues_same{L, M};
    predicate held_same{L, M} = slots_same{L, M} && callees_same{L, M} && calls_same{L, M}; */

/* Calls and ports do not depend on slots that get a device or lose one. */
/*@ lemma call_left{L, M}: waits_same{L, M} && ports_left{L, M} && tasks_inv{L} ==>
      \forall integer t; 0 <= t < \at(task_count, L) && call_ok{L}(t) ==> call_ok{M}(t);
    lemma calls_left{L, M}: waits_same{L, M} && ports_left{L, M} && tasks_inv{L} && calls_inv{L}(NONE) ==>
      calls_inv{M}(NONE);
    lemma may_call_left{L, M}: tasks_same{L, M} && lives_same{L, M} && bounds{L} ==> \forall integer t, s;
      0 <= t < NEURON_TASKS_MAX && 0 <= s && may_call{L}(t, s) ==> may_call{M}(t, s);
    lemma through_left{L, M}: tasks_same{L, M} && ports_left{L, M} && bounds{L} ==> \forall integer t, r, s;
      0 <= t < \at(task_count, L) && slot_of{L}(t, r) ==> (calls_through{M}(t, r, s) <==> calls_through{L}(t, r, s));
    lemma no_port_left{L}: \forall integer t, s; no_port{L}(s) ==> port_ok{L}(t, s);
    lemma same_port_left{L, M}: tasks_same{L, M} && lives_same{L, M} && ports_left{L, M} && bounds{L} ==>
      \forall integer t, s; 0 <= t < \at(task_count, L) && slot_of{L}(t, s) && same_slot{L, M}(s) && slot_ok{L}(s) &&
      port_ok{L}(t, s) ==> port_ok{M}(t, s);
    lemma port_left{L, M}: tasks_same{L, M} && lives_same{L, M} && ports_left{L, M} && bounds{L} ==>
      \forall integer t, s; 0 <= t < \at(task_count, L) && slot_of{L}(t, s) && slot_ok{L}(s) && port_ok{L}(t, s) ==>
      port_ok{M}(t, s);
    lemma ports_left{L, M}: tasks_same{L, M} && lives_same{L, M} && ports_left{L, M} && tasks_inv{L} && slots_inv{L} &&
      ports_inv{L} ==> ports_inv{M}; */

/*@ CALL_NEEDS
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    CALL_LEAVES */
static inline int write_line(u64 slot, u64 bytes)
{
    return console_write(slot, bytes);
}

/*@ CALL_NEEDS
    assigns windows[..], page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
      [page_in(current, va) % NEURON_PT_ENTRIES];
    CALL_LEAVES */
static inline int map_device(u64 slot, u64 va, u64 offset, u64 prot)
{
    return device_map(slot, va, offset, prot);
}

/*@ CALL_NEEDS
    assigns windows[..], {windows[w].place[k] | integer w, k; place_of_window(w, k)},
      page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
      [page_in(current, va) % NEURON_PT_ENTRIES];
    CALL_LEAVES */
static inline int unmap_device(u64 va)
{
    return device_unmap(va);
}

/*@ CALL_NEEDS
    assigns windows[..], vqueues[..], page_tables[row_of(slot_window(slot), 2 * slot_window(slot))]
      [column_of(slot_window(slot), 2 * slot_window(slot))],
      page_tables[row_of(slot_window(slot), 2 * slot_window(slot) + 1)]
      [column_of(slot_window(slot), 2 * slot_window(slot) + 1)];
    CALL_LEAVES */
static inline int write_register(u64 slot, u64 reg, u64 value)
{
    int status = guard_write(slot, reg, value);
    //@ assert lines: \forall integer w; line_ok{Pre}(w) ==> line_ok(w);
    //@ assert known: lines_known;
    //@ assert inv: lines_inv;
    //@ assert granted: \forall integer w; granted_ok{Pre}(w) ==> granted_ok(w);
    return status;
}

/*@ CALL_NEEDS
    assigns vqueues[..], queue_pages[..], page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
      [page_in(current, va) % NEURON_PT_ENTRIES];
    CALL_LEAVES */
static inline int set_queue(u64 slot, u64 queue, u64 size, u64 va)
{
    return guard_queue(slot, queue, size, va);
}

/*@ CALL_NEEDS
    assigns vqueues[..], queue_pages[..];
    CALL_LEAVES */
static inline int post_chain(u64 slot, u64 queue, u64 head, u64 count, u64 kick)
{
    return guard_post(slot, queue, head, count, kick);
}

/*@ CALL_NEEDS
    assigns windows[..], vqueues[..], slots[..], {page_tables[p][i] | integer p, i; cell(p, i)},
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    CALL_LEAVES */
static inline int create_cap(u64 slot, u64 base, u64 class, u64 rights, u64 destination)
{
    int status = device_cap_create(slot, base, class, rights, destination);
    //@ assert ports: ports_left{Pre, Here};
    //@ assert left: waits_same{Pre, Here} && tasks_same{Pre, Here} && lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here} && extents_same{Pre, Here};
    return status;
}

/*@ CALL_NEEDS
    assigns windows[..], slots[..],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    CALL_LEAVES */
static inline int transfer_cap(u64 slot, u64 from, u64 task, u64 destination)
{
    int status = device_cap_transfer(slot, from, task, destination);
    //@ assert ports: ports_left{Pre, Here};
    //@ assert left: waits_same{Pre, Here} && tasks_same{Pre, Here} && lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here} && extents_same{Pre, Here};
    return status;
}

/*@ CALL_NEEDS
    assigns windows[..], vqueues[..], slots[..], {page_tables[p][i] | integer p, i; cell(p, i)},
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    CALL_LEAVES */
static inline int revoke_cap(u64 slot, u64 task, u64 target)
{
    int status = device_cap_revoke(slot, task, target);
    //@ assert ports: ports_left{Pre, Here};
    //@ assert left: waits_same{Pre, Here} && tasks_same{Pre, Here} && lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here} && extents_same{Pre, Here};
    return status;
}

/*@ CALL_NEEDS
    assigns windows[..], vqueues[..], slots[..], {page_tables[p][i] | integer p, i; cell(p, i)},
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    CALL_LEAVES */
static inline int drop_cap(u64 slot)
{
    int status = device_cap_drop(slot);
    //@ assert ports: ports_left{Pre, Here};
    //@ assert left: waits_same{Pre, Here} && tasks_same{Pre, Here} && lives_same{Pre, Here};
    //@ assert resets: resets_same{Pre, Here} && extents_same{Pre, Here};
    return status;
}

#endif
