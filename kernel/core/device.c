/* Device windows. Each call checks everything first, then changes state and cannot fail. */
#include "device.h"

#include <neuron/table.h>

#include "slot.h"
#include "vspace.h"

#define DEVICE_RIGHTS (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ)
#define PROT_X 4u

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
    if (!guard_reset(window)) {
        return NEURON_STUCK;
    }

    windows[window].class = class;
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
    requires windows: platform_inv && windows_mapped && queues_mapped;
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

/* Empties the entry for `va`, where page `page` of the window was. */
/*@ requires state: tasks_inv && page_tables_inv && platform_inv;
    requires mapped: windows_mapped && queues_mapped;
    requires tasks: \forall integer w; 0 <= w < window_count ==> windows[w].task < task_count;
    requires task: window < window_count && task == windows[window].task;
    requires page: page < windows[window].pages && windows[window].place[page] == 0;
    requires place: in_arena(windows[window].task, va) &&
      place_entry(window, va) / 1024 == windows[window].base / NEURON_PAGE + page;
    assigns page_tables[tasks[windows[window].task].first_leaf +
      page_in(windows[window].task, va) / NEURON_PT_ENTRIES]
      [page_in(windows[window].task, va) % NEURON_PT_ENTRIES];
    ensures spaces: page_tables_inv;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures gone: place_entry(window, va) == 0; */
static void clear_entry(u32 task, u64 window, u64 page, u64 va)
{
    (void)window, (void)page; /* for the contract alone */
    /*@ assert pages: \forall integer v, k; 0 <= v < window_count && 0 <= k < windows[v].pages &&
          !(v == window && k == page) ==>
            windows[v].base / NEURON_PAGE + k != windows[window].base / NEURON_PAGE + page; */
    //@ assert memory: windows[window].base / NEURON_PAGE + page < NEURON_RAM_BASE / NEURON_PAGE;
    /*@ assert entries: \forall integer v, k; 0 <= v < window_count && 0 <= k < NEURON_WINDOW_PAGES_MAX &&
          windows[v].place[k] != 0 ==> place_entry(v, windows[v].place[k]) != place_entry(window, va); */
    /*@ assert first_queues: \forall integer v; 0 <= v < window_count && vqueues[2 * v].place != 0 ==>
          place_entry(v, vqueues[2 * v].place) != place_entry(window, va); */
    /*@ assert second_queues: \forall integer v; 0 <= v < window_count && vqueues[2 * v + 1].place != 0 ==>
          place_entry(v, vqueues[2 * v + 1].place) != place_entry(window, va); */
    vspace_unmap(task, va);
    arch_flush_page(task, va);
    /*@ assert others: \forall integer p, i;
          \at(page_tables[p][i], Pre) != place_entry{Pre}(window, va) ==>
            page_tables[p][i] == \at(page_tables[p][i], Pre); */
    /*@ assert kept: \forall integer v, place; place_entry{Pre}(v, place) != place_entry{Pre}(window, va) ==>
          place_entry(v, place) == place_entry{Pre}(v, place); */
}

/* Removes the mapping of a page of the window. */
/*@ requires state: tasks_inv && page_tables_inv && platform_inv;
    requires mapped: windows_mapped && queues_mapped;
    requires tasks: \forall integer w; 0 <= w < window_count ==> windows[w].task < task_count;
    requires task: window < window_count && task == windows[window].task;
    requires page: page < windows[window].pages && windows[window].place[page] != 0;
    assigns windows[window].place[page],
      page_tables[tasks[windows[window].task].first_leaf +
        page_in(windows[window].task, windows[window].place[page]) / NEURON_PT_ENTRIES]
        [page_in(windows[window].task, windows[window].place[page]) % NEURON_PT_ENTRIES];
    ensures spaces: page_tables_inv;
    ensures windows: windows_mapped;
    ensures queues: queues_mapped;
    ensures gone: windows[window].place[page] == 0 &&
      place_entry(window, \old(windows[window].place[page])) == 0; */
