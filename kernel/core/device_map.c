/* Where device windows and their queues are mapped. */
#include "device_map.h"

#include "slot.h"
#include "vspace.h"

#define PROT_X 4u

/*@ requires page: window < window_count <= NEURON_WINDOWS_MAX && page < NEURON_WINDOW_PAGES_MAX;
    assigns windows[window].place[page];
    ensures place: windows[window].place[page] == va;
    ensures windows: \forall integer w, p; 0 <= w < window_count && 0 <= p < NEURON_WINDOW_PAGES_MAX &&
      !(w == window && p == page) && mapped_ok{Pre}(w, p) ==> mapped_ok(w, p);
    ensures queues: queues_mapped{Pre} ==> queues_mapped;
    ensures private: \forall integer w, k, t, p, i; 0 <= w < window_count && 0 <= k < windows[w].pages &&
      !(w == window && k == page) && placed{Pre}(w, k, t, p, i) ==> placed(w, k, t, p, i);
    ensures leads: \forall integer w, k, p, i; 0 <= w < window_count && leads(p, i, w, k) ==>
      leads{Pre}(p, i, w, k);
    ensures rest: rest_kept{Pre, Post}; */
static void set_place(u64 window, u64 page, u64 va)
{
    windows[window].place[page] = va;
    /*@ assert same: \forall integer w; 0 <= w < window_count ==>
          windows[w].base == \at(windows[w].base, Pre) &&
          windows[w].pages == \at(windows[w].pages, Pre) && windows[w].irq == \at(windows[w].irq, Pre) &&
          windows[w].owner == \at(windows[w].owner, Pre) && windows[w].task == \at(windows[w].task, Pre) &&
          windows[w].claimed == \at(windows[w].claimed, Pre); */
    /*@ assert guard: \forall integer w; 0 <= w < window_count && guarded_ok{Pre}(w) ==> guarded_ok(w); */
    /*@ assert queues: \forall integer w, q; 0 <= w < window_count && queue_mapped_ok{Pre}(w, q) ==>
          queue_mapped_ok(w, q); */
    //@ assert platform: platform_inv{Pre} ==> platform_inv;
    //@ assert holders: holders_inv{Pre} ==> holders_inv;
    //@ assert lines: lines_inv{Pre} ==> lines_inv;
    //@ assert granted: windows_granted{Pre} ==> windows_granted;
    //@ assert virtio: queues_virtio{Pre} ==> queues_virtio;
}

/* Removes the mapping of a page of the window. */
/*@ requires tasks: tasks_inv && windows[window].task < task_count;
    requires spaces: page_tables_inv;
    requires mapped: platform_inv && places_inv;
    requires window: window < window_count;
    requires page: page < windows[window].pages && windows[window].place[page] != 0;
    assigns windows[window].place[page],
      page_tables[row_at(windows[window].task, windows[window].place[page])]
        [column_at(windows[window].task, windows[window].place[page])];
    ensures spaces: page_tables_inv;
    ensures mapped: places_inv;
    ensures rest: rest_kept{Pre, Post};
    ensures only: only_unmapped{Pre, Post}(windows[window].task);
    ensures gone: windows[window].place[page] == 0 &&
      place_entry(window, \old(windows[window].place[page])) == 0; */
static void unmap_page(u64 window, u64 page)
{
    u64 va = windows[window].place[page];

    //@ assert place: mapped_ok(window, page);
    set_place(window, page, 0);
    //@ assert windows: windows_mapped;
    /*@ assert here: \forall integer t, p, i; leaf_of(t, p, i) && placed{Pre}(window, page, t, p, i) ==>
          p == row_at(t, va) && i == column_at(t, va); */
    /*@ assert private: windows_private_but(row_at(windows[window].task, va),
          column_at(windows[window].task, va)); */
    /*@ assert pages: \forall integer v, k; 0 <= v < window_count && 0 <= k < windows[v].pages &&
          !(v == window && k == page) ==>
            windows[v].base / NEURON_PAGE + k != windows[window].base / NEURON_PAGE + page; */
    //@ assert memory: windows[window].base / NEURON_PAGE + page < NEURON_RAM_BASE / NEURON_PAGE;
    //@ assert leads: no_place_leads(windows[window].base / NEURON_PAGE + page);
    guard_unmap(windows[window].task, va);
}

