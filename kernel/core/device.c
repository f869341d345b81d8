/* Device windows. Each call checks everything first, then changes state and cannot fail. */
#include "device.h"

#include <neuron/table.h>

#include "slot.h"

#define DEVICE_RIGHTS (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ)

/* The window that begins at `base`, or NONE. */
/*@ requires counts: window_count <= NEURON_WINDOWS_MAX;
    assigns \nothing;
    ensures window: \result == NONE || (\result < window_count && windows[\result].base == base); */
static u32 window_at(u64 base)
{
    /*@ loop invariant bound: 0 <= w <= window_count;
        loop assigns w;
        loop variant window_count - w; */
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].base == base) {
            return w;
        }
    }
    return NONE;
}

/* Whether the table allows a window of this class, with these rights, in slot `target`. */
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX && window_ok(window);
    requires target: target < NEURON_SLOTS_MAX;
    assigns \nothing;
    ensures ceiling: \result == NEURON_OK ==> within_ceiling(window, class, rights, target); */
static int check_ceiling(u64 window, u64 class, u64 rights, u32 target)
{
    u64 bytes = (u64)windows[window].pages * NEURON_PAGE;

    if (ceilings[target].kind != NEURON_CAP_MMIO) {
        return NEURON_UNDECLARED;
    }
    if (ceilings[target].class != class) {
        return NEURON_BEYOND_CLASS;
    }
    if (windows[window].base < ceilings[target].base ||
        windows[window].base - ceilings[target].base > ceilings[target].bytes ||
        bytes > ceilings[target].bytes - (windows[window].base - ceilings[target].base)) {
        return NEURON_BEYOND_BOUNDS;
    }
    if ((rights & ceilings[target].rights) != rights) {
        return NEURON_BEYOND_RIGHTS;
    }
    return NEURON_OK;
}

/* The window, which nobody holds, goes to slot `row` of `task`. */
/*@ requires state: guarded && windows_inv;
    requires slot: task < task_count && slot_of(task, row) && slots[row].kind == NEURON_CAP_NONE;
    requires window: window < window_count && windows[window].owner == NONE;
    requires queues: vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    requires irq: (rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ ==> windows[window].irq != 0;
    assigns windows[window].owner, windows[window].task, slots[row],
      line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures slots: slots_inv;
    ensures holders: holders_inv;
    ensures guard: guard_inv;
    ensures lines: lines_inv;
    ensures granted: windows_granted;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures slot: slots[row].kind == NEURON_CAP_MMIO && slots[row].rights == rights &&
      slots[row].object == window;
    ensures owner: windows[window].owner == row && windows[window].task == task; */
static void hold(u32 window, u64 task, u32 row, u32 rights)
{
    //@ assert apart: \forall integer v; 0 <= v < window_count ==> windows[v].owner != row;
    //@ assert unmapped: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> windows[window].place[p] == 0;
    //@ assert closed: line_ok(window) && !interrupts(window);
    //@ assert queues_unmapped: vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0;
    windows[window].owner = row;
    windows[window].task = (u32)task;
    slots[row] = (struct slot){.kind = NEURON_CAP_MMIO, .rights = rights, .object = window};
    if ((rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ) {
        slots[row].bits = ceilings[row].bits;
        irq_open(window);
    }
    /*@ assert reach: \forall integer t, a, b, f; reach_ok{Pre}(t, a, b, f) ==> reach_ok(t, a, b, f); */
    /*@ assert descriptor: \forall integer t, n, q, d; descriptor_ok{Pre}(t, n, q, d) ==>
          descriptor_ok(t, n, q, d); */
    /*@ assert descriptors: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert queues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
    /*@ assert guarded: \forall integer v; 0 <= v < window_count && v != window && guarded_ok{Pre}(v) ==>
          guarded_ok(v); */
    /*@ assert queue_mapped: \forall integer v, q; 0 <= v < window_count && v != window &&
          queue_mapped_ok{Pre}(v, q) ==> queue_mapped_ok(v, q); */
    //@ assert own_queues: queue_mapped_ok(window, 2 * window) && queue_mapped_ok(window, 2 * window + 1);
    //@ assert window: guarded_ok(window);
    /*@ assert device: \forall integer v, p, e; 0 <= v < window_count && v != window &&
          windows[v].owner != NONE && device_entry{Pre}(v, p, e) ==> device_entry(v, p, e); */
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && v != window && mapped_ok{Pre}(v, p) ==>
          mapped_ok(v, p); */
    //@ assert line: line_ok(window);
    //@ assert lines: \forall integer v; 0 <= v < window_count && v != window ==> line_ok(v);
}

/* What a window that is nobody's is. */
/*@ requires state: guarded && windows_inv;
    requires window: window < window_count;
    assigns windows[window].class;
    ensures inv: guarded && windows_inv;
    ensures class: windows[window].class == class; */
static void classify(u32 window, u64 class)
{
    windows[window].class = class;
    /*@ assert descriptors: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert vqueues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
    /*@ assert guard: \forall integer v; 0 <= v < window_count && guarded_ok{Pre}(v) ==> guarded_ok(v); */
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && mapped_ok{Pre}(v, p) ==> mapped_ok(v, p); */
    /*@ assert queues: \forall integer v, q; 0 <= v < window_count && queue_mapped_ok{Pre}(v, q) ==>
          queue_mapped_ok(v, q); */
}

NOINLINE int device_cap_create(u64 slot, u64 base, u64 class, u64 rights, u64 destination)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_FACTORY, 0, &row);
    if (status != NEURON_OK) {
        return status;
    }
    if (destination >= tasks[current].slots) {
        return NEURON_BAD_SLOT;
    }
    u32 target = tasks[current].first_slot + (u32)destination;
    if (slots[target].kind != NEURON_CAP_NONE) {
        return NEURON_OCCUPIED;
    }
    if ((rights & DEVICE_RIGHTS) != rights || rights == 0) {
        return NEURON_NO_RIGHT;
    }
    u32 window = window_at(base);
    if (window == NONE) {
        return NEURON_OUTSIDE_WINDOWS;
    }
    if (windows[window].owner != NONE) {
        return NEURON_OWNED;
    }
    if (class == 0 || guard_class(window) != class) {
        return NEURON_WRONG_CLASS;
    }
    if (ceilings[target].kind != NEURON_CAP_NONE) {
        status = check_ceiling(window, class, rights, target);
        if (status != NEURON_OK) {
            return status;
        }
    }
    if ((rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ && windows[window].irq == 0) {
        return NEURON_NO_INTERRUPT;
    }
    /* Firmware may have left it running; and a device that did not stop for its last owner must not run on. */
    if (!device_stop(window)) {
        return NEURON_STUCK;
    }

    classify(window, class);
    hold(window, current, target, (u32)rights);
    return NEURON_OK;
}

