/* Device interrupts. */
#include "irq.h"

#include "arch.h"
#include "notify.h"
#include "slot.h"
#include "state.h"

#include <neuron/registers.h>
#include <neuron/table.h>

u32 window_of_line[NEURON_IRQS_MAX];

void irq_reset(void)
{
    /*@ loop invariant bound: 0 <= i <= NEURON_IRQS_MAX;
        loop invariant none: \forall integer j; 0 <= j < i ==> window_of_line[j] == NONE;
        loop assigns i, window_of_line[0 .. NEURON_IRQS_MAX - 1];
        loop variant NEURON_IRQS_MAX - i; */
    for (u32 i = 0; i < NEURON_IRQS_MAX; i++) {
        window_of_line[i] = NONE;
    }
    /*@ loop invariant bound: 0 <= w <= window_count;
        loop invariant window: \forall integer i; 0 <= i < NEURON_IRQS_MAX && window_of_line[i] != NONE ==>
          window_of_line[i] < w && windows[window_of_line[i]].irq == i;
        loop invariant line: \forall integer v; 0 <= v < w && windows[v].irq != 0 ==>
          window_of_line[windows[v].irq] == v;
        loop assigns w, window_of_line[0 .. NEURON_IRQS_MAX - 1];
        loop variant window_count - w; */
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

/* The window whose owner is to be told; NONE: nobody is. */
/*@ requires tasks: tasks_inv && slots_inv;
    requires windows: platform_inv && holders_inv && lines_inv;
    assigns {windows[w].claimed | integer w; claimable(w)}, line_open[0 .. NEURON_IRQS_MAX - 1],
      line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures lines: lines_inv;
    ensures window: \result == NONE || (\result < window_count && interrupts(\result) &&
      windows[\result].claimed == 1 && \old(windows[\at(\result, Post)].claimed) == 0);
    ensures others: \forall integer w; 0 <= w < window_count && w != \result ==>
      windows[w].claimed == \old(windows[w].claimed); */
static u32 claim(void)
{
    u32 irq = arch_irq_claim();

    if (irq == 0 || irq >= NEURON_IRQS_MAX) {
        return NONE;
    }
    u32 window = window_of_line[irq];
    if (window == NONE || windows[window].owner == NONE || slots[windows[window].owner].bits == 0) {
        arch_irq_order(irq, ARCH_IRQ_COMPLETE);
        return NONE;
    }
    //@ assert window: claimable(window);
    windows[window].claimed = 1;
    return window;
}

void irq_deliver(void)
{
    u32 window = claim();

    if (window != NONE) {
        u32 task = windows[window].task;
        notify_set_last(task, slots[windows[window].owner].bits);
        //@ assert owner: kept{Pre, Here}(task);
        //@ assert others: \forall integer t; t != task ==> kept{Pre, Here}(t);
        //@ assert all: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> t == task || kept{Pre, Here}(t);
        //@ assert kept: all_kept{Pre, Here};
    }
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
