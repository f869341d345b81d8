/* Random worlds: tasks of any levels, ports between them, devices, memory. */
#include "random_world.h"

#include <neuron/table.h>

#include "draw.h"
#include "random_device.h"
#include "world.h"

void random_world(void)
{
    static const u64 flags[] = {0, NEURON_MEMORY_KEEP, NEURON_MEMORY_SHARED};

    world_begin();
    world.arena_pages = draw(5);
    u32 count = 2 + (u32)draw(7);
    world_task(20 + (u32)draw(4));
    for (u32 t = 1; t < count; t++) {
        world_task(10 + (u32)draw(12));
        if (draw(4) == 0) {
            world.tasks[t][NEURON_TASK_RUN_LIMIT] = draw(6) * NEURON_QUANTUM;
        }
    }
    random_ports(count);
    random_devices(count);
    world_slot((u32)draw(count), NEURON_CAP_NONE);
    for (u32 i = 0; i < count; i++) {
        u32 owner = (u32)draw(count);
        u64 flag = flags[draw(3)];
        u32 extent = world_extent(owner, 1 + draw(2), flag, draw(NEURON_PAGE));
        world_map(owner, extent, draw(2) == 0 ? NEURON_PROT_R : NEURON_PROT_RW);
        if (flag == NEURON_MEMORY_SHARED && draw(2) == 0) {
            world_map((u32)draw(count), extent, NEURON_PROT_RW);
        }
    }
}