/* Whether a page of the window, or a queue, is mapped. */
/*@ requires state: windows_inv && counts_inv;
    requires window: window < window_count;
    assigns \nothing;
    ensures nowhere: \result == 0 ==> nowhere(window); */
static int is_mapped(u32 window)
{
    /*@ loop invariant bound: 0 <= p <= windows[window].pages;
        loop invariant none: \forall integer k; 0 <= k < p ==> windows[window].place[k] == 0;
        loop assigns p;
        loop variant windows[window].pages - p; */
    for (u32 p = 0; p < windows[window].pages; p++) {
        if (windows[window].place[p] != 0) {
            return 1;
        }
    }
    return guard_is_mapped(window);
}

/* The slot that holds the window is empty, and nobody has the window, which is mapped nowhere. */
/*@ requires state: tasks_inv && slots_inv && memories_inv && page_tables_inv && holders_inv;
    requires windows: platform_inv && windows_granted && windows_mapped && queues_mapped;
    requires window: window < window_count && windows[window].owner != NONE && nowhere(window);
    requires lines: lines_known && (\forall integer w; 0 <= w < window_count && w != window ==> line_ok(w));
    requires line: windows[window].claimed == 0 && (windows[window].irq != 0 ==>
      line_open[windows[window].irq] == 0 && line_claimed[windows[window].irq] == 0);
    requires guard: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    requires unheld: unheld_ok(window);
    assigns slots[windows[window].owner], windows[window].owner;
    ensures slots: slots_inv;
    ensures holders: holders_inv;
    ensures guard: guard_inv;
    ensures lines: lines_inv;
    ensures granted: windows_granted;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures empty: slots[\old(windows[window].owner)].kind == NEURON_CAP_NONE;
    ensures nobody: windows[window].owner == NONE; */
static void let_go(u32 window)
{
    u32 row = windows[window].owner;

    //@ assert held: slots[row].kind == NEURON_CAP_MMIO && slots[row].object == window;
    //@ assert apart: \forall integer v; 0 <= v < window_count && v != window ==> windows[v].owner != row;
    slots[row] = (struct slot){.kind = NEURON_CAP_NONE};
    windows[window].owner = NONE;
    /*@ assert reach: \forall integer t, a, b, f; reach_ok{Pre}(t, a, b, f) ==> reach_ok(t, a, b, f); */
    /*@ assert descriptor: \forall integer t, n, q, d; descriptor_ok{Pre}(t, n, q, d) ==>
          descriptor_ok(t, n, q, d); */
    /*@ assert descriptors: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert queues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
    /*@ assert guarded: \forall integer v; 0 <= v < window_count && v != window && guarded_ok{Pre}(v) ==>
          guarded_ok(v); */
    /*@ assert queue_mapped: \forall integer v, q; 0 <= v < window_count && v != window &&
          queue_mapped_ok{Pre}(v, q) ==> queue_mapped_ok(v, q); */
    //@ assert own_queues: queue_mapped_ok(window, 2 * window) && queue_mapped_ok(window, 2 * window + 1);
    //@ assert window: guarded_ok(window);
    /*@ assert device: \forall integer v, p, e; 0 <= v < window_count && v != window &&
          windows[v].owner != NONE && device_entry{Pre}(v, p, e) ==> device_entry(v, p, e); */
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && v != window && mapped_ok{Pre}(v, p) ==>
          mapped_ok(v, p); */
    //@ assert line: line_ok(window);
    //@ assert lines: \forall integer v; 0 <= v < window_count && v != window ==> line_ok(v);
}

