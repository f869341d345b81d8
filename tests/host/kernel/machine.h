/* The host's machine under the kernel core: time, timer, UART, power and a little RAM, all in plain
 * variables that a test sets and looks at. */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <neuron/abi.h>

#include "types.h"

/* What exists of the payload and of the RAM behind it. */
#define FAKE_PAYLOAD_PAGES 80u
#define FAKE_PAYLOAD_END (NEURON_PAYLOAD_BASE + FAKE_PAYLOAD_PAGES * NEURON_PAGE)
#define FAKE_RAM_BASE (NEURON_PAYLOAD_BASE + NEURON_BLOCK)
#define FAKE_RAM_PAGES 256u

/* Where virtio-mmio windows begin on the platform. */
#define FAKE_VIRTIO_BASE UINT64_C(0x10001000)

/* Where the arrays of the core appear to lie in physical memory, and the kernel's root entry. */
#define FAKE_PAGE_TABLES UINT64_C(0x80300000)
#define FAKE_MESSAGE_PAGES UINT64_C(0x80800000)
#define FAKE_KERNEL_ENTRY_INDEX 2u
#define FAKE_KERNEL_ENTRY UINT64_C(0x200000cf)

#define UART_UNLIMITED 0xffffffffu

struct machine {
    u64 now;
    u64 timer;      /* what arch_timer_arm() was last asked for */
    u32 uart_takes; /* bytes that the UART still takes; UART_UNLIMITED: any number */
    u32 uart_used;
    u8 uart[4 * NEURON_RING_BYTES];
    u32 power_offs; /* how often the machine was ended, and the last status */
    u64 power_status;
    u32 roots[NEURON_TASKS_MAX];
    u64 virtio_class[8]; /* what the device in each virtio-mmio window reports; 0: none */
    u32 flushes;         /* how often a page was flushed, and the last one */
    u32 flushed_task;
    u64 flushed_va;
    u8 payload[FAKE_PAYLOAD_PAGES * NEURON_PAGE];
    u8 ram[FAKE_RAM_PAGES * NEURON_PAGE];
};

extern struct machine machine;

/* A machine that was just switched on: RAM full of rubbish, a payload of recognisable bytes. */
void machine_reset(void);

/* The fake RAM at a physical address. */
u8 *machine_ram(u64 phys);

/* What the payload holds at a physical address. */
u8 machine_payload_byte(u64 phys);

/* How often `text` was sent to the UART. */
u32 machine_said(const char *text);

#endif
