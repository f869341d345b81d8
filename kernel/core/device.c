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
/*@ requires tasks: tasks_inv && slots_inv && holders_inv;
    requires windows: platform_inv && places_inv && queues_virtio && windows_granted && lines_inv;
    requires guard: guard_inv;
    requires slot: task < task_count && slot_of(task, row) && slots[row].kind == NEURON_CAP_NONE;
    requires window: window < window_count && windows[window].owner == NONE;
    requires queues: vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    requires irq: (rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ ==> windows[window].irq != 0;
    assigns windows[window].owner, windows[window].task, slots[row],
      line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures slots: slots_inv;
    ensures platform: platform_inv;
    ensures holders: holders_inv;
    ensures guard: guard_inv;
    ensures lines: lines_inv;
    ensures granted: windows_granted;
    ensures virtio: queues_virtio;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures private: windows_private;
    ensures slot: slots[row].kind == NEURON_CAP_MMIO && slots[row].rights == rights &&
      slots[row].object == window && no_port(row);
    ensures owner: windows[window].owner == row && windows[window].task == task; */
static void hold(u32 window, u64 task, u32 row, u32 rights)
{
    //@ assert apart: \forall integer v; 0 <= v < window_count ==> windows[v].owner != row;
    /*@ assert unmapped: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==>
          windows[window].place[p] == 0; */
    //@ assert closed: line_ok(window) && !interrupts(window);
    //@ assert own: guarded_ok(window);
    //@ assert queues_unmapped: vqueues[2 * window].place == 0 && vqueues[2 * window + 1].place == 0;
    //@ assert pages: 1 <= windows[window].pages <= NEURON_WINDOW_PAGES_MAX;
    //@ assert addresses: \forall integer t, p, i; 0 <= t && leaf_of(t, p, i) ==> leaf_va(t, p, i) > 0;
    /*@ assert own_private: \forall integer k, t, p, i; 0 <= k < windows[window].pages &&
          0 <= t < task_count && leaf_of(t, p, i) && leads(p, i, window, k) ==>
            windows[window].place[k] == leaf_va(t, p, i); */
    //@ assert empty: \forall integer k; 0 <= k < windows[window].pages ==> windows[window].place[k] == 0;
    /*@ assert none: \forall integer k, t, p, i; 0 <= k < windows[window].pages && 0 <= t < task_count &&
          leaf_of(t, p, i) ==> !leads(p, i, window, k); */
    windows[window].owner = row;
    windows[window].task = (u32)task;
    slots[row] = (struct slot){
        .kind = NEURON_CAP_MMIO, .rights = rights, .object = window, .generation = NEVER};
    if ((rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ) {
        slots[row].bits = ceilings[row].bits;
        irq_open(window);
    }
    /*@ assert same: \forall integer v; 0 <= v < window_count ==>
          windows[v].base == \at(windows[v].base, Pre) &&
          windows[v].pages == \at(windows[v].pages, Pre) && windows[v].irq == \at(windows[v].irq, Pre) &&
          windows[v].transport == \at(windows[v].transport, Pre); */
    /*@ assert others: \forall integer v; 0 <= v < window_count && v != window ==>
          windows[v].owner == \at(windows[v].owner, Pre) && windows[v].task == \at(windows[v].task, Pre) &&
          windows[v].claimed == \at(windows[v].claimed, Pre); */
    /*@ assert reach: \forall integer t, a, b, f; reach_ok{Pre}(t, a, b, f) ==> reach_ok(t, a, b, f); */
    /*@ assert descriptor: \forall integer t, n, q, d; descriptor_ok{Pre}(t, n, q, d) ==>
          descriptor_ok(t, n, q, d); */
    /*@ assert tables: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert queues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
    /*@ assert guarded: \forall integer v; 0 <= v < window_count && v != window && guarded_ok{Pre}(v) ==>
          guarded_ok(v); */
    //@ assert window: guarded_ok(window);
    /*@ assert queue_mapped: \forall integer v, q; 0 <= v < window_count && v != window &&
          queue_mapped_ok{Pre}(v, q) ==> queue_mapped_ok(v, q); */
    //@ assert own_queues: queue_mapped_ok(window, 2 * window) && queue_mapped_ok(window, 2 * window + 1);
    /*@ assert firsts: \forall integer v; 0 <= v < window_count && v != window &&
          queue_mapped_ok{Pre}(v, 2 * v) ==> queue_mapped_ok(v, 2 * v); */
    /*@ assert seconds: \forall integer v; 0 <= v < window_count && v != window &&
          queue_mapped_ok{Pre}(v, 2 * v + 1) ==> queue_mapped_ok(v, 2 * v + 1); */
    /*@ assert device: \forall integer v, p, e; 0 <= v < window_count && v != window &&
          windows[v].owner != NONE && device_entry{Pre}(v, p, e) ==> device_entry(v, p, e); */
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && v != window && mapped_ok{Pre}(v, p) ==>
          mapped_ok(v, p); */
    //@ assert own_pages: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> mapped_ok(window, p);
    /*@ assert placed: \forall integer v, k, t, p, i; 0 <= v < window_count && v != window &&
          placed{Pre}(v, k, t, p, i) ==> placed(v, k, t, p, i); */
    /*@ assert leads: \forall integer v, k, p, i; 0 <= v < window_count && leads(p, i, v, k) ==>
          leads{Pre}(p, i, v, k); */
    /*@ assert own: \forall integer k, t, p, i; 0 <= k < windows[window].pages && 0 <= t < task_count &&
          leaf_of(t, p, i) ==> !leads(p, i, window, k); */
    /*@ assert private: \forall integer v, k, t, p, i; 0 <= v < window_count && v != window &&
          0 <= k < windows[v].pages && 0 <= t < task_count && leaf_of(t, p, i) && leads(p, i, v, k) ==>
            placed(v, k, t, p, i); */
    //@ assert line: line_ok(window);
    //@ assert lines: \forall integer v; 0 <= v < window_count && v != window ==> line_ok(v);
}

/* What a window that is nobody's is. */
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX;
    assigns windows[window].class;
    ensures mapped: places_inv{Pre} ==> places_inv;
    ensures rest: rest_kept{Pre, Post};
    ensures class: windows[window].class == class; */
static void classify(u32 window, u64 class)
{
    windows[window].class = class;
    /*@ assert guard: \forall integer v; 0 <= v < window_count && guarded_ok{Pre}(v) ==> guarded_ok(v); */
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && mapped_ok{Pre}(v, p) ==>
          mapped_ok(v, p); */
    /*@ assert queues: \forall integer v, q; 0 <= v < window_count && queue_mapped_ok{Pre}(v, q) ==>
          queue_mapped_ok(v, q); */
    /*@ assert placed: \forall integer v, k, t, p, i; placed{Pre}(v, k, t, p, i) ==> placed(v, k, t, p, i); */
    //@ assert platform: platform_inv{Pre} ==> platform_inv;
    //@ assert holders: holders_inv{Pre} ==> holders_inv;
    //@ assert lines: lines_inv{Pre} ==> lines_inv;
    //@ assert granted: windows_granted{Pre} ==> windows_granted;
    //@ assert virtio: queues_virtio{Pre} ==> queues_virtio;
}

/* The window, which is nobody's, goes to slot `row` of the current task once its device has stopped. Firmware
 * may have left it running; and one that did not stop for its last owner must not run on. */
/*@ requires state: guarded && windows_inv && current < task_count;
    requires window: window < window_count && windows[window].owner == NONE;
    requires slot: slot_of(current, row) && slots[row].kind == NEURON_CAP_NONE;
    requires irq: (rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ ==> windows[window].irq != 0;
    assigns windows[window].live, windows[window].feature_word, windows[window].class,
      windows[window].owner, windows[window].task, slots[row],
      vqueues[2 * window].size, vqueues[2 * window].place,
      vqueues[2 * window + 1].size, vqueues[2 * window + 1].place,
      {page_tables[p][i] | integer p, i; cell(p, i)},
      line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures inv: guarded && windows_inv;
    ensures slot: \result == NEURON_OK ==> slots[row].kind == NEURON_CAP_MMIO &&
      slots[row].rights == rights && slots[row].object == window && no_port(row);
    ensures owner: \result == NEURON_OK ==>
      windows[window].owner == row && windows[window].class == class;
    ensures unseen: same_tables{Pre, Post};
    ensures refused: \result != NEURON_OK ==> same_slot{Pre, Post}(row) && same_holder{Pre, Post}(window); */
static int give(u32 window, u64 class, u32 row, u32 rights)
{
    if (!device_stop(window)) {
        return NEURON_STUCK;
    }
    //@ assert lines: lines_inv && windows_granted;
    classify(window, class);
    hold(window, current, row, rights);
    //@ assert tasks: tasks_inv && memories_inv && page_tables_inv;
    return NEURON_OK;
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
    u32 given = (u32)rights;
    if ((given & DEVICE_RIGHTS) != rights || given == 0) {
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
    if ((given & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ && windows[window].irq == 0) {
        return NEURON_NO_INTERRUPT;
    }
    //@ assert target: target == tasks[current].first_slot + destination && slot_of(current, target);
    //@ assert rights: given == rights;
    //@ assert window: window < window_count && windows[window].base == base && windows[window].owner == NONE;
    return give(window, class, target, given);
}

/* The slot that holds the window is empty, and nobody has it: its interrupt is shut, it is mapped nowhere. */
/*@ requires tasks: tasks_inv && slots_inv && holders_inv;
    requires windows: platform_inv && places_inv && queues_virtio && windows_granted;
    requires lines: lines_known && (\forall integer w; 0 <= w < window_count && w != window ==> line_ok(w));
    requires line: windows[window].claimed == 0 && (windows[window].irq != 0 ==>
      line_open[windows[window].irq] == 0 && line_claimed[windows[window].irq] == 0);
    requires window: window < window_count && windows[window].owner != NONE && nowhere(window);
    requires guard: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    requires unheld: unheld_ok(window);
    assigns slots[windows[window].owner], windows[window].owner;
    ensures slots: slots_inv;
    ensures platform: platform_inv;
    ensures holders: holders_inv;
    ensures guard: guard_inv;
    ensures lines: lines_inv;
    ensures granted: windows_granted;
    ensures virtio: queues_virtio;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures private: windows_private;
    ensures empty: emptied(\old(windows[window].owner));
    ensures nobody: windows[window].owner == NONE && nowhere(window) && unheld_ok(window); */
static void let_go(u32 window)
{
    u32 row = windows[window].owner;

    //@ assert held: holder_ok(window);
    //@ assert apart: \forall integer v; 0 <= v < window_count && v != window ==> windows[v].owner != row;
    //@ assert pages: 1 <= windows[window].pages <= NEURON_WINDOW_PAGES_MAX;
    //@ assert addresses: \forall integer t, p, i; 0 <= t && leaf_of(t, p, i) ==> leaf_va(t, p, i) > 0;
    /*@ assert own_private: \forall integer k, t, p, i; 0 <= k < windows[window].pages &&
          0 <= t < task_count && leaf_of(t, p, i) && leads(p, i, window, k) ==>
            windows[window].place[k] == leaf_va(t, p, i); */
    //@ assert empty: \forall integer k; 0 <= k < windows[window].pages ==> windows[window].place[k] == 0;
    /*@ assert none: \forall integer k, t, p, i; 0 <= k < windows[window].pages && 0 <= t < task_count &&
          leaf_of(t, p, i) ==> !leads(p, i, window, k); */
    slots[row] = (struct slot){.kind = NEURON_CAP_NONE, .generation = NEVER};
    windows[window].owner = NONE;
    /*@ assert same: \forall integer v; 0 <= v < window_count ==>
          windows[v].base == \at(windows[v].base, Pre) &&
          windows[v].pages == \at(windows[v].pages, Pre) && windows[v].irq == \at(windows[v].irq, Pre) &&
          windows[v].transport == \at(windows[v].transport, Pre); */
    /*@ assert others: \forall integer v; 0 <= v < window_count && v != window ==>
          windows[v].owner == \at(windows[v].owner, Pre) && windows[v].task == \at(windows[v].task, Pre) &&
          windows[v].claimed == \at(windows[v].claimed, Pre); */
    /*@ assert reach: \forall integer t, a, b, f; reach_ok{Pre}(t, a, b, f) ==> reach_ok(t, a, b, f); */
    /*@ assert descriptor: \forall integer t, n, q, d; descriptor_ok{Pre}(t, n, q, d) ==>
          descriptor_ok(t, n, q, d); */
    /*@ assert tables: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert queues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
    /*@ assert guarded: \forall integer v; 0 <= v < window_count && v != window && guarded_ok{Pre}(v) ==>
          guarded_ok(v); */
    //@ assert window: guarded_ok(window);
    /*@ assert same_tasks: \forall integer v; 0 <= v < window_count ==>
          windows[v].task == \at(windows[v].task, Pre); */
    /*@ assert firsts: \forall integer v; 0 <= v < window_count && queue_mapped_ok{Pre}(v, 2 * v) ==>
          queue_mapped_ok(v, 2 * v); */
    /*@ assert seconds: \forall integer v; 0 <= v < window_count && queue_mapped_ok{Pre}(v, 2 * v + 1) ==>
          queue_mapped_ok(v, 2 * v + 1); */
    /*@ assert device: \forall integer v, p, e; 0 <= v < window_count && v != window &&
          windows[v].owner != NONE && device_entry{Pre}(v, p, e) ==> device_entry(v, p, e); */
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && v != window && mapped_ok{Pre}(v, p) ==>
          mapped_ok(v, p); */
    //@ assert own_pages: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> mapped_ok(window, p);
    /*@ assert placed: \forall integer v, k, t, p, i; 0 <= v < window_count && v != window &&
          placed{Pre}(v, k, t, p, i) ==> placed(v, k, t, p, i); */
    /*@ assert leads: \forall integer v, k, p, i; 0 <= v < window_count && leads(p, i, v, k) ==>
          leads{Pre}(p, i, v, k); */
    /*@ assert own: \forall integer k, t, p, i; 0 <= k < windows[window].pages && 0 <= t < task_count &&
          leaf_of(t, p, i) ==> !leads(p, i, window, k); */
    /*@ assert private: \forall integer v, k, t, p, i; 0 <= v < window_count && v != window &&
          0 <= k < windows[v].pages && 0 <= t < task_count && leaf_of(t, p, i) && leads(p, i, v, k) ==>
            placed(v, k, t, p, i); */
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
    if (device_is_mapped((u32)slots[source].object)) {
        return NEURON_MAPPED;
    }

    u32 window = (u32)slots[source].object;
    u32 rights = slots[source].rights;
    //@ assert held: windows[window].owner == source && holder_ok(window) && granted_ok(window);
    //@ assert guarded: guarded_ok(window);
    //@ assert queues: vqueues[2 * window].size == 0 && vqueues[2 * window + 1].size == 0;
    //@ assert unheld: unheld_ok(window);
    device_silence(window);
    //@ assert places: platform_inv && places_inv;
    //@ assert others: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    let_go(window);
    hold(window, task, target, rights);
    return NEURON_OK;
}

/* Takes the pages and the queues of a window from the address space of its owner. */
/*@ requires tasks: tasks_inv && (\forall integer w; 0 <= w < window_count ==> windows[w].task < task_count);
    requires spaces: page_tables_inv;
    requires mapped: platform_inv && places_inv;
    requires guard: guard_inv;
    requires window: window < window_count;
    assigns windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1],
      vqueues[2 * window].place, vqueues[2 * window + 1].place,
      {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures spaces: page_tables_inv;
    ensures mapped: places_inv;
    ensures platform: platform_inv;
    ensures known: lines_known{Pre} ==> lines_known;
    ensures lines: \forall integer w; line_ok{Pre}(w) ==> line_ok(w);
    ensures holders: holders_inv{Pre} ==> holders_inv;
    ensures virtio: queues_virtio{Pre} ==> queues_virtio;
    ensures granted: windows_granted{Pre} ==> windows_granted;
    ensures others: \forall integer w; 0 <= w < window_count && w != window ==> guarded_ok(w);
    ensures unheld: unheld_ok(window);
    ensures nowhere: nowhere(window);
    ensures only: only_unmapped{Pre, Post}(windows[window].task); */
static void unmap_all(u32 window)
{
    device_unmap_pages(window);
    //@ assert pages_only: only_unmapped{Pre, Here}(windows[window].task);
    //@ assert guard: guard_inv;
    //@ assert own: guarded_ok(window);
    /*@ assert cell: \let row = row_of(window, 2 * window); \let column = column_of(window, 2 * window);
          cell(row, column) <==> 0 <= row < NEURON_PT_PAGES_MAX && 0 <= column < NEURON_PT_ENTRIES; */
    /*@ assert next_cell: \let row = row_of(window, 2 * window + 1);
          \let column = column_of(window, 2 * window + 1);
          cell(row, column) <==> 0 <= row < NEURON_PT_PAGES_MAX && 0 <= column < NEURON_PT_ENTRIES; */
    guard_unmap_queues(window);
}

/* Takes a window back: first the device stops, then its interrupt, then the mappings go. */
/*@ requires state: guarded && windows_inv;
    requires window: window < window_count && windows[window].owner != NONE;
    assigns windows[window].owner, windows[window].claimed, windows[window].live,
      windows[window].feature_word, windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1],
      vqueues[2 * window].size, vqueues[2 * window].place, vqueues[2 * window + 1].size,
      vqueues[2 * window + 1].place, slots[windows[window].owner],
      {page_tables[p][i] | integer p, i; cell(p, i)},
      line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures inv: guarded && windows_inv;
    ensures empty: emptied(\old(windows[window].owner));
    ensures nobody: windows[window].owner == NONE && nowhere(window);
    ensures only: only_unmapped{Pre, Post}(windows[window].task); */
static void release(u32 window)
{
    /* One that does not stop cannot be handed out again; it reaches what it was told to. */
    (void)device_stop(window);
    //@ assert stopped: only_unmapped{Pre, Here}(windows[window].task);
    device_silence(window);
    //@ assert tasks: tasks_inv;
    //@ assert holders: \forall integer w; 0 <= w < window_count ==> holder_ok(w);
    unmap_all(window);
    //@ assert places: platform_inv && places_inv;
    //@ assert lines: \forall integer w; 0 <= w < window_count && w != window ==> line_ok(w);
    //@ assert only: only_unmapped{Pre, Here}(windows[window].task);
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

    //@ assert row: row == tasks[task].first_slot + target;
    //@ assert held: slot_of(task, row) && windows[slots[row].object].owner == row;
    //@ assert own: windows[slots[row].object].task == task;
    //@ assert line: slots[row].object < window_count && window_ok(slots[row].object);
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
    //@ assert line: slots[row].object < window_count && window_ok(slots[row].object);
    release((u32)slots[row].object);
    return NEURON_OK;
}

void device_release_all(u32 task)
{
    /*@ loop invariant bound: 0 <= w <= window_count;
        loop invariant inv: guarded && windows_inv;
        loop invariant none: \forall integer v; 0 <= v < w && windows[v].task == task ==>
          windows[v].owner == NONE;
        loop invariant others: \forall integer s; 0 <= s < NEURON_SLOTS_MAX &&
          (!slot_of(task, s) || \at(slots[s].kind, Pre) != NEURON_CAP_MMIO) ==> same_slot{Pre, Here}(s);
        loop invariant slots: \forall integer s; 0 <= s < NEURON_SLOTS_MAX ==>
          same_slot{Pre, Here}(s) || emptied(s);
        loop invariant only: only_unmapped{Pre, Here}(task);
        loop assigns w, windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[..],
          {page_tables[p][i] | integer p, i; cell(p, i)},
          slots[..], line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
        loop variant window_count - w; */
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].owner != NONE && windows[w].task == task) {
            //@ assert held: holder_ok(w);
            release(w);
            /*@ assert rest: \forall integer v; 0 <= v < w ==>
                  windows[v].owner == \at(windows[v].owner, LoopCurrent) &&
                  windows[v].task == \at(windows[v].task, LoopCurrent); */
        }
        //@ assert free: windows[w].task == task ==> windows[w].owner == NONE;
        /*@ assert earlier: \forall integer v; 0 <= v < w && windows[v].task == task ==>
              windows[v].owner == NONE; */
        /*@ assert all: \forall integer v; 0 <= v <= w && windows[v].task == task ==>
              windows[v].owner == NONE; */
    }
}
