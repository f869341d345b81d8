/* Device windows. Each call checks everything first, then changes state and cannot fail. */
#include "device.h"

#include <neuron/table.h>

#include "arch.h"
#include "guard.h"
#include "irq.h"
#include "slot.h"
#include "state.h"
#include "vspace.h"

#define DEVICE_RIGHTS (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ)
#define PROT_X 4u

/* The window that begins at `base`, or NONE. */
static u32 window_at(u64 base)
{
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].base == base) {
            return w;
        }
    }
    return NONE;
}

/* Whether the table allows a window of this class, with these rights, in slot `target`. */
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
static void hold(u32 window, u64 task, u32 row, u32 rights)
{
    windows[window].owner = row;
    windows[window].task = (u32)task;
    slots[row] = (struct slot){.kind = NEURON_CAP_MMIO, .rights = rights, .object = window};
    if ((rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ) {
        slots[row].bits = ceilings[row].bits;
        irq_open(window);
    }
}

int device_cap_create(u64 slot, u64 base, u64 class, u64 rights, u64 destination)
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
static int is_mapped(u32 window)
{
    for (u32 p = 0; p < windows[window].pages; p++) {
        if (windows[window].place[p] != 0) {
            return 1;
        }
    }
    return guard_is_mapped(window);
}

int device_cap_transfer(u64 slot, u64 from, u64 task, u64 destination)
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
    slots[source] = (struct slot){.kind = NEURON_CAP_NONE};
    hold(window, task, target, rights);
    return NEURON_OK;
}

/* Takes a window back: first the device stops, then its interrupt, then the mappings go. */
static void release(u32 window)
{
    u32 task = windows[window].task;

    /* One that does not stop cannot be handed out again; it reaches what it was told to. */
    (void)guard_reset(window);
    guard_unmap_queues(window);
    irq_shut(window);
    for (u32 p = 0; p < windows[window].pages; p++) {
        if (windows[window].place[p] != 0) {
            vspace_unmap(task, windows[window].place[p]);
            arch_flush_page(task, windows[window].place[p]);
            windows[window].place[p] = 0;
        }
    }
    slots[windows[window].owner] = (struct slot){.kind = NEURON_CAP_NONE};
    windows[window].owner = NONE;
}

int device_cap_revoke(u64 slot, u64 task, u64 target)
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

int device_cap_drop(u64 slot)
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
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].owner != NONE && windows[w].task == task) {
            release(w);
        }
    }
}

/* Whether `rights` allow a device page to be mapped with `prot`. */
static int check_prot(u64 prot, u32 rights)
{
    if ((prot & PROT_X) == PROT_X) {
        return NEURON_EXECUTABLE;
    }
    if (prot != NEURON_PROT_R && prot != NEURON_PROT_RW) {
        return NEURON_BAD_PROT;
    }
    if ((rights & NEURON_RIGHT_READ) != NEURON_RIGHT_READ ||
        (prot == NEURON_PROT_RW && (rights & NEURON_RIGHT_WRITE) != NEURON_RIGHT_WRITE)) {
        return NEURON_NO_RIGHT;
    }
    return NEURON_OK;
}

int device_map(u64 slot, u64 va, u64 offset, u64 prot)
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

int device_unmap(u64 va)
{
    int status = vspace_check_arena(va);
    if (status != NEURON_OK) {
        return status;
    }
    for (u32 w = 0; w < window_count; w++) {
        for (u32 p = 0; p < windows[w].pages; p++) {
            /* A place is an address of the one task that has it in its range. */
            if (windows[w].place[p] == va) {
                windows[w].place[p] = 0;
                vspace_unmap(current, va);
                arch_flush_page(current, va);
                return NEURON_OK;
            }
        }
    }
    return NEURON_NOT_MAPPED;
}
