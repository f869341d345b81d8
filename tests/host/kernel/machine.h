/* The host's machine under the kernel core: time, timer, UART, power and a little RAM, all in plain
 * variables that a test sets and looks at. */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <neuron/abi.h>

#include "types.h"

/* What exists of the payload and of the RAM behind it. The replay of a trace has a payload of its own, and says so. */
#ifndef FAKE_PAYLOAD_PAGES
#define FAKE_PAYLOAD_PAGES 80u
#define FAKE_RAM_BASE (NEURON_PAYLOAD_BASE + NEURON_BLOCK)
#endif
#define FAKE_PAYLOAD_END (NEURON_PAYLOAD_BASE + FAKE_PAYLOAD_PAGES * (u64)NEURON_PAGE)
#define FAKE_RAM_PAGES 256u

/* Where virtio-mmio windows begin on the platform. */
#define FAKE_VIRTIO_BASE UINT64_C(0x10001000)
#define FAKE_VIRTIO_WINDOWS 8u
#define FAKE_QUEUES 3u /* of a device: one more than the kernel guards */

/* The goldfish RTC, and its line. */
#define FAKE_RTC_BASE UINT64_C(0x101000)
#define FAKE_RTC_LINE 11u

/* Where the arrays of the core appear to lie in physical memory, and the kernel's root entry. */
#define FAKE_PAGE_TABLES UINT64_C(0x80300000)
#ifndef FAKE_MESSAGE_PAGES
#define FAKE_MESSAGE_PAGES UINT64_C(0x80800000)
#define FAKE_QUEUE_PAGES UINT64_C(0x80900000)
#endif
#define FAKE_KERNEL_ENTRY_INDEX 2u
#define FAKE_KERNEL_ENTRY UINT64_C(0x20000001)

#define UART_UNLIMITED 0xffffffffu

/* A virtqueue as the device was told, and what it offers. */
struct fake_queue {
    u32 num_max;
    u32 num;
    u32 ready;
    u64 address[3]; /* descriptors, available ring, used ring */
};

/* A virtio-mmio device: what it reports and what was written to it. */
struct fake_device {
    u32 status;
    u32 foreign; /* no virtio device at all */
    u32 legacy;  /* of before virtio 1.0 */
    u32 stuck;   /* it does not reset */
    u32 refused; /* it was told to, since it last did */
    u32 features[2];
    u32 device_feature_word;
    u32 feature_word;
    u32 queue;    /* selected */
    u32 reasons;  /* its interrupt status */
    u32 notified; /* how often a queue was notified, and which one last */
    u32 notified_queue;
    struct fake_queue queues[FAKE_QUEUES];
};

/* An interrupt line with its gateway (PLIC specification 1.0.0, 1.4 and 8). */
struct fake_line {
    u32 raised; /* by the device */
    u32 enabled;
    u32 claimed; /* silent until completed */
    u32 completions;
};

/* What happened to devices, lines and memory, in this order. */
enum machine_event {
    EVENT_RESET = 1, /* of the device in virtio window `what`, which stopped */
    EVENT_NOT_RESET, /* it did not */
    EVENT_FLUSH,     /* of the page at `what` */
    EVENT_COMPLETE,  /* of line `what` */
    EVENT_OPEN,      /* of line `what` */
    EVENT_SHUT,
    EVENT_RESTORE /* of the page at `what`, physical */
};
#define EVENTS 64u

struct machine {
    u64 now;
    u64 timer;      /* what arch_timer_arm() was last asked for */
    u32 uart_takes; /* bytes that the UART still takes; UART_UNLIMITED: any number */
    u32 uart_used;
    u8 uart[4 * NEURON_RING_BYTES];
    u32 power_offs; /* how often the machine was ended, and the last status */
    u64 power_status;
    u64 virtio_class
        [FAKE_VIRTIO_WINDOWS]; /* what the device in each virtio-mmio window reports; 0: none */
    struct fake_device devices[FAKE_VIRTIO_WINDOWS];
    struct fake_line lines[NEURON_IRQS_MAX];
    u32 wild_line;    /* what the interrupt controller answers to a claim; 0: the truth */
    u32 fixed_writes; /* to windows that are no virtio device, and the last one */
    u64 fixed_address;
    u32 fixed_value;
    u32 rtc_enabled; /* the goldfish RTC: its interrupt, and its alarm */
    u32 rtc_armed;
    u32 flushes; /* how often a page was flushed, and the last one */
    u32 flushed_task;
    u64 flushed_va;
    const uint16_t *
        watched; /* unless NULL: what a fence is to come before, and what it was at the first fence */
    u32 fences;
    u32 fenced;
    u32 events; /* since a test set it to 0; the first of them */
    struct {
        u64 event;
        u64 what;
    } event[EVENTS];
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

/* All devices as they are when switched on; the lines too. */
void machine_devices_reset(void);

/* Notes an event. */
void machine_note(u64 event, u64 what);

/* How often `text` was sent to the UART. */
u32 machine_said(const char *text);

#endif
