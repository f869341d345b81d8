/* Random device windows, ceilings and calls. */
#include "random_device.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "draw.h"
#include "drive.h"

#define TALL (UINT64_MAX >> 12)

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
    static const u64 classes[] = {NEURON_CLASS_VIRTIO_NET, NEURON_CLASS_VIRTIO_RNG, FIXED_CLASS,
                                  NEURON_CLASS_RTC};

    return draw(20) == 0 ? draw(TALL) : classes[draw(4)];
}

static u64 some_rights(void)
{
    if (draw(20) == 0) {
        return draw(TALL);
    }
    return draw(4) == 0 ? 4 * draw(16)
                        : NEURON_RIGHT_READ | NEURON_RIGHT_MAP | 8 * draw(2) | 32 * draw(2);
}

static void random_regions(u32 count)
{
    for (u32 t = 0; t < count; t++) {
        u32 extent = world_extent(t, 1 + draw(2), NEURON_MEMORY_DMA, 0);
        world_dma(t, extent, 4 * (1 + draw(3)));
        world_dma(t, extent, NEURON_RIGHT_READ | NEURON_RIGHT_WRITE);
    }
}

void random_devices(u32 count)
{
    world_fixed(window_base[0], 1, FAKE_RTC_LINE, NEURON_CLASS_RTC);
    for (u32 w = 1; w < DEVICES - 1; w++) {
        world_window(window_base[w], w);
    }
    world_fixed(window_base[DEVICES - 1], FIXED_PAGES, 0, FIXED_CLASS);
    world_slot(0, NEURON_CAP_NONE);
    world_slot(0, NEURON_CAP_NONE);
    random_regions(count);
    for (u32 i = 0; i < count; i++) {
        u64 class = some_class();
        u32 first = 1 + (u32)draw(DEVICES - 2);
        u64 base = window_base[first];
        u64 bytes = window_base[first + draw(DEVICES - 1 - first)] - base + NEURON_PAGE;
        if (class == FIXED_CLASS) {
            base = window_base[DEVICES - 1];
            bytes = FIXED_PAGES * NEURON_PAGE;
        }
        if (class == NEURON_CLASS_RTC) {
            base = window_base[0];
            bytes = NEURON_PAGE;
        }
        world_ceiling((u32)draw(count), class == 0 ? 1 : class,
                      NEURON_RIGHT_READ | NEURON_RIGHT_MAP | 8 * draw(2) |
                          (draw(4) != 0 ? NEURON_RIGHT_IRQ : 0),
                      base, bytes);
    }
}

void random_machine(void)
{
    for (u32 w = 0; w < DEVICES - 2; w++) {
        machine.virtio_class[w] = draw(3) == 0 ? 0 : some_class();
        machine.devices[w].queues[draw(FAKE_QUEUES)].num_max = (u32)draw(20);
    }
}

/* A device uses a chain that it was given, or says something else of its queue. */
static void device_uses(u32 q)
{
    u32 size = vqueues[q].size;

    if (size == 0) {
        return;
    }
    u32 id = (u32)draw(draw(8) == 0 ? UINT32_MAX : size);
    for (u32 tries = 0; tries < size && vqueues[q].chain[id % size] == 0 && draw(20) != 0;
         tries++) {
        id = (id + 1) % size;
    }
    queue_pages[q].used.ring[queue_pages[q].used.index % size].id = id;
    queue_pages[q].used.index++;
    if (draw(100) == 0) {
        queue_pages[q].used.index = (uint16_t)draw(65536);
    }
}

