/* Capability lookup. */
#include "slot.h"

int slot_find(u64 slot, u32 kind, u32 right, u32 *row)
{
    if (slot >= tasks[current].slots) {
        return NEURON_BAD_SLOT;
    }
    u32 found = tasks[current].first_slot + (u32)slot;
    if (slots[found].kind != kind) {
        return slots[found].kind == NEURON_CAP_NONE ? NEURON_EMPTY_SLOT : NEURON_WRONG_KIND;
    }
    if ((slots[found].rights & right) != right) {
        return NEURON_NO_RIGHT;
    }
    *row = found;
    return NEURON_OK;
}

int slot_find_task(u64 slot, u64 task)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_TASK, 0, &row);

    if (status != NEURON_OK) {
        return status;
    }
    return task < task_count && task != current ? NEURON_OK : NEURON_BAD_TASK;
}

int slot_query(u64 slot)
{
    if (slot >= tasks[current].slots) {
        return NEURON_BAD_SLOT;
    }
    u32 row = tasks[current].first_slot + (u32)slot;
    if (slots[row].kind == NEURON_CAP_NONE) {
        return NEURON_EMPTY_SLOT;
    }
    tasks[current].context.x[REG_A0 + 1] = slots[row].kind;
    tasks[current].context.x[REG_A0 + 2] = slots[row].rights;
    tasks[current].context.x[REG_A0 + 3] = slots[row].object;
    tasks[current].context.x[REG_A0 + 4] = slots[row].badge;
    if (slots[row].kind == NEURON_CAP_MMIO) {
        u64 window = slots[row].object;
        tasks[current].context.x[REG_A0 + 3] = windows[window].class;
        tasks[current].context.x[REG_A0 + 5] = windows[window].base;
        tasks[current].context.x[REG_A0 + 6] = (u64)windows[window].pages * NEURON_PAGE;
    }
    if (slots[row].kind == NEURON_CAP_DMA) {
        u64 memory = slots[row].object;
        tasks[current].context.x[REG_A0 + 5] = memories[memory].phys;
        tasks[current].context.x[REG_A0 + 6] = (u64)memories[memory].pages * NEURON_PAGE;
    }
    return NEURON_OK;
}
