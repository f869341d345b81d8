/* The world of the device tests, in which the driver has a guarded device, its interrupt and DMA regions. */
#ifndef TEST_GUARDED_H
#define TEST_GUARDED_H

#include "devices.h"

#define RIGHTS_GUARDED (RIGHTS_RM | NEURON_RIGHT_IRQ)
#define BLK_LINE 4u
#define RTC_LINE 11u
#define BLK_WINDOW 4u                               /* its row in the table */
#define BLK_DEVICE 3u                               /* ... and in machine.devices */
#define BLK_QUEUE(queue) (2 * BLK_WINDOW + (queue)) /* row in vqueues[] and queue_pages[] */

/* Slots behind those of devices.h, the same for the driver and the other task. */
enum {
    BLK = DRIVER_SLOTS, /* R, MAP, IRQ */
    RTC,                /* R, MAP, IRQ */
    DMA_RW,             /* two pages */
    DMA_R,              /* a page: the device only reads it */
    DMA_W,              /* a page: the device only writes it */
    GUARDED_SLOTS
};
enum { INIT_BLK = INIT_SLOTS }; /* R, MAP, IRQ */
#define DMA_BYTES (2u * NEURON_PAGE)

/* Builds this world. */
void guarded_world(void);

/* Boots this world; init runs, and has granted nothing. */
int guarded_boot(void **state);

/* The same, but the driver holds the block device and runs. */
int guarded_drive(void **state);

/* The same, with queue 0 of 8 descriptors at the first page of the arena, and the device started. */
#define QUEUE_SIZE 8u
int guarded_go(void **state);

/* The bits that the interrupts of BLK and RTC set. */
u64 guarded_bit(u32 task, u32 slot);

/* The current task writes a register of the block device. */
int64_t guarded_write(u64 reg, u64 value);

/* Descriptor `i` in the OUT page of the current task: `bytes` bytes at `offset` of the region in `slot`. */
void guarded_describe(u32 i, u64 offset, u64 bytes, u64 slot, u64 writes);

/* `count` descriptors that are good: the device writes a byte each. */
void guarded_describe_some(u32 count);

/* The current task posts the chain that it described to the block device, without a kick. */
int64_t guarded_post(u64 queue, u64 head, u64 count);

/* The device says that it has used the chain that begins at `id`. */
void guarded_use(u32 queue, u32 id);

/* The device of the driver, and a line. */
struct fake_device *guarded_device(void);

/* The line of a device fires, or what it asked for is over. */
void guarded_raise(u32 irq);
void guarded_lower(u32 irq);

#endif
