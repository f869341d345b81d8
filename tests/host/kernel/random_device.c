/* Chance, and random device windows, ceilings and calls. */
#include "random_device.h"

#include <neuron/table.h>

#include "drive.h"

#define TALL (UINT64_MAX >> 12)

static u64 random_state;

void draw_from(u64 seed)
{
    random_state = seed;
}

/* xorshift64*, Vigna 2016 */
u64 draw(u64 below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return below == 0 ? 0 : (random_state * UINT64_C(2685821657736338717) >> 11) % below;
}

#define DEVICES 6u
#define FIXED_CLASS 0x101u
#define FIXED_PAGES 2u

static const u64 window_base[DEVICES] = {
    0x101000,
    FAKE_VIRTIO_BASE,
    FAKE_VIRTIO_BASE + NEURON_PAGE,
    FAKE_VIRTIO_BASE + 2 * NEURON_PAGE,
    FAKE_VIRTIO_BASE + 3 * NEURON_PAGE,
    0x20000000,
};

/* Few classes, so that they are often the right ones. */
static u64 some_class(void)
{
    static const u64 classes[] = {NEURON_CLASS_VIRTIO_NET, NEURON_CLASS_VIRTIO_RNG, FIXED_CLASS};

    return draw(20) == 0 ? draw(TALL) : classes[draw(3)];
}

static u64 some_rights(void)
{
    if (draw(20) == 0) {
        return draw(TALL);
    }
    return draw(4) == 0 ? 4 * draw(8) : NEURON_RIGHT_READ | NEURON_RIGHT_MAP | 8 * draw(2);
}

void random_devices(u32 count)
{
    world_fixed(window_base[0], 1, 11, FIXED_CLASS);
    for (u32 w = 1; w < DEVICES - 1; w++) {
        world_window(window_base[w], w);
    }
    world_fixed(window_base[DEVICES - 1], FIXED_PAGES, 0, FIXED_CLASS);
    world_slot(0, NEURON_CAP_NONE);
    world_slot(0, NEURON_CAP_NONE);
    for (u32 i = 0; i < count; i++) {
        u64 class = some_class();
        u32 first = 1 + (u32)draw(DEVICES - 2);
        u64 base = window_base[first];
        u64 bytes = window_base[first + draw(DEVICES - 1 - first)] - base + NEURON_PAGE;
        if (class == FIXED_CLASS) {
            base = window_base[DEVICES - 1];
            bytes = FIXED_PAGES * NEURON_PAGE;
        }
        world_ceiling((u32)draw(count), class == 0 ? 1 : class,
                      NEURON_RIGHT_READ | NEURON_RIGHT_MAP | 8 * draw(2), base, bytes);
    }
}

void random_machine(void)
{
    for (u32 w = 0; w < DEVICES - 2; w++) {
        machine.virtio_class[w] = draw(3) == 0 ? 0 : some_class();
    }
}

/* A slot of a task: mostly one that the table declares for a device, or that init has room in. */
static u64 some_device_slot(u32 task, u32 kind)
{
    for (u32 tries = 0; tries < 6; tries++) {
        u64 slot = draw(tasks[task].slots);
        u64 row = tasks[task].first_slot + slot;
        if (slots[row].kind == kind &&
            (kind != NEURON_CAP_NONE || task == init_task || ceilings[row].kind != kind)) {
            return slot;
        }
    }
    return draw(20) == 0 ? draw(TALL) : draw(tasks[task].slots + 2);
}

/* A multiple of the page below `pages`, mostly. */
static u64 some_page(u64 pages)
{
    return draw(20) == 0 ? draw(TALL) : draw(pages) * NEURON_PAGE + (draw(20) == 0 ? 8 : 0);
}

static u64 some_va(void)
{
    return NEURON_USER_BASE + current * (u64)NEURON_USER_SPAN + NEURON_ARENA_OFFSET +
           some_page(tasks[current].arena_pages + 1) - (draw(20) == 0 ? NEURON_PAGE : 0);
}

