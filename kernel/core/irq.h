/*
 * Device interrupts. A line belongs to the slot that holds its device with the right IRQ. When it fires,
 * the kernel claims it and sets the bit of that slot; the line is silent until the owner acknowledges, so
 * an owner that does not keep up slows down nobody but itself.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include "guard.h"
#include "sched.h"
#include "state.h"

extern u32 window_of_line[NEURON_IRQS_MAX];

/* A line is open while a slot holds its window with bits to set, and a claim of it is open only then. */
/*@ predicate interrupts{L}(integer w) =
      windows[w].owner != NONE && slots[windows[w].owner].bits != 0;

    // The provers see through this, and not through a range of structs.
    predicate claimable(integer w) = 0 <= w < NEURON_WINDOWS_MAX;

    predicate line_ok{L}(integer w) =
      windows[w].claimed <= 1 && (windows[w].claimed == 1 ==> interrupts{L}(w)) &&
      (interrupts{L}(w) ==> windows[w].irq != 0) &&
      (windows[w].irq != 0 ==> line_claimed[windows[w].irq] == windows[w].claimed &&
        (line_open[windows[w].irq] == 1 <==> interrupts{L}(w)) && line_open[windows[w].irq] <= 1);

    predicate lines_known{L} =
      (\forall integer i; 0 <= i < NEURON_IRQS_MAX && window_of_line[i] != NONE ==>
        window_of_line[i] < window_count && windows[window_of_line[i]].irq == i) &&
      (\forall integer w; 0 <= w < window_count && windows[w].irq != 0 ==>
        window_of_line[windows[w].irq] == w);

    predicate lines_inv{L} =
      lines_known{L} && \forall integer w; 0 <= w < window_count ==> line_ok{L}(w); */

/* Boot: no line is anybody's. The windows are there. */
/*@ requires platform: counts_inv && platform_inv;
    assigns window_of_line[0 .. NEURON_IRQS_MAX - 1];
    ensures known: lines_known; */
void irq_reset(void);

/* The line of a window goes to the slot that holds it; or to nobody, and an open claim is completed. */
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX && window_ok(window);
    requires owner: windows[window].owner < NEURON_SLOTS_MAX;
    requires line: interrupts(window) ==> windows[window].irq != 0;
    assigns line_open[windows[window].irq], line_claimed[windows[window].irq];
    ensures open: interrupts(window) ==> line_open[windows[window].irq] == 1;
    ensures silent: !interrupts(window) ==>
      line_open[windows[window].irq] == \old(line_open[windows[window].irq]);
    ensures claim: line_claimed[windows[window].irq] == \old(line_claimed[windows[window].irq]); */
void irq_open(u32 window);
/*@ requires window: window < window_count <= NEURON_WINDOWS_MAX && window_ok(window);
    requires owner: windows[window].owner < NEURON_SLOTS_MAX;
    requires line: line_ok(window);
    assigns line_open[windows[window].irq], line_claimed[windows[window].irq],
      windows[window].claimed;
    ensures done: windows[window].claimed == 0;
    ensures shut: windows[window].irq != 0 ==>
      line_open[windows[window].irq] == 0 && line_claimed[windows[window].irq] == 0; */
void irq_shut(u32 window);

/* A line fired. */
/*@ requires tasks: tasks_inv && slots_inv && sched_inv(NONE);
    requires windows: platform_inv && holders_inv && lines_inv;
    assigns {windows[w].claimed | integer w; claimable(w)}, line_open[0 .. NEURON_IRQS_MAX - 1],
      line_claimed[0 .. NEURON_IRQS_MAX - 1], tasks[0 .. NEURON_TASKS_MAX - 1],
      deadlines[DEADLINE_LEAVES .. DEADLINE_LEAVES + NEURON_TASKS_MAX - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_moved,
      queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], current;
    SCHED_INV_KEPT(NONE)
    ensures kept: all_kept{Pre, Post};
    ensures line: lines_inv; */
void irq_deliver(void);

/* The current task acknowledges the interrupt of its device. A virtio device is told too, and what it
 * reports (virtio 1.2, 4.2.2, InterruptStatus) is the output. A status. */
/*@ requires tasks: tasks_inv && slots_inv && current < task_count;
    requires windows: platform_inv && holders_inv && lines_inv;
    assigns windows[slot_window(slot)].claimed, tasks[current].context.x[REG_A0 + 1],
      line_open[0 .. NEURON_IRQS_MAX - 1], line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures lines: lines_inv;
    ensures done: \result == NEURON_OK ==>
      \old(windows[slot_window(slot)].claimed) == 1 && windows[slot_window(slot)].claimed == 0;
    ensures holds: \result == NEURON_OK ==>
      (slots[\old(tasks[current].first_slot) + slot].rights & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ;
    ensures open: \forall integer i; 0 <= i < NEURON_IRQS_MAX ==> line_open[i] == \old(line_open[i]);
    ensures refused: \result != NEURON_OK ==>
      (\forall integer i; 0 <= i < NEURON_IRQS_MAX ==> line_claimed[i] == \old(line_claimed[i])) &&
      windows[slot_window(slot)].claimed == \old(windows[slot_window(slot)].claimed); */
int irq_ack(u64 slot);

#endif