static void unmap_page(u32 task, u64 window, u64 page)
{
    u64 va = windows[window].place[page];

    //@ assert place: mapped_ok(window, page);
    windows[window].place[page] = 0;
    /*@ assert others: \forall integer v, k; 0 <= v < window_count && v != window && mapped_ok{Pre}(v, k) ==>
          mapped_ok(v, k); */
    //@ assert own: \forall integer k; mapped_ok{Pre}(window, k) ==> mapped_ok(window, k);
    /*@ assert queues: \forall integer v, q; 0 <= v < window_count && queue_mapped_ok{Pre}(v, q) ==>
          queue_mapped_ok(v, q); */
    clear_entry(task, window, page, va);
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
    irq_shut(window);
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
    (void)guard_reset(window);
    //@ assert reset_only: only_unmapped{Pre, Here}(windows[window].task);
    //@ assert reset_mapped: windows_mapped;
    guard_unmap_queues(window);
    //@ assert queues_only: only_unmapped{Pre, Here}(windows[window].task);
    //@ assert queues_windows: windows_mapped;
    //@ assert queues_queues: queues_mapped;
    //@ assert unheld: unheld_ok(window);
    irq_shut(window);
    /*@ loop invariant bound: 0 <= p <= windows[window].pages;
        loop invariant spaces: page_tables_inv;
        loop invariant windows: windows_mapped;
        loop invariant queues: queues_mapped;
        loop invariant none: \forall integer k; 0 <= k < p ==> windows[window].place[k] == 0;
        loop invariant only: only_unmapped{Pre, Here}(windows[window].task);
        loop assigns p, windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1], page_tables[..][..];
        loop variant windows[window].pages - p; */
    for (u32 p = 0; p < windows[window].pages; p++) {
        if (windows[window].place[p] != 0) {
            unmap_page(windows[window].task, window, p);
        }
    }
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

/* Whether `rights` allow a device page to be mapped with `prot`. */
/*@ assigns \nothing;
    ensures prot: \result == NEURON_OK ==> prot == NEURON_PROT_R || prot == NEURON_PROT_RW;
    ensures rights: \result == NEURON_OK ==> (rights & NEURON_RIGHT_READ) == NEURON_RIGHT_READ &&
      (prot == NEURON_PROT_RW ==> (rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE); */
static int check_prot(u64 prot, u32 rights)
{
    if (prot != NEURON_PROT_R && prot != NEURON_PROT_RW) {
        return (prot & PROT_X) == PROT_X ? NEURON_EXECUTABLE : NEURON_BAD_PROT;
    }
    if ((rights & NEURON_RIGHT_READ) != NEURON_RIGHT_READ ||
        (prot == NEURON_PROT_RW && (rights & NEURON_RIGHT_WRITE) != NEURON_RIGHT_WRITE)) {
        return NEURON_NO_RIGHT;
    }
    return NEURON_OK;
}

NOINLINE int device_map(u64 slot, u64 va, u64 offset, u64 prot)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, NEURON_RIGHT_MAP, &row);
    if (status != NEURON_OK) {
        return status;
    }
    status = check_prot(prot, slots[row].rights);
    if (status != NEURON_OK) {
        return status;
    }
    status = vspace_check_arena(va);
    if (status != NEURON_OK) {
        return status;
    }
    if (offset % NEURON_PAGE != 0) {
        return NEURON_UNALIGNED_OFFSET;
    }
    u64 window = slots[row].object;
    u64 page = offset / NEURON_PAGE;
    if (page >= windows[window].pages) {
        return NEURON_OUTSIDE_WINDOW;
    }
    if (windows[window].place[page] != 0 || vspace_entry(current, va) != 0) {
        return NEURON_ALREADY_MAPPED;
    }

    windows[window].place[page] = va;
    vspace_map_page(current, va, windows[window].base + offset, prot);
    arch_flush_page(current, va);
    return NEURON_OK;
}

NOINLINE int device_unmap(u64 va)
{
    int status = vspace_check_arena(va);
    if (status != NEURON_OK) {
        return status;
    }
    /*@ loop invariant bound: 0 <= w <= window_count;
        loop assigns w;
        loop variant window_count - w; */
    for (u64 w = 0; w < window_count; w++) {
        /*@ loop invariant bound: 0 <= p <= windows[w].pages;
            loop assigns p;
            loop variant windows[w].pages - p; */
        for (u64 p = 0; p < windows[w].pages; p++) {
            /* A place is an address of the one task that has it in its range. */
            if (windows[w].place[p] == va) {
                unmap_page(current, w, p);
                return NEURON_OK;
            }
        }
    }
    return NEURON_NOT_MAPPED;
}
