/* Addresses and entry points inside arch/riscv64. */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include "../../core/state.h"

/* Devices of QEMU virt (hw/riscv/virt.c, virt_memmap). */
#define UART_BASE 0x10000000 /* ns16550a */
#define TEST_BASE 0x100000   /* sifive,test1: ends the machine */
#define PLIC_BASE 0xc000000

/* Boot on this hart: returns the first task. */
struct task *arch_boot(u64 hart);

/* Shuts all interrupt lines of the hart that plic_map() was told. */
void plic_reset(void);

/* Maps what the PLIC shows to this hart. 0 if there is no room for it. */
int plic_map(u64 hart);

/* An interrupt, or an exception of the current task that is no system call. */
void arch_trap(u64 cause, u64 value);

/* Sleeps until there is a task to run. */
void arch_idle(void);

/* A trap in the kernel is a bug: says where and ends the machine. */
void arch_panic(u64 cause, u64 value, u64 pc);

/* Builds the kernel's own mappings; the payload ends at `payload_end`, RAM at `ram_end`. */
void kernel_map(u64 payload_end, u64 ram_end);

/* Adds a device window, below the first GiB, to the kernel's mappings. 0 if there is no room for it. */
int kernel_map_device(u64 base, u64 pages);

#endif