int random_device_acts(void)
{
    u32 w = (u32)draw(DEVICES);
    struct fake_line *line = &machine.lines[w == 0 ? FAKE_RTC_LINE : w];

    if (w == DEVICES - 1) {
        return 1; /* nobody's line, a spurious interrupt */
    }
    if (w != 0) {
        struct fake_device *device = &machine.devices[w - 1];
        device_uses(2 * w + (u32)draw(2));
        device->reasons |= (u32)draw(4);
        device->stuck = draw(5) == 0;
    }
    line->raised = draw(2) == 0;
    return draw(2) == 0;
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

static u64 some_register(void)
{
    static const u64 registers[] = {
        VIRTIO_MMIO_STATUS,          VIRTIO_MMIO_STATUS,
        VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_MMIO_DRIVER_FEATURES_SEL,
        VIRTIO_MMIO_QUEUE_SEL,       VIRTIO_MMIO_QUEUE_NOTIFY,
        GOLDFISH_RTC_ALARM_LOW,      GOLDFISH_RTC_IRQ_ENABLED,
        VIRTIO_MMIO_QUEUE_READY,     VIRTIO_MMIO_QUEUE_DESC_LOW,
    };

    return draw(10) == 0 ? draw(0x200) : registers[draw(sizeof(registers) / sizeof(registers[0]))];
}

static u64 some_value(u64 reg)
{
    switch (draw(10)) {
    case 0:
        return draw(TALL);
    case 1:
        return draw(0x100);
    default:
        return reg == VIRTIO_MMIO_STATUS ? (draw(12) == 0 ? 0 : 15) : draw(3);
    }
}

/* A descriptor in the OUT page of the current task, mostly in one of its regions. */
static void some_descriptor(u64 i)
{
    u64 *out = message_pages[out_page(current)];
    u64 slot = some_device_slot(current, NEURON_CAP_DMA);
    u64 edge = draw(4) == 0 ? draw(3 * NEURON_PAGE) : draw(NEURON_PAGE / 2);

    out[NEURON_DESCRIPTOR_WORDS * i] = draw(60) == 0 ? draw(TALL) << draw(13) : edge;
    out[NEURON_DESCRIPTOR_WORDS * i + 1] =
        NEURON_DESCRIPTOR(draw(NEURON_PAGE / 2), slot % 0x10000, draw(2));
    if (draw(60) == 0) {
        out[NEURON_DESCRIPTOR_WORDS * i + 1] = draw(TALL) << draw(13);
    }
}

/* Whether the device in a slot of the current task was started. */
static int is_live(u64 slot)
{
    u64 row = tasks[current].first_slot + slot;

    return slot < tasks[current].slots && slots[row].kind == NEURON_CAP_MMIO &&
           windows[slots[row].object].live == 1;
}

static void random_guard_inputs(u64 number, u64 *in)
{
    in[0] = some_device_slot(current, NEURON_CAP_MMIO);
    if (number == NEURON_SYS_dev_write) {
        in[1] = some_register();
        in[2] = some_value(in[1]);
        if (draw(2) == 0 && !is_live(in[0])) {
            in[1] = VIRTIO_MMIO_STATUS;
            in[2] = VIRTIO_STATUS_DRIVER_OK;
        }
        return;
    }
    in[1] = draw(20) == 0 ? draw(TALL) : draw(20) / 14;
    if (number == NEURON_SYS_dev_queue) {
        in[2] = draw(8) == 0 ? draw(300) : UINT64_C(1) << draw(8);
        in[3] = some_va();
        return;
    }
    in[2] = draw(20) == 0 ? draw(TALL) : draw(10);
    in[3] = draw(20) == 0 ? draw(40) : 1 + draw(3);
    in[4] = draw(2);
    for (u64 i = 0; i < in[3] && i < NEURON_CHAIN_MAX; i++) {
        some_descriptor(i);
    }
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
    case NEURON_SYS_dev_write:
    case NEURON_SYS_dev_queue:
    case NEURON_SYS_dev_post:
        random_guard_inputs(number, in);
        break;
    default:
        in[0] = some_device_slot(current, NEURON_CAP_MMIO);
        in[1] = some_va();
        in[2] = some_page(FIXED_PAGES + 1);
        in[3] = draw(10) == 0 ? draw(9) : 1 + 2 * draw(2);
        break;
    }
}

/* What brings a guarded device of the current task on: a queue, then its start, then work. */
static u64 next_step(void)
{
    u64 step = NEURON_SYS_mmio_map;

    for (u32 w = 1; w < DEVICES - 1; w++) {
        if (windows[w].owner != NONE && windows[w].task == current) {
            if (vqueues[vqueue_of(w, 0)].size == 0) {
                step = NEURON_SYS_dev_queue;
            } else {
                step = windows[w].live == 0 ? NEURON_SYS_dev_write : NEURON_SYS_dev_post;
            }
        }
    }
    return step;
}

u64 random_device_call(void)
{
    static const u64 holder[] = {NEURON_SYS_mmio_map,  NEURON_SYS_mmio_map,  NEURON_SYS_mmio_map,
                                 NEURON_SYS_unmap,     NEURON_SYS_irq_ack,   NEURON_SYS_dev_write,
                                 NEURON_SYS_dev_write, NEURON_SYS_dev_queue, NEURON_SYS_dev_post,
                                 NEURON_SYS_dev_post,  NEURON_SYS_dev_post};
    static const u64 maker[] = {NEURON_SYS_device_cap_create, NEURON_SYS_device_cap_create,
                                NEURON_SYS_cap_transfer_to,   NEURON_SYS_cap_transfer_to,
                                NEURON_SYS_cap_transfer_to,   NEURON_SYS_cap_revoke};

    if (current == init_task && draw(4) != 0) {
        return maker[draw(sizeof(maker) / sizeof(maker[0]))];
    }
    if (draw(60) == 0) {
        return NEURON_SYS_cap_drop;
    }
    return draw(2) == 0 ? next_step() : holder[draw(sizeof(holder) / sizeof(holder[0]))];
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