/* What the device in the window at `base` is, mostly. */
static u64 likely_class(u64 base)
{
    u64 window = (base - FAKE_VIRTIO_BASE) / NEURON_PAGE;

    if (draw(8) == 0) {
        return some_class();
    }
    return base >= FAKE_VIRTIO_BASE && window < DEVICES - 2 ? machine.virtio_class[window]
                                                            : FIXED_CLASS;
}

/* The slot whose ceiling allows what is in slot `from` of init, but perhaps not its rights. */
static int declared_slot(u64 from, u64 *task, u64 *slot)
{
    u64 row = tasks[init_task].first_slot + from;

    if (from >= tasks[init_task].slots || slots[row].kind != NEURON_CAP_MMIO || draw(4) == 0) {
        return 0;
    }
    const struct window *window = &windows[slots[row].object];
    for (u32 t = 1; t < task_count; t++) {
        for (u32 s = 0; s < tasks[t].slots; s++) {
            const struct ceiling *ceiling = &ceilings[tasks[t].first_slot + s];
            if (ceiling->kind == NEURON_CAP_MMIO && ceiling->class == window->class &&
                window->base >= ceiling->base && window->base - ceiling->base < ceiling->bytes) {
                *task = t;
                *slot = s;
                return 1;
            }
        }
    }
    return 0;
}

void random_device_inputs(u64 number, u64 *in)
{
    u32 task = (u32)draw(task_count);

    switch (number) {
    case NEURON_SYS_device_cap_create:
        in[0] = draw(20) == 0 ? draw(8) : NEURON_SLOT_FACTORY;
        in[1] = draw(20) == 0 ? draw(TALL) : window_base[draw(DEVICES)];
        in[2] = likely_class(in[1]);
        in[3] = some_rights();
        in[4] = some_device_slot(current, NEURON_CAP_NONE);
        break;
    case NEURON_SYS_cap_transfer_to:
    case NEURON_SYS_cap_revoke:
        in[0] = draw(20) == 0 ? draw(8) : NEURON_SLOT_TASK;
        in[1] = number == NEURON_SYS_cap_revoke ? task : some_device_slot(current, NEURON_CAP_MMIO);
        in[2] = number == NEURON_SYS_cap_revoke ? some_device_slot(task, NEURON_CAP_MMIO) : task;
        in[3] = some_device_slot(task, NEURON_CAP_NONE);
        if (number == NEURON_SYS_cap_transfer_to) {
            (void)declared_slot(in[1], &in[2], &in[3]);
        }
        break;
    case NEURON_SYS_unmap:
        in[0] = some_va();
        break;
    default:
        in[0] = some_device_slot(current, NEURON_CAP_MMIO);
        in[1] = some_va();
        in[2] = some_page(FIXED_PAGES + 1);
        in[3] = draw(10) == 0 ? draw(9) : 1 + 2 * draw(2);
        break;
    }
}

u64 random_device_call(void)
{
    static const u64 holder[] = {NEURON_SYS_mmio_map, NEURON_SYS_mmio_map, NEURON_SYS_mmio_map,
                                 NEURON_SYS_mmio_map, NEURON_SYS_mmio_map, NEURON_SYS_unmap,
                                 NEURON_SYS_unmap,    NEURON_SYS_cap_drop};
    static const u64 maker[] = {NEURON_SYS_device_cap_create, NEURON_SYS_device_cap_create,
                                NEURON_SYS_cap_transfer_to,   NEURON_SYS_cap_transfer_to,
                                NEURON_SYS_cap_transfer_to,   NEURON_SYS_cap_revoke};

    return current == init_task && draw(4) != 0 ? maker[draw(sizeof(maker) / sizeof(maker[0]))]
                                                : holder[draw(sizeof(holder) / sizeof(holder[0]))];
}

int random_holds_device(void)
{
    u32 task = current;

    for (u32 s = 0; s < tasks[task].slots; s++) {
        if (slots[tasks[task].first_slot + s].kind == NEURON_CAP_MMIO) {
            return 1;
        }
    }
    return task == init_task;
}
