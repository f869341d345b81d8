/* The world of the guarded devices. */
#include "guarded.h"

#include <neuron/registers.h>

static void add_slots(u32 task)
{
    u64 blk = NEURON_CLASS_VIRTIO_BLK;

    assert_int_equal(world_ceiling(task, blk, RIGHTS_GUARDED, BLK_BASE, NEURON_PAGE), BLK);
    assert_int_equal(world_ceiling(task, NEURON_CLASS_RTC, RIGHTS_GUARDED, RTC_BASE, NEURON_PAGE),
                     RTC);
    u64 both = NEURON_RIGHT_READ | NEURON_RIGHT_WRITE;
    assert_int_equal(world_dma(task, world_extent(task, 2, NEURON_MEMORY_DMA, 0), both), DMA_RW);
    world_dma(task, world_extent(task, 1, NEURON_MEMORY_DMA, 0), NEURON_RIGHT_READ);
    world_dma(task, world_extent(task, 1, NEURON_MEMORY_DMA, 0), NEURON_RIGHT_WRITE);
}

void guarded_world(void)
{
    devices_begin();
    u64 blk = NEURON_CLASS_VIRTIO_BLK;
    assert_int_equal(world_ceiling(INIT, blk, RIGHTS_GUARDED, BLK_BASE, NEURON_PAGE), INIT_BLK);
    add_slots(DRIVER);
    add_slots(OTHER);
}

int guarded_boot(void **state)
{
    (void)state;
    guarded_world();
    devices_boot_world();
    return 0;
}

int guarded_drive(void **state)
{
    guarded_boot(state);
    devices_grant(BLK_BASE, NEURON_CLASS_VIRTIO_BLK, RIGHTS_GUARDED, DRIVER, BLK);
    devices_driver_runs();
    return 0;
}

int guarded_go(void **state)
{
    guarded_drive(state);
    assert_int_equal(SYS(dev_queue, BLK, 0, QUEUE_SIZE, devices_arena(DRIVER, 0)), NEURON_OK);
    assert_int_equal(guarded_write(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER_OK), NEURON_OK);
    return 0;
}

u64 guarded_bit(u32 task, u32 slot)
{
    return world_slot_row(task, slot)[NEURON_SLOT_BITS];
}

int64_t guarded_write(u64 reg, u64 value)
{
    return SYS(dev_write, BLK, reg, value);
}

void guarded_describe(u32 i, u64 offset, u64 bytes, u64 slot, u64 writes)
{
    u64 *out = message_pages[out_page(current)];

    out[NEURON_DESCRIPTOR_WORDS * i] = offset;
    out[NEURON_DESCRIPTOR_WORDS * i + 1] = NEURON_DESCRIPTOR(bytes, slot, writes);
}

void guarded_describe_some(u32 count)
{
    for (u32 i = 0; i < count; i++) {
        guarded_describe(i, i, 1, DMA_RW, 1);
    }
}

int64_t guarded_post(u64 queue, u64 head, u64 count)
{
    return SYS(dev_post, BLK, queue, head, count, 0);
}

void guarded_use(u32 queue, u32 id)
{
    struct neuron_queue_page *page = &queue_pages[BLK_QUEUE(queue)];
    u32 size = guarded_device()->queues[queue].num;

    page->used.ring[page->used.index % size].id = id;
    page->used.index++;
}

struct fake_device *guarded_device(void)
{
    return &machine.devices[BLK_DEVICE];
}

void guarded_raise(u32 irq)
{
    machine.lines[irq].raised = 1;
    drive_interrupt();
}

void guarded_lower(u32 irq)
{
    machine.lines[irq].raised = 0;
}
