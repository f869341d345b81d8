/* Random ports between the tasks of a world. */
#include <neuron/table.h>

#include "draw.h"
#include "random_world.h"
#include "world.h"

void random_ports(u32 count)
{
    for (u32 c = 0; c < count; c++) {
        for (u32 s = 0; s < count; s++) {
            u64 rights = draw(4);
            if (world.tasks[s][NEURON_TASK_LEVEL] <= world.tasks[c][NEURON_TASK_LEVEL]) {
                rights &= NEURON_RIGHT_NOTIFY;
            }
            if (c != s && rights != 0) {
                world_port(c, s, rights,
                           (rights & NEURON_RIGHT_NOTIFY) != 0 ? 1 + (u32)draw(3) : 0);
            }
        }
    }
}
