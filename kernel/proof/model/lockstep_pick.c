/* What of the state a random call can use. */
#include "lockstep_aim.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "machine.h"
#include "world.h"

struct slot *own(u64 slot)
{
    return &slots[tasks[current].first_slot + slot];
}

u64 slot_with(u32 task, u32 kind, u64 right, int lacks)
{
    u64 count = tasks[task].slots;
    u64 first = draw(count);

    for (u64 i = 0; i < count; i++) {
        u64 s = (first + i) % count;
        const struct slot *slot = &slots[tasks[task].first_slot + s];
        if (slot->kind == kind && ((slot->rights & right) != right) == lacks) {
            return s;
        }
    }
    return NO_SLOT;
}

u64 slot_of_other_kind(u32 task, u32 kind)
{
    for (u32 tries = 0; tries < 20; tries++) {
        u64 s = draw(tasks[task].slots);
        u32 is = slots[tasks[task].first_slot + s].kind;
        if (is != kind && is != NEURON_CAP_NONE) {
            return s;
        }
    }
    return NO_SLOT;
}

u64 beyond(u64 count)
{
    return draw(3) == 0   ? TALL + draw(count)
           : draw(3) == 0 ? draw(UINT64_MAX >> 12) + count
                          : count + draw(3);
}

u64 window_of(u64 slot)
{
    return own(slot)->object;
}

int virtio(u64 w)
{
    return windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

struct fake_device *device(u64 w)
{
    return &machine.devices[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE];
}

u64 class_in(u64 w)
{
    return virtio(w) ? machine.virtio_class[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE]
                     : windows[w].class;
}

int does_reset(u64 w)
{
    return !virtio(w) || device(w)->stuck == 0 || device(w)->status == 0;
}

u64 virtio_slot(void)
{
    for (u32 tries = 0; tries < 6; tries++) {
        u64 s = slot_with(current, NEURON_CAP_MMIO, 0, 0);
        if (s == NO_SLOT || virtio(window_of(s))) {
            return s;
        }
    }
    return NO_SLOT;
}

u64 arena(void)
{
    return NEURON_USER_BASE + current * (u64)NEURON_USER_SPAN + NEURON_ARENA_OFFSET;
}

static u64 arena_entry(u64 page)
{
    return page_tables[tasks[current].first_leaf][NEURON_ARENA_OFFSET / NEURON_PAGE + page];
}

u64 arena_page(int mapped)
{
    u64 count = tasks[current].arena_pages;
    u64 first = draw(count);

    for (u64 i = 0; i < count; i++) {
        u64 page = (first + i) % count;
        if ((arena_entry(page) != 0) == mapped) {
            return arena() + page * NEURON_PAGE;
        }
    }
    return 0;
}

u64 outside_arena(void)
{
    u64 pages = tasks[current].arena_pages;

    switch (draw(4)) {
    case 0:
        return arena() - NEURON_PAGE;
    case 1:
        return draw(UINT64_MAX >> 24) * NEURON_PAGE;
    case 2:
        return arena() + NEURON_USER_SPAN;
    default:
        return arena() + (pages + draw(3)) * NEURON_PAGE;
    }
}

u64 some_deadline(void)
{
    switch (draw(8)) {
    case 0:
        return NEURON_POLL;
    case 1:
        return draw(2) == 0 ? machine.now : draw(machine.now) + 1;
    case 2:
        return draw(3) == 0 && current != init_task ? NEURON_FOREVER
                                                    : machine.now + 10 * DEADLINE_SPAN;
    default:
        return machine.now + 1 + draw(DEADLINE_SPAN);
    }
}

u64 good_tag(void)
{
    u64 bytes = draw(6) == 0 ? draw(NEURON_MESSAGE_BYTES + 1) : draw(3) * draw(9);

    return NEURON_TAG(draw(65536), draw(NEURON_MESSAGE_WORDS + 1), bytes);
}

u64 bad_tag(void)
{
    return draw(2) == 0 ? NEURON_TAG(draw(9), 5 + draw(100), 0)
                        : NEURON_TAG(0, 0, NEURON_MESSAGE_BYTES + 1 + draw(1000000));
}
