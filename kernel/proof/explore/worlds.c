/* The small worlds. */
#include "worlds.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "cmocka_all.h"
#include "entry.h"
#include "machine.h"
#include "state.h"
#include "steps.h"
#include "world.h"

#define RNG 1u /* slots of drivers */
#define VIRTIO_LINE 1u

/* Calls that most worlds need. */
#define LIFE                                                                                       \
    {NEURON_SYS_task_start, AUTHORITY, TASK}, {NEURON_SYS_task_stop, AUTHORITY, TASK, FLAG},       \
        {NEURON_SYS_task_reset_step, AUTHORITY, TASK},                                             \
    {                                                                                              \
        NEURON_SYS_exit                                                                            \
    }
#define LAST                                                                                       \
    {                                                                                              \
        END                                                                                        \
    }

static void init_calls(u64 number, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4)
{
    const u64 in[7] = {a0, a1, a2, a3, a4};

    assert_true(current == init_task);
    entry_general(number, in);
}

/* Init starts all others. That it may happen in another order, or not at all, is explored too: it can stop them. */
static void start_all(void)
{
    for (u32 t = 1; t < task_count; t++) {
        for (u32 page = 0; page < tasks[t].own_pages; page++) {
            init_calls(NEURON_SYS_task_reset_step, NEURON_SLOT_TASK, t, 0, 0, 0);
        }
    }
    /* The most urgent last: init does not run again before it waits. */
    for (u32 level = 0; level < NEURON_LEVELS; level++) {
        for (u32 t = 1; t < task_count; t++) {
            if (tasks[t].level == level) {
                init_calls(NEURON_SYS_task_start, NEURON_SLOT_TASK, t, 0, 0, 0);
            }
        }
    }
}

/* Init between its server, which all call, and a client that calls both. */
static void build_calls(void)
{
    world_begin();
    u32 init = world_task(2);
    u32 server = world_task(3);
    u32 client = world_task(1);
    u64 both = NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY;

    world.tasks[client][NEURON_TASK_RUN_LIMIT] = 2 * NEURON_QUANTUM;
    world_port(init, server, NEURON_RIGHT_CALL, 0);
    world_port(client, server, both, 1);
    world_port(client, init, NEURON_RIGHT_CALL, 0);
    world_port(server, client, NEURON_RIGHT_NOTIFY, 1);
}