NOINLINE int device_cap_transfer(u64 slot, u64 from, u64 task, u64 destination)
{
    u32 source = 0;
    int status = slot_find_task(slot, task);
    if (status != NEURON_OK) {
        return status;
    }
    if (tasks[task].state == NEURON_TASK_GIVEN_UP) {
        return NEURON_BAD_STATE;
    }
    status = slot_find(from, NEURON_CAP_MMIO, 0, &source);
    if (status != NEURON_OK) {
        return status;
    }
    if (destination >= tasks[task].slots) {
        return NEURON_UNDECLARED;
    }
    u32 target = tasks[task].first_slot + (u32)destination;
    if (slots[target].kind != NEURON_CAP_NONE) {
        return NEURON_OCCUPIED;
    }
    status = check_ceiling(slots[source].object, windows[slots[source].object].class,
                           slots[source].rights, target);
    if (status != NEURON_OK) {
        return status;
    }
    if (is_mapped((u32)slots[source].object)) {
        return NEURON_MAPPED;
    }

    u32 window = (u32)slots[source].object;
    u32 rights = slots[source].rights;
    //@ assert held: windows[window].owner == source && holder_ok(window) && granted_ok(window);
    //@ assert guarded: guarded_ok(window) && queue_mapped_ok(window, 2 * window);
    //@ assert queues: vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    irq_shut(window);
    //@ assert shut: unheld_ok(window) && \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    //@ assert lines: \forall integer w; 0 <= w < window_count && w != window ==> line_ok(w);
    let_go(window);
    hold(window, task, target, rights);
    return NEURON_OK;
}

/* Takes a window back: first the device stops, then its interrupt, then the mappings go. */
/*@ requires state: guarded && windows_inv;
    requires window: window < window_count && windows[window].owner != NONE;
    assigns windows[window].owner, windows[window].claimed, windows[window].live,
      windows[window].feature_word, windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1],
      vqueues[2 * window].size, vqueues[2 * window].place, vqueues[2 * window + 1].size,
      vqueues[2 * window + 1].place, page_tables[..][..], slots[windows[window].owner],
      line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures inv: guarded && windows_inv;
    ensures empty: slots[\old(windows[window].owner)].kind == NEURON_CAP_NONE;
    ensures nobody: windows[window].owner == NONE && nowhere(window);
    ensures only: only_unmapped{Pre, Post}(windows[window].task); */
static void release(u32 window)
{
    /* One that does not stop cannot be handed out again; it reaches what it was told to. */
    (void)device_stop(window);
    device_unmap_queues(window);
    //@ assert queues_only: only_unmapped{Pre, Here}(windows[window].task);
    irq_shut(window);
    //@ assert shut: unheld_ok(window) && \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    //@ assert lines: \forall integer w; 0 <= w < window_count && w != window ==> line_ok(w);
    device_unmap_pages(window);
    //@ assert pages_only: only_unmapped{Pre, Here}(windows[window].task);
    //@ assert unheld: unheld_ok(window) && nowhere(window);
    //@ assert guard: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    let_go(window);
}

NOINLINE int device_cap_revoke(u64 slot, u64 task, u64 target)
{
    int status = slot_find_task(slot, task);
    if (status != NEURON_OK) {
        return status;
    }
    if (target >= tasks[task].slots) {
        return NEURON_BAD_INDEX;
    }
    u32 row = tasks[task].first_slot + (u32)target;
    if (slots[row].kind == NEURON_CAP_NONE) {
        return NEURON_EMPTY_SLOT;
    }
    if (slots[row].kind != NEURON_CAP_MMIO) {
        return NEURON_WRONG_KIND;
    }

    //@ assert held: slot_of(task, row) && windows[slots[row].object].owner == row;
    //@ assert own: windows[slots[row].object].task == task;
    release((u32)slots[row].object);
    return NEURON_OK;
}

NOINLINE int device_cap_drop(u64 slot)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, 0, &row);
    if (status != NEURON_OK) {
        return status;
    }

    //@ assert held: slot_of(current, row) && windows[slots[row].object].owner == row;
    //@ assert own: windows[slots[row].object].task == current;
    release((u32)slots[row].object);
    return NEURON_OK;
}

void device_release_all(u32 task)
{
    /*@ loop invariant bound: 0 <= w <= window_count;
        loop invariant inv: guarded && windows_inv;
        loop invariant none: \forall integer v; 0 <= v < w && windows[v].task == task ==>
          windows[v].owner == NONE;
        loop invariant others: \forall integer s; 0 <= s < NEURON_SLOTS_MAX && !slot_of(task, s) ==>
          same_slot{Pre, Here}(s);
        loop invariant only: only_unmapped{Pre, Here}(task);
        loop assigns w, windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..], page_tables[..][..],
          slots[..], line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
        loop variant window_count - w; */
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].owner != NONE && windows[w].task == task) {
            release(w);
        }
    }
}
