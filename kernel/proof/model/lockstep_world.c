/* Random worlds for the lock-step: tasks, ports, devices and memory, all of them valid. */
#include "lockstep_aim.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "machine.h"
#include "random_world.h"
#include "world.h"

#define NETS_BASE FAKE_VIRTIO_BASE
#define VIRTIOS 4u
#define BIG_BASE UINT64_C(0x20000000)
#define BIG_PAGES 2u
#define BIG_CLASS 0x101u
#define INIT_LEVEL 30u

int flood;
u64 give_ups;

static void ceilings_of(u32 task)
{
    static const u64 classes[] = {NEURON_CLASS_VIRTIO_NET, NEURON_CLASS_VIRTIO_BLK,
                                  NEURON_CLASS_VIRTIO_RNG};
    u64 first = draw(VIRTIOS);
    u64 pages = 1 + draw(VIRTIOS - first);
    u64 rights = READ_MAP | (draw(2) * NEURON_RIGHT_WRITE) | (draw(3) != 0 ? NEURON_RIGHT_IRQ : 0);

    switch (draw(7)) {
    case 0:
        world_ceiling(task, NEURON_CLASS_RTC, READ_MAP | NEURON_RIGHT_IRQ, FAKE_RTC_BASE,
                      NEURON_PAGE);
        break;
    case 1:
        world_ceiling(task, BIG_CLASS, READ_MAP | NEURON_RIGHT_WRITE, BIG_BASE,
                      BIG_PAGES * NEURON_PAGE);
        break;
    default:
        world_ceiling(task, classes[draw(3)], rights, NETS_BASE + first * NEURON_PAGE,
                      pages * NEURON_PAGE);
        break;
    }
}

static void windows_of_platform(void)
{
    world_fixed(FAKE_RTC_BASE, 1, FAKE_RTC_LINE, NEURON_CLASS_RTC);
    for (u32 w = 0; w < VIRTIOS; w++) {
        world_window(NETS_BASE + w * NEURON_PAGE, w + 1);
    }
    world_fixed(BIG_BASE, BIG_PAGES, 0, BIG_CLASS);
}

static void memory_of(u32 task, u32 count)
{
    static const u64 flags[] = {0, NEURON_MEMORY_KEEP, NEURON_MEMORY_SHARED,
                                NEURON_MEMORY_SHARED | NEURON_MEMORY_KEEP};
    u64 flag = flags[draw(4)];
    u32 extent = world_extent(task, 1 + draw(2), flag, draw(3) == 0 ? draw(20) : draw(NEURON_PAGE));
    u32 region = world_extent(task, 1 + draw(2), NEURON_MEMORY_DMA, 0);

    world_map(task, extent, draw(3) == 0 ? NEURON_PROT_R : NEURON_PROT_RW);
    if ((flag & NEURON_MEMORY_SHARED) != 0) {
        u32 other = (u32)draw(count);
        if (other != task) {
            world_map(other, extent, draw(2) == 0 ? NEURON_PROT_R : NEURON_PROT_RW);
        }
    }
    world_map(task, region, NEURON_PROT_RW);
    for (u64 right = NEURON_RIGHT_READ; right <= (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE);
         right += NEURON_RIGHT_READ) {
        world_dma(task, region, right);
    }
}

void build_world(void)
{
    world_begin();
    world.arena_pages = 3 + draw(3);
    u32 count = 3 + (u32)draw(4);
    world_task(INIT_LEVEL);
    for (u32 t = 1; t < count; t++) {
        world_task(10 + (u32)draw(12));
        if (draw(4) == 0) {
            world.tasks[t][NEURON_TASK_RUN_LIMIT] = (1 + draw(3)) * NEURON_QUANTUM;
        }
    }
    windows_of_platform();
    world_slot(0, NEURON_CAP_NONE);
    world_slot(0, NEURON_CAP_NONE);
    world_slot(0, NEURON_CAP_NONE);
    world_ceiling(0, NEURON_CLASS_VIRTIO_NET, READ_MAP, NETS_BASE, 2 * NEURON_PAGE);
    for (u32 t = 0; t < count; t++) {
        memory_of(t, count);
        world_slot(t, NEURON_CAP_NONE);
        for (u64 n = draw(4); t > 0 && n > 0; n--) {
            ceilings_of(t);
        }
        if (draw(2) == 0) {
            world_slot(t, NEURON_CAP_POWER);
        }
        u32 region = world_slot(t, NEURON_CAP_REGION);
        world_slot_row(t, region)[NEURON_SLOT_RIGHTS] = NEURON_RIGHT_READ;
        world_slot_row(t, region)[NEURON_SLOT_OBJECT] = t;
    }
    random_ports(count);
    flood = draw(60) == 0;
    give_ups = draw(3);
}
