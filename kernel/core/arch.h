/*
 * All that the core asks of the machine. Everything that needs an address of physical memory, a CSR or
 * a device register is behind these; the host tests have an implementation of their own.
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include "state.h"

/* The time counter, in ticks of NEURON_TIME_HZ. */
u64 arch_now(void);

/* Asks for a timer interrupt at `deadline` ticks; replaces what was asked before. */
void arch_timer_arm(u64 deadline);

/* Whether the UART takes a byte now, and giving it one (only when it does). */
int arch_uart_ready(void);
void arch_uart_put(u8 byte);

/* Ends the machine with this exit status, 0..255. On the host it returns. */
void arch_power_off(u64 status);

/* Fills the RAM page at `phys` with `bytes` (0..4096) bytes from `source` in the payload, then zeroes.
 * Both lie in extents that table_validate() accepted. */
void arch_page_restore(u64 phys, u64 source, u64 bytes);

/* The physical address of page table `index`, of message page `index`, of queue page `index`. */
u64 arch_page_table_phys(u32 index);
u64 arch_message_phys(u32 index);
u64 arch_queue_phys(u32 index);

/* The entry that every root table holds at `index` for the kernel's own mappings; 0 if none. */
u64 arch_kernel_root_entry(u32 index);

/* The page table at a physical address that arch_page_table_phys() returned. */
u32 arch_page_table_index(u64 phys);

/* The page table that the machine uses as the root of `task`: what arch_set_root() told it. */
u32 arch_root(u32 task);

/* The mapping of `va` in `task` changed: forgets what the machine remembers of it. */
void arch_flush_page(u32 task, u64 va);

/* Reads and writes the 32-bit register at `offset` (a multiple of 4) of the window at `base`. */
u32 arch_device_read(u64 base, u64 offset);
void arch_device_write(u64 base, u64 offset, u32 value);

/* Keeps what the device sees in order: stores before it are seen before those behind it, loads too. */
void arch_device_fence(void);

/* Lets interrupt line `irq` through (on = 1) or not. A claim of it must not be open when it is shut. */
void arch_irq_enable(u32 irq, u32 on);

/* The line that interrupts, which is then silent until it is completed; 0: none does. */
u32 arch_irq_claim(void);
void arch_irq_complete(u32 irq);

/*
 * How a fast path (fast.h) ends, always the last that it does. The machine keeps what it needs of the running task,
 * and no register of that task reaches another.
 */

/* The running task waits; `next` comes back from its call with OK, or NOTIFIED, and these outputs. */
void arch_switch(struct task *next, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 badge, u64 token);

/* The running task comes back from its call with OK alone: at once, or when it is resumed. */
void arch_return(void);

/* ... The latter, and `next` comes back from its call with NOTIFIED and these bits. */
void arch_preempt(struct task *next, u64 bits);

/* ... `next` goes on with what is in its context. */
void arch_yield(struct task *next);

/* The running task made a system call that is none of a fast path: kernel_syscall(). */
void arch_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number);

/* Tells the machine which page table is the root of `task`. */
void arch_set_root(u32 task, u32 page_table);

#endif
