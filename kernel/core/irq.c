/* Device interrupts. */
#include "irq.h"

#include "arch.h"
#include "notify.h"
#include "slot.h"
#include "state.h"

#include <neuron/registers.h>
#include <neuron/table.h>

static u32 window_of_line[NEURON_IRQS_MAX];

void irq_reset(void)
{
    for (u32 i = 0; i < NEURON_IRQS_MAX; i++) {
        window_of_line[i] = NONE;
    }
    for (u32 w = 0; w < window_count; w++) {
        window_of_line[windows[w].irq] = w;
    }
}

void irq_open(u32 window)
{
    if (slots[windows[window].owner].bits != 0) {
        arch_irq_order(windows[window].irq, ARCH_IRQ_OPEN);
    }
}

void irq_shut(u32 window)
{
    if (slots[windows[window].owner].bits == 0) {
        return;
    }
    if (windows[window].claimed == 1) {
        /* Before the line is shut: a completion for a shut line is ignored, and the line dead. */
        arch_irq_order(windows[window].irq, ARCH_IRQ_COMPLETE);
        windows[window].claimed = 0;
    }
    arch_irq_order(windows[window].irq, ARCH_IRQ_SHUT);
}

void irq_deliver(void)
{
    u32 irq = arch_irq_claim();

    if (irq == 0 || irq >= NEURON_IRQS_MAX) {
        return;
    }
    u32 window = window_of_line[irq];
    if (window == NONE || windows[window].owner == NONE || slots[windows[window].owner].bits == 0) {
        arch_irq_order(irq, ARCH_IRQ_COMPLETE);
        return;
    }
    windows[window].claimed = 1;
    notify_set_last(windows[window].task, slots[windows[window].owner].bits);
}

int irq_ack(u64 slot)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, NEURON_RIGHT_IRQ, &row);
    if (status != NEURON_OK) {
        return status;
    }
    u32 window = (u32)slots[row].object;
    if (windows[window].claimed == 0) {
        return NEURON_NOT_CLAIMED;
    }

    u32 reasons = 0;
    if (windows[window].transport == NEURON_TRANSPORT_VIRTIO_MMIO) {
        reasons = arch_device_read(windows[window].base, VIRTIO_MMIO_INTERRUPT_STATUS);
        arch_device_write(windows[window].base, VIRTIO_MMIO_INTERRUPT_ACK, reasons);
    }
    windows[window].claimed = 0;
    arch_irq_order(windows[window].irq, ARCH_IRQ_COMPLETE);
    tasks[current].context.x[REG_A0 + 1] = reasons;
    return NEURON_OK;
}