void device_unmap_pages(u32 window)
{
    /*@ loop invariant bound: 0 <= p <= windows[window].pages;
        loop invariant spaces: page_tables_inv;
        loop invariant mapped: places_inv;
        loop invariant rest: rest_kept{Pre, Here};
        loop invariant none: \forall integer k; 0 <= k < p ==> windows[window].place[k] == 0;
        loop invariant only: only_unmapped{Pre, Here}(windows[window].task);
        loop assigns p, windows[window].place[0 .. NEURON_WINDOW_PAGES_MAX - 1],
          {page_tables[p][i] | integer p, i; cell(p, i)};
        loop variant windows[window].pages - p; */
    for (u32 p = 0; p < windows[window].pages; p++) {
        if (windows[window].place[p] != 0) {
            //@ assert place: mapped_ok(window, p);
            /*@ assert cell: cell(row_at(windows[window].task, windows[window].place[p]),
                  column_at(windows[window].task, windows[window].place[p])); */
            unmap_page(window, p);
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
/*@ requires tasks: tasks_inv && (\forall integer w; 0 <= w < window_count ==> windows[w].task < task_count);
    requires spaces: page_tables_inv;
    requires mapped: platform_inv && places_inv;
    requires window: window < window_count && windows[window].owner != NONE;
    requires task: windows[window].task == current && current < task_count;
    requires page: page < windows[window].pages && windows[window].place[page] == 0;
    requires place: in_arena(current, va) && leaf_entry(current, page_in(current, va)) == 0;
    requires prot: prot == NEURON_PROT_R || (prot == NEURON_PROT_RW &&
      (slots[windows[window].owner].rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE);
    assigns windows[window].place[page], page_tables[row_at(current, va)][column_at(current, va)];
    ensures spaces: page_tables_inv;
    ensures mapped: places_inv;
    ensures rest: rest_kept{Pre, Post};
    ensures entry: leaf_entry(current, page_in(current, va)) ==
      page_entry(windows[window].base + page * NEURON_PAGE, prot); */
static void map_page(u64 window, u64 page, u64 va, u64 prot)
{
    guard_map(current, va, windows[window].base + page * NEURON_PAGE, prot);
    //@ assert addresses: \forall integer t, p, i; 0 <= t && leaf_of(t, p, i) ==> leaf_va(t, p, i) > 0;
    /*@ assert nobody: \forall integer t, p, i; 0 <= t < task_count && leaf_of(t, p, i) &&
          !(p == row_at(current, va) && i == column_at(current, va)) ==> !leads(p, i, window, page); */
    set_place(window, page, va);
    /*@ assert cell: leads(row_at(current, va), column_at(current, va), window, page) &&
          placed(window, page, current, row_at(current, va), column_at(current, va)); */
    /*@ assert pages: \forall integer v, k; 0 <= v < window_count && 0 <= k < windows[v].pages &&
          !(v == window && k == page) ==>
            windows[v].base / NEURON_PAGE + k != windows[window].base / NEURON_PAGE + page; */
    /*@ assert only: \forall integer v, k; 0 <= v < window_count && 0 <= k < windows[v].pages &&
          !(v == window && k == page) ==> !leads(row_at(current, va), column_at(current, va), v, k); */
    /*@ assert task: \forall integer t; 0 <= t < task_count &&
          leaf_of(t, row_at(current, va), column_at(current, va)) ==> t == current; */
    //@ assert entry: device_entry(window, page, place_entry(window, va));
    //@ assert own: mapped_ok(window, page);
    //@ assert windows: windows_mapped;
    //@ assert queues: queues_mapped;
    /*@ assert others: windows_private_but(row_at(current, va), column_at(current, va)); */
    /*@ assert here: \forall integer v, k, t; 0 <= v < window_count && 0 <= k < windows[v].pages &&
          0 <= t < task_count && leaf_of(t, row_at(current, va), column_at(current, va)) &&
          leads(row_at(current, va), column_at(current, va), v, k) ==>
            placed(v, k, t, row_at(current, va), column_at(current, va)); */
    //@ assert private: windows_private;
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

    //@ assert held: windows[window].owner == row;
    //@ assert row: slot_of(current, row) && slot_of(windows[window].task, row);
    //@ assert own: windows[window].task == current;
    //@ assert offset: offset == page * NEURON_PAGE;
    map_page(window, page, va, prot);
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
                //@ assert mapped: mapped_ok(w, p);
                //@ assert place: place_of_window(w, p);
                //@ assert own: windows[w].task == current;
                unmap_page(w, p);
                return NEURON_OK;
            }
        }
    }
    return NEURON_NOT_MAPPED;
}

int device_is_mapped(u32 window)
{
    //@ assert pages: window_ok(window);
    //@ assert mapped: \forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> mapped_ok(window, p);
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

void device_silence(u32 window)
{
    irq_shut(window);
    //@ assert guard: \forall integer v; 0 <= v < window_count && guarded_ok{Pre}(v) ==> guarded_ok(v);
    /*@ assert mapped: \forall integer v, p; 0 <= v < window_count && mapped_ok{Pre}(v, p) ==>
          mapped_ok(v, p); */
    /*@ assert queues: \forall integer v, q; 0 <= v < window_count && queue_mapped_ok{Pre}(v, q) ==>
          queue_mapped_ok(v, q); */
    /*@ assert placed: \forall integer v, k, t, p, i; placed{Pre}(v, k, t, p, i) ==> placed(v, k, t, p, i); */
}

int device_stop(u32 window)
{
    /*@ assert cell: \let row = row_of(window, 2 * window); \let column = column_of(window, 2 * window);
          cell(row, column) <==> 0 <= row < NEURON_PT_PAGES_MAX && 0 <= column < NEURON_PT_ENTRIES; */
    /*@ assert next_cell: \let row = row_of(window, 2 * window + 1);
          \let column = column_of(window, 2 * window + 1);
          cell(row, column) <==> 0 <= row < NEURON_PT_PAGES_MAX && 0 <= column < NEURON_PT_ENTRIES; */
    int stopped = guard_reset(window);

    //@ assert line: \forall integer v; 0 <= v < window_count && line_ok{Pre}(v) ==> line_ok(v);
    /*@ assert irqs: \forall integer v; 0 <= v < window_count ==>
          windows[v].irq == \at(windows[v].irq, Pre); */
    //@ assert known: lines_known;
    //@ assert granted: windows_granted;
    return stopped;
}
