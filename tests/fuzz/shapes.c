/* The worlds that the fuzzers begin with. */
#include <stdlib.h>

#include "draw.h"
#include "guarded.h"
#include "input.h"
#include "random_device.h"
#include "random_world.h"

enum shape {
    SHAPE_DEVICES = 0,
    SHAPE_PLAIN = 1,
    SHAPE_GUARDED = 2,
    SHAPE_CROWD = 3,
    SHAPES_KNOWN = 4
};

#define CROWD 12u

void input_begin(void)
{
    if (setenv("CMOCKA_TEST_ABORT", "1", 1) != 0) {
        abort();
    }
}

/* Two clients, a server that calls a deeper one; all rights, memory of all kinds. */
static void plain_world(void)
{
    world_begin();
    world.arena_pages = 2;
    u32 init = world_task(50);
    u32 low = world_task(10);
    u32 high = world_task(20);
    u32 server = world_task(30);
    u32 deep = world_task(40);
    world.tasks[low][NEURON_TASK_RUN_LIMIT] = 3 * NEURON_QUANTUM;
    world_port(low, server, NEURON_RIGHT_CALL, 0);
    world_port(high, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 2);
    world_port(server, deep, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    world_port(deep, init, NEURON_RIGHT_CALL, 0);
    world_port(server, low, NEURON_RIGHT_NOTIFY, 1);
    world_slot(high, NEURON_CAP_POWER);
    u32 shared = world_extent(server, 1, NEURON_MEMORY_SHARED, 0);
    world_map(server, shared, NEURON_PROT_RW);
    world_map(low, shared, NEURON_PROT_R);
    world_map(high, world_extent(high, 2, NEURON_MEMORY_KEEP, 5000), NEURON_PROT_RW);
    world_slot(init, NEURON_CAP_NONE);
    world_slot_row(high, world_slot(high, NEURON_CAP_REGION))[NEURON_SLOT_RIGHTS] =
        NEURON_RIGHT_READ;
}

/* So many clients of one server that its death cannot tell them all at once. */
static void crowd_world(void)
{
    world_begin();
    world_task(50);
    u32 server = world_task(40);
    for (u32 i = 0; i < CROWD; i++) {
        world_port(world_task(10 + i), server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    }
}

void shape_build(const u8 *header)
{
    u64 seed = header[HEADER_SEED] + 256u * header[HEADER_SEED + 1];

    switch (header[HEADER_SHAPE]) {
    case SHAPE_DEVICES:
        devices_begin();
        break;
    case SHAPE_PLAIN:
        plain_world();
        break;
    case SHAPE_GUARDED:
        guarded_world();
        break;
    case SHAPE_CROWD:
        crowd_world();
        break;
    default: /* the generator must not start at 0 */
        draw_from(1 + SHAPES_KNOWN + seed + 65536u * header[HEADER_SHAPE]);
        random_world();
        world_slot(1, NEURON_CAP_POWER);
        break;
    }
}

void shape_devices(const u8 *header)
{
    if (header[HEADER_SHAPE] == SHAPE_DEVICES || header[HEADER_SHAPE] == SHAPE_GUARDED) {
        devices_plugged();
    } else if (header[HEADER_SHAPE] >= SHAPES_KNOWN) {
        random_machine();
    }
}