/* Two equals who call one server: their order counts. */
static void build_queue(void)
{
    world_begin();
    world_task(3);
    u32 server = world_task(2);
    u32 one = world_task(1);
    u32 other = world_task(1);

    world_port(one, server, NEURON_RIGHT_CALL, 0);
    world_port(other, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
}

/* A client and its server, which init restarts. */
static void build_lives(void)
{
    world_begin();
    world_task(3);
    u32 server = world_task(2);
    u32 client = world_task(1);

    world_port(client, server, NEURON_RIGHT_CALL, 0);
}

/* Three equals who take turns and notify one another. */
static void build_equals(void)
{
    world_begin();
    u32 init = world_task(2);
    u32 first = world_task(1);
    u32 second = world_task(1);
    u32 third = world_task(1);

    world_port(first, second, NEURON_RIGHT_NOTIFY, 1);
    world_port(second, third, NEURON_RIGHT_NOTIFY, 1);
    world_port(third, first, NEURON_RIGHT_NOTIFY, 1);
    world_port(third, init, NEURON_RIGHT_NOTIFY, 1);
}

/* Two drivers that may have the same two devices. */
static void build_devices(void)
{
    world_begin();
    world.arena_pages = 2;
    u32 init = world_task(3);
    u32 one = world_task(2);
    u32 other = world_task(1);

    world_slot(init, NEURON_CAP_NONE);
    world_ceiling(one, NEURON_CLASS_VIRTIO_RNG, RMI, FAKE_VIRTIO_BASE, NEURON_PAGE);
    world_ceiling(one, NEURON_CLASS_RTC, RMI | NEURON_RIGHT_WRITE, FAKE_RTC_BASE, NEURON_PAGE);
    world_ceiling(other, NEURON_CLASS_VIRTIO_RNG, RM, FAKE_VIRTIO_BASE, NEURON_PAGE);
    world_fixed(FAKE_RTC_BASE, 1, FAKE_RTC_LINE, NEURON_CLASS_RTC);
    world_window(FAKE_VIRTIO_BASE, VIRTIO_LINE);
}

/* A driver with a queue of two descriptors in front of a device that says what it likes. */
static void build_guarded(void)
{
    world_begin();
    world.arena_pages = 2;
    u32 init = world_task(2);
    u32 driver = world_task(1);

    world_slot(init, NEURON_CAP_NONE);
    world_ceiling(driver, NEURON_CLASS_VIRTIO_RNG, RMI, FAKE_VIRTIO_BASE, NEURON_PAGE);
    world_dma(driver, world_extent(driver, 1, NEURON_MEMORY_DMA, 0),
              NEURON_RIGHT_READ | NEURON_RIGHT_WRITE);
    world_window(FAKE_VIRTIO_BASE, VIRTIO_LINE);
}

static void plug_rng(void)
{
    const u64 wait[7] = {UINT64_MAX, NEURON_FOREVER};

    machine.virtio_class[0] = NEURON_CLASS_VIRTIO_RNG;
    start_all();
    init_calls(NEURON_SYS_device_cap_create, NEURON_SLOT_FACTORY, FAKE_VIRTIO_BASE,
               NEURON_CLASS_VIRTIO_RNG, RMI, NEURON_SLOT_SCRATCH);
    init_calls(NEURON_SYS_cap_transfer_to, NEURON_SLOT_TASK, NEURON_SLOT_SCRATCH, 1, RNG, 0);
    entry_general(NEURON_SYS_wait, wait);
    assert_true(current == 1);
}

/* Its driver has started it. */
static void plug_live(void)
{
    plug_rng();
    const u64 queue[7] = {RNG, 0, 2, steps_arena(0)};
    const u64 start[7] = {RNG, VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK};
    entry_general(NEURON_SYS_dev_queue, queue);
    entry_general(NEURON_SYS_dev_write, start);
    assert_true(windows[0].live == 1 && vqueues[0].size == 2);
}

static const u8 ipc_calls[][8] = {
    {NEURON_SYS_null},
    {NEURON_SYS_call, PORTS, TAG, WORD, WORD, WORD, WORD, DEADLINE},
    {NEURON_SYS_recv, DEADLINE},
    {NEURON_SYS_reply, TOKEN, TAG, WORD, WORD, WORD, WORD},
    {NEURON_SYS_reply_recv, TOKEN, TAG, WORD, WORD, WORD, WORD, DEADLINE},
    {NEURON_SYS_notify, PORTS, BITS},
    {NEURON_SYS_wait, MASK, DEADLINE},
    {NEURON_SYS_peers_changed},
    {NEURON_SYS_yield},
    {NEURON_SYS_dev_post + 1},
    LIFE,
    LAST,
};

static const u8 queue_calls[][8] = {
    {NEURON_SYS_call, PORTS, PLAIN_TAG, WORD, WORD, WORD, WORD, WAITING},
    {NEURON_SYS_recv, WAITING},
    {NEURON_SYS_reply, TOKEN, PLAIN_TAG, WORD, WORD, WORD, WORD},
    {NEURON_SYS_reply_recv, TOKEN, PLAIN_TAG, WORD, WORD, WORD, WORD, WAITING},
    {NEURON_SYS_wait, NOTHING, WAITING},
    {NEURON_SYS_yield},
    {NEURON_SYS_task_stop, AUTHORITY, TASK},
    LAST,
};

static const u8 life_calls[][8] = {
    {NEURON_SYS_call, PORTS, PLAIN_TAG, WORD, WORD, WORD, WORD, ENDLESS},
    {NEURON_SYS_recv, ENDLESS},
    {NEURON_SYS_reply, TOKEN, PLAIN_TAG, WORD, WORD, WORD, WORD},
    {NEURON_SYS_reply_recv, TOKEN, PLAIN_TAG, WORD, WORD, WORD, WORD, ENDLESS},
    {NEURON_SYS_wait, ANY_BIT, WAITING},
    LIFE,
    LAST,
};

static const u8 turn_calls[][8] = {
    {NEURON_SYS_recv, WAITING},
    {NEURON_SYS_notify, PORTS, BITS},
    {NEURON_SYS_wait, MASK, WAITING},
    {NEURON_SYS_yield},
    {NEURON_SYS_task_stop, AUTHORITY, TASK},
    LAST,
};

static const u8 device_calls[][8] = {
    {NEURON_SYS_recv, DEADLINE},
    {NEURON_SYS_wait, MASK, DEADLINE},
    {NEURON_SYS_device_cap_create, FACTORY, BASE, CLASS, RIGHTS, SLOT},
    {NEURON_SYS_cap_transfer_to, AUTHORITY, SLOT, TASK, SLOT},
    {NEURON_SYS_cap_revoke, AUTHORITY, TASK, SLOT},
    {NEURON_SYS_cap_drop, SLOT},
    {NEURON_SYS_mmio_map, SLOT, VA, OFFSET, PROT},
    {NEURON_SYS_unmap, VA},
    {NEURON_SYS_irq_ack, SLOT},
    {NEURON_SYS_dev_write, SLOT, REGISTER, VALUE},
    LIFE,
    LAST,
};

static const u8 guarded_calls[][8] = {
    {NEURON_SYS_wait, MASK, DEADLINE},
    {NEURON_SYS_device_cap_create, FACTORY, BASE, CLASS, RIGHTS, SLOT},
    {NEURON_SYS_cap_transfer_to, AUTHORITY, SLOT, TASK, SLOT},
    {NEURON_SYS_cap_revoke, AUTHORITY, TASK, SLOT},
    {NEURON_SYS_cap_drop, SLOT},
    {NEURON_SYS_irq_ack, SLOT},
    {NEURON_SYS_mmio_map, SLOT, VA, OFFSET, PROT},
    {NEURON_SYS_unmap, VA},
    {NEURON_SYS_dev_write, SLOT, REGISTER, VALUE},
    {NEURON_SYS_dev_queue, SLOT, QUEUE, SIZE, VA},
    {NEURON_SYS_dev_post, SLOT, QUEUE, HEAD, COUNT, KICK},
    LIFE,
    LAST,
};

const struct small_world small_worlds[] = {
    {"calls", "calls, replies, notifications, deadlines and restarts among three tasks",
     build_calls, start_all, ipc_calls, 150000},
    {"queue", "two equals who call one server, and init above them", build_queue, start_all,
     queue_calls, 200000},
    {"lives", "a client and its server, which die and start again", build_lives, start_all,
     life_calls, 200000},
    {"equals", "three equals who take turns", build_equals, start_all, turn_calls, 100000},
    {"devices", "two devices on their way between init and two drivers", build_devices, plug_rng,
     device_calls, 80000},
    {"guarded", "a driver, its queue of two and a device that lies", build_guarded, plug_live,
     guarded_calls, 100000},
};
const u32 small_world_count = sizeof(small_worlds) / sizeof(small_worlds[0]);
