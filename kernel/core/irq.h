/*
 * Device interrupts. A line belongs to the slot that holds its device with the right IRQ. When it fires,
 * the kernel claims it and sets the bit of that slot; the line is silent until the owner acknowledges, so
 * an owner that does not keep up slows down nobody but itself.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include "types.h"

/* Boot: no line is anybody's. The windows are there. */
void irq_reset(void);

/* The line of a window goes to the slot that holds it; or to nobody, and an open claim is completed. */
void irq_open(u32 window);
void irq_shut(u32 window);

/* A line fired. */
void irq_deliver(void);

/* The current task acknowledges the interrupt of its device. A virtio device is told too, and what it
 * reports (virtio 1.2, 4.2.2, InterruptStatus) is the output. A status. */
int irq_ack(u64 slot);

#endif
