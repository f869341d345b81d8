/* Where device windows and queues are mapped. Two places never have the same entry: what entries lead to differs. */
#include "device_map.h"

#include "slot.h"
#include "vspace.h"

#define PROT_X 4u

int device_stop(u32 window)
{
    /*@ assert first: queue_mapped_ok(window, 2 * window) &&
          vqueue_ok(windows[window].task, windows[window].owner, 2 * window); */
    /*@ assert second: queue_mapped_ok(window, 2 * window + 1) &&
          vqueue_ok(windows[window].task, windows[window].owner, 2 * window + 1); */
    int stopped = guard_reset(window);

    /*@ assert entries: \forall integer p, i; 0 <= p < NEURON_PT_PAGES_MAX && 0 <= i < NEURON_PT_ENTRIES &&
          page_tables[p][i] != \at(page_tables[p][i], Pre) ==> page_tables[p][i] == 0 &&
          (was_queue{Pre, Here}(2 * window, p, i) || was_queue{Pre, Here}(2 * window + 1, p, i)); */
    //@ assert devices: devices_kept{Pre, Here};
    /*@ assert places: \forall integer v, q; 0 <= v < window_count && 2 * v <= q <= 2 * v + 1 &&
          vqueues[q].place != 0 ==> vqueues[q].place == \at(vqueues[q].place, Pre) &&
          in_arena(windows[v].task, vqueues[q].place) && queue_mapped_ok{Pre}(v, q); */
    //@ assert queues: queues_kept{Pre, Here};
    //@ assert windows: windows_mapped;
    //@ assert mapped: queues_mapped;
    //@ assert lines: lines_inv;
    return stopped;
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
    ensures vqueues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q);
    ensures only: only_unmapped{Pre, Post}(task);
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
    //@ assert leaf: page_in(task, va) / NEURON_PT_ENTRIES < tasks[task].leaf_tables;
    /*@ assert descriptors: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert vqueues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
}

void device_unmap_queues(u32 window)
{
    /*@ assert first: queue_mapped_ok(window, 2 * window) &&
          vqueue_ok(windows[window].task, windows[window].owner, 2 * window); */
    /*@ assert second: queue_mapped_ok(window, 2 * window + 1) &&
          vqueue_ok(windows[window].task, windows[window].owner, 2 * window + 1); */
    guard_unmap_queues(window);
    /*@ assert entries: \forall integer p, i; 0 <= p < NEURON_PT_PAGES_MAX && 0 <= i < NEURON_PT_ENTRIES &&
          page_tables[p][i] != \at(page_tables[p][i], Pre) ==> page_tables[p][i] == 0 &&
          (was_queue{Pre, Here}(2 * window, p, i) || was_queue{Pre, Here}(2 * window + 1, p, i)); */
    //@ assert devices: devices_kept{Pre, Here};
    /*@ assert places: \forall integer v, q; 0 <= v < window_count && 2 * v <= q <= 2 * v + 1 &&
          vqueues[q].place != 0 ==> vqueues[q].place == \at(vqueues[q].place, Pre) &&
          in_arena(windows[v].task, vqueues[q].place) && queue_mapped_ok{Pre}(v, q); */
    //@ assert queues: queues_kept{Pre, Here};
    //@ assert windows: windows_mapped;
    //@ assert mapped: queues_mapped;
    /*@ assert descriptors: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
}

void device_unmap_pages(u32 window)
{
    /*@ loop invariant bound: 0 <= p <= windows[window].pages;
        loop invariant spaces: page_tables_inv;
        loop invariant windows: windows_mapped;
        loop invariant queues: queues_mapped;
        loop invariant vqueues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q);
        loop invariant none: \forall integer k; 0 <= k < p ==> windows[window].place[k] == 0;
        loop invariant only: only_unmapped{Pre, Here}(windows[window].task);
        loop assigns p, windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1], page_tables[..][..];
        loop variant windows[window].pages - p; */
    for (u32 p = 0; p < windows[window].pages; p++) {
        if (windows[window].place[p] != 0) {
            unmap_page(windows[window].task, window, p);
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

/* Maps page `page` of a window of the current task at `va`, where nothing is. */
/*@ requires state: guarded && windows_inv && current < task_count;
    requires window: window < window_count && windows[window].owner != NONE && windows[window].task == current;
    requires page: page < windows[window].pages && windows[window].place[page] == 0;
    requires place: in_arena(current, va) && place_entry(window, va) == 0;
    requires prot: prot == NEURON_PROT_R || (prot == NEURON_PROT_RW &&
      (slots[windows[window].owner].rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE);
    assigns windows[window].place[page],
      page_tables[tasks[current].first_leaf + page_in(current, va) / NEURON_PT_ENTRIES]
        [page_in(current, va) % NEURON_PT_ENTRIES];
    ensures inv: guarded && windows_inv;
    ensures mapped: leaf_entry(current, page_in(current, va)) ==
      page_entry(windows[window].base + page * NEURON_PAGE, prot); */
static void map_page(u32 window, u64 page, u64 va, u64 prot)
{
    //@ assert leaves: in_leaves(current, va, 1);
    windows[window].place[page] = va;
    vspace_map_page(current, va, windows[window].base + page * NEURON_PAGE, prot);
    arch_flush_page(current, va);
    /*@ assert kept: \forall integer v, place; place_entry{Pre}(v, place) != 0 ==>
          place_entry(v, place) == place_entry{Pre}(v, place); */
    //@ assert entry: device_entry(window, page, place_entry(window, va));
    //@ assert own: mapped_ok(window, page);
    /*@ assert pages: \forall integer v, k; 0 <= v < window_count && 0 <= k < NEURON_WINDOW_PAGES_MAX &&
          !(v == window && k == page) && mapped_ok{Pre}(v, k) ==> mapped_ok(v, k); */
    /*@ assert queues: \forall integer v, q; 0 <= v < window_count && queue_mapped_ok{Pre}(v, q) ==>
          queue_mapped_ok(v, q); */
    /*@ assert descriptors: \forall integer t, n, q; descriptors_ok{Pre}(t, n, q) ==> descriptors_ok(t, n, q); */
    /*@ assert vqueues: \forall integer t, o, q; vqueue_ok{Pre}(t, o, q) ==> vqueue_ok(t, o, q); */
    //@ assert guard: \forall integer v; 0 <= v < window_count && guarded_ok{Pre}(v) ==> guarded_ok(v);
    //@ assert windows: windows_mapped;
    //@ assert mapped: queues_mapped;
    //@ assert holders: holders_inv && slots_inv && memories_inv && tasks_inv;
    //@ assert lines: lines_inv && platform_inv;
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

    //@ assert row: slot_of(current, row) && windows[window].owner == row && slot_of(windows[window].task, row);
    //@ assert own: windows[window].task == current;
    //@ assert empty: place_entry(window, va) == 0;
    map_page((u32)window, page, va, prot);
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
                //@ assert own: windows[w].task == current;
                unmap_page(current, w, p);
                /*@ assert guard: \forall integer v; 0 <= v < window_count && guarded_ok{Pre}(v) ==>
                      guarded_ok(v); */
                //@ assert lines: lines_inv && platform_inv;
                //@ assert holders: holders_inv && slots_inv && memories_inv && tasks_inv;
                return NEURON_OK;
            }
        }
    }
    return NEURON_NOT_MAPPED;
}
