/*
 * All that the core asks of the machine. Everything that needs an address of physical memory, a CSR or
 * a device register is behind these; the host tests have an implementation of their own.
 *
 * The contracts are what the proofs trust. What the machine remembers of its interrupt lines is a ghost
 * here. The memory of tasks and the registers of devices are no state of the kernel: who writes them
 * changes nothing that a contract speaks of.
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include <neuron/limits.h>

#include "state.h"

//@ ghost u8 line_open[NEURON_IRQS_MAX];
//@ ghost u8 line_claimed[NEURON_IRQS_MAX];

/* Who runs when a fast path is over; NONE: the call is left to kernel_syscall(). */
//@ ghost u32 resumed;

/* The time counter, in ticks of NEURON_TIME_HZ. It does not come to its end in 58,000 years. */
/*@ assigns \nothing;
    ensures end: \result < NEURON_FOREVER; */
u64 arch_now(void);

/* Asks for a timer interrupt at `deadline` ticks; replaces what was asked before. */
/*@ assigns \nothing; */
void arch_timer_arm(u64 deadline);

/* Gives the UART a byte if it takes one now. 1: it took it; 0: it is busy. */
/*@ assigns \nothing;
    ensures \result == 0 || \result == 1; */
int arch_uart_offer(u8 byte);

/* Ends the machine with this exit status, 0..255. On the host it returns. */
/*@ requires status <= 255;
    assigns \nothing; */
void arch_power_off(u64 status);

/* Fills the RAM page at `phys` with `bytes` (0..4096) bytes from `source` in the payload, then zeroes.
 * Both lie in extents that table_validate() accepted. */
/*@ requires phys % NEURON_PAGE == 0;
    requires NEURON_PAYLOAD_BASE <= phys && phys + NEURON_PAGE <= NEURON_RAM_END_MAX;
    requires bytes <= NEURON_PAGE;
    requires bytes == 0 || (NEURON_PAYLOAD_BASE <= source && source % 8 == 0 &&
                            source + bytes <= NEURON_RAM_END_MAX);
    assigns \nothing; */
void arch_page_restore(u64 phys, u64 source, u64 bytes);

/* The kernel's own mappings: what every root table holds for the addresses below those of the tasks. Set before
 * kernel_boot(); each leads to another table, or is 0. */
#define KERNEL_ROOT_ENTRIES (NEURON_USER_BASE / 0x40000000)
extern u64 kernel_root[KERNEL_ROOT_ENTRIES];

/* The mapping of `va` in `task` changed: forgets what the machine remembers of it. */
/*@ requires task < NEURON_TASKS_MAX && va % NEURON_PAGE == 0;
    assigns \nothing; */
void arch_flush_page(u32 task, u64 va);

/* Reads and writes the 32-bit register at `offset` (a multiple of 4) of the window at `base`. */
/*@ requires base % NEURON_PAGE == 0 && offset % 4 == 0 && offset < NEURON_PAGE;
    assigns \nothing; */
u32 arch_device_read(u64 base, u64 offset);
/*@ requires base % NEURON_PAGE == 0 && offset % 4 == 0 && offset < NEURON_PAGE;
    assigns \nothing; */
void arch_device_write(u64 base, u64 offset, u32 value);

/* Keeps what the device sees in order: stores before it are seen before those behind it, loads too. */
/*@ assigns \nothing; */
void arch_device_fence(void);

enum arch_irq_order {
    ARCH_IRQ_OPEN = 0,    /* let interrupts of the line through */
    ARCH_IRQ_SHUT = 1,    /* or not; a claim must not be open: its completion would be ignored */
    ARCH_IRQ_COMPLETE = 2 /* the claim is done, and the line may interrupt again */
};

/* Tells the interrupt controller what to do with line `irq`. */
/*@ requires 0 < irq < NEURON_IRQS_MAX;
    requires order <= ARCH_IRQ_COMPLETE;
    requires order == ARCH_IRQ_SHUT ==> line_claimed[irq] == 0;
    requires order == ARCH_IRQ_COMPLETE ==> line_claimed[irq] == 1;
    assigns line_open[irq], line_claimed[irq];
    ensures line_open[irq] ==
      (order == ARCH_IRQ_OPEN ? 1 : order == ARCH_IRQ_SHUT ? 0 : \old(line_open[irq]));
    ensures line_claimed[irq] == (order == ARCH_IRQ_COMPLETE ? 0 : \old(line_claimed[irq])); */
void arch_irq_order(u32 irq, u32 order);

/* The line that interrupts, which is then silent until it is completed; 0: none does. */
/*@ assigns line_claimed[0 .. NEURON_IRQS_MAX - 1];
    ensures 0 < \result < NEURON_IRQS_MAX ==>
      \old(line_claimed[\at(\result, Post)]) == 0 && line_claimed[\result] == 1;
    ensures \forall integer i; 0 <= i < NEURON_IRQS_MAX && i != \result ==>
      line_claimed[i] == \old(line_claimed[i]); */
u32 arch_irq_claim(void);

/*
 * How a fast path (fast.h) ends that does not return, always the last that it does. The machine keeps what it needs of
 * the running task, and no register of that task reaches another.
 */

/* The running task waits; `next` comes back from its call with OK, or NOTIFIED, and these outputs. */
/*@ requires next: next == &tasks[next->context.task];
    assigns resumed;
    ensures resumed == next->context.task; */
void arch_switch(struct task *next, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token);

/* The running task comes back from its call with OK alone when it is resumed; `next` comes back from its own with
 * NOTIFIED and these bits. */
/*@ requires next: next == &tasks[next->context.task];
    assigns resumed;
    ensures resumed == next->context.task; */
void arch_preempt(struct task *next, u64 bits);

/* The same, and `next` goes on with what is in its context. */
/*@ requires next: next == &tasks[next->context.task];
    assigns resumed;
    ensures resumed == next->context.task; */
void arch_yield(struct task *next);

/* The running task made a system call that is none of a fast path: kernel_syscall(). */
/*@ assigns resumed;
    ensures resumed == NONE; */
void arch_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number);

#endif
