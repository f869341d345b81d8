/*
 * The fixed sizes and addresses of the ABI. Memory the kernel manages is typed global arrays of
 * these sizes, so no call can fail for lack of memory after boot.
 *
 * The NEURON_*_MAX below may be lowered with -D, for the explorer and the host tests only.
 */
#ifndef NEURON_LIMITS_H
#define NEURON_LIMITS_H

#ifndef NEURON_TASKS_MAX
#define NEURON_TASKS_MAX 64 /* one bit each in a 64-bit set */
#endif
#ifndef NEURON_SLOTS_MAX
#define NEURON_SLOTS_MAX 4096 /* capability slots of all tasks together */
#endif
#ifndef NEURON_PT_PAGES_MAX
#define NEURON_PT_PAGES_MAX 1024 /* page-table pages of all tasks together */
#endif
#ifndef NEURON_MEMORIES_MAX
#define NEURON_MEMORIES_MAX 1024 /* physical extents described by the table */
#endif
#ifndef NEURON_MAPS_MAX
#define NEURON_MAPS_MAX 2048 /* mappings of extents described by the table */
#endif
#ifndef NEURON_WINDOWS_MAX
#define NEURON_WINDOWS_MAX 32 /* device windows of the platform */
#endif

#define NEURON_TASK_SLOTS_MAX 128     /* capability slots of one task */
#define NEURON_TASK_DEVICES_MAX 8     /* of them for devices */
#define NEURON_WINDOW_PAGES_MAX 4     /* pages of one device window */
#define NEURON_WINDOW_QUEUES 2        /* virtqueues of one device that the kernel guards */
#define NEURON_QUEUE_SIZE_MAX 128     /* descriptors of one of them, so that it fits in a page */
#define NEURON_QUEUE_USED_OFFSET 2560 /* of the used ring in that page */
#define NEURON_CHAIN_MAX 16           /* descriptors of one dev_post */
#define NEURON_LEVELS 64              /* dense priority levels, 63 is the most urgent */
#define NEURON_IRQS_MAX 128           /* interrupt lines 1..127 */
#define NEURON_PAGE 4096              /* bytes */
#define NEURON_PT_ENTRIES 512         /* entries of one page table */
#define NEURON_BLOCK 0x200000         /* bytes that one leaf page table covers */

/* Physical memory of the platform (qemu-virt). The kernel owns [KERNEL_BASE, PAYLOAD_BASE). */
#define NEURON_RAM_BASE 0x80000000
#define NEURON_KERNEL_BASE 0x80200000
#define NEURON_PAYLOAD_BASE 0x80a00000
#define NEURON_RAM_END_MAX 0xc0000000

/* Task t owns the virtual range [USER_BASE + t * USER_SPAN, + USER_SPAN); nobody else maps there. */
#define NEURON_USER_BASE 0x100000000
#define NEURON_USER_SPAN 0x10000000

/* Fixed places in that range, as offsets. The pages between them are never mapped. */
#define NEURON_IN_OFFSET 0x1000    /* what recv delivered; replies leave from it */
#define NEURON_OUT_OFFSET 0x3000   /* the task's own calls; their replies arrive here */
#define NEURON_ARENA_OFFSET 0x5000 /* device pages, then a guard page, then the table's mappings */

#define NEURON_MESSAGE_WORDS 4    /* words of a message that travel in registers */
#define NEURON_MESSAGE_BYTES 4096 /* bytes of a message that travel in a message page */
#define NEURON_LINE_BYTES 160     /* longest console line, without its newline */
#define NEURON_RING_BYTES 65536   /* console ring */

#define NEURON_TIME_HZ 10000000 /* ticks a second of the time counter; deadlines are in ticks */
#define NEURON_QUANTUM 100000   /* ticks between two scheduling decisions among equals: 10 ms */

#endif
