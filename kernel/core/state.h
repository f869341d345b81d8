/*
 * The whole state of the kernel: typed global arrays with compile-time sizes, indices instead of
 * addresses. Only kernel_boot() fills what the table declares; nothing is allocated afterwards.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include <neuron/abi.h>
#include <neuron/queue.h>

#include "types.h"

/* No task, no queue, no extent. */
#define NONE 0xffffffffu

/* For arrays that nobody reads before boot, or a write, has filled the part that is read. */
#define BOOT_FILLED __attribute__((section(".bss.boot_filled")))

/* Registers by their number (RISC-V calling convention). */
#define REG_RA 1
#define REG_SP 2
#define REG_GP 3
#define REG_TP 4
#define REG_T0 5
#define REG_A0 10
#define REG_A7 17
#define REG_T3 28

/* What the entry code saves and restores; arch knows this layout (checked there). */
struct context {
    u64 x[32]; /* x[0] is unused */
    u64 pc;
};

/* What a running task is doing. */
enum wait {
    WAIT_NONE = 0,   /* it runs, or is in the ready queue */
    WAIT_RECV = 1,   /* for a notification or a message; no bit is pending, nobody calls */
    WAIT_BITS = 2,   /* for a notification bit of its mask */
    WAIT_QUEUED = 3, /* its call is in the queue of the server's port */
    WAIT_SERVED = 4  /* its call was received; the reply is due */
};

struct message {
    u64 tag;
    u64 words[NEURON_MESSAGE_WORDS];
};

struct task {
    struct context context;
    u32 state; /* enum neuron_task_state */
    u32 wait;  /* enum wait; WAIT_NONE unless RUNNING */
    u32 level;
    u32 ready; /* it was in recv since its start */

    int ending; /* the status with which its deadline ends its wait: TIMEOUT, unless it ends soon */

    /* Its open call, while WAIT_QUEUED or WAIT_SERVED */
    u32 server;
    u32 call_slot; /* row in slots[] that it called through */
    u64 token;     /* WAIT_SERVED: names this call and no other, ever */
    struct message message;

    /* Notification */
    u64 bits;
    u64 mask;          /* WAIT_BITS */
    u64 servers;       /* set: tasks that it holds a callable port of */
    u64 peers_changed; /* set: clients that died since it last asked */

    /* Life */
    u64 generation; /* 1, and one more for each life that ended */
    u64 run_limit;  /* ticks; 0: none */
    u64 ran;        /* ticks charged since it last blocked */
    u64 exit_code;
    u64 fault_cause;
    u64 fault_pc;
    u64 fault_address;
    u32 reset_memory; /* next extent to restore; NONE: all are */
    u32 reset_page;   /* next page of it; in front of the extents come the two message pages */
    u32 reset_left;   /* pages to restore before it may start */
    u32 own_pages;    /* pages that a reset restores, message pages included */

    /* What the table says */
    u64 entry;
    u64 sp;
    u64 gp;
    u64 tp;
    u32 first_memory; /* first of its extents that a reset restores; NONE */
    u32 first_slot;   /* its run in slots[] */
    u32 slots;
    u32 first_leaf; /* its leaf tables in page_tables[] */
    u32 leaf_tables;
    u32 arena_pages; /* pages at NEURON_ARENA_OFFSET for device windows */
};

struct slot {
    u32 kind; /* enum neuron_cap_kind */
    u32 rights;
    u64 object; /* PORT: the server; MMIO: row in windows[] */
    u64 badge;
    u64 bits;       /* PORT with NOTIFY: what it may set; MMIO with IRQ: what the interrupt sets */
    u64 generation; /* PORT: the server's when it last took a call through this; 0: never */
};

/* What may be put into a slot at run time: a device of one class, in [base, base + bytes). */
struct ceiling {
    u32 kind; /* NEURON_CAP_MMIO; NEURON_CAP_NONE: nothing */
    u32 rights;
    u64 class;
    u64 base;
    u64 bytes;
    u64 bits; /* of the holder: what its interrupt sets */
};

/* A device window of the platform. */
struct window {
    u64 base;
    u64 class; /* FIXED: its class; VIRTIO_MMIO: what the device said when the owner got it */
    u32 pages;
    u32 transport;
    u32 irq;
    u32 owner;        /* row in slots[] that holds it; NONE */
    u32 task;         /* whose row that is */
    u32 claimed;      /* 1: its interrupt was delivered and not acknowledged */
    u32 live;         /* 1: the driver said DRIVER_OK; the device may use its queues */
    u32 feature_word; /* which 32 feature bits the driver writes next: 0 or 1 */
    u64 place[NEURON_WINDOW_PAGES_MAX]; /* where the owner mapped each page; 0: nowhere */
};

/* A virtqueue of a guarded device. Its chains are runs of descriptors. */
struct vqueue {
    u32 size;                        /* descriptors; 0: not set up */
    u32 available;                   /* chains posted so far, modulo 2^16 */
    u32 used;                        /* of these, seen to be used, modulo 2^16 */
    u64 place;                       /* where the owner has its page; 0: nowhere */
    u8 chain[NEURON_QUEUE_SIZE_MAX]; /* descriptors of the chain posted with this head; 0: none */
    u8 busy[NEURON_QUEUE_SIZE_MAX];  /* 1: in a posted chain that was not seen to be used */
};

/* An extent that a reset restores. */
struct memory {
    u64 phys;
    u64 source;
    u64 source_bytes;
    u32 pages;
    u32 keep;
    u32 kept; /* a KEEP extent that is set up already */
    u32 next; /* the owner's next extent; NONE */
};

extern struct task tasks[NEURON_TASKS_MAX];
extern struct slot slots[NEURON_SLOTS_MAX];
extern struct ceiling ceilings[NEURON_SLOTS_MAX];
extern struct window windows[NEURON_WINDOWS_MAX];
extern struct vqueue vqueues[NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES];
extern struct memory memories[NEURON_MEMORIES_MAX];
extern u64 page_tables[NEURON_PT_PAGES_MAX][NEURON_PT_ENTRIES];
extern u64 message_pages[2 * NEURON_TASKS_MAX][NEURON_PAGE / 8];

extern struct neuron_queue_page queue_pages[NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES];

extern u32 task_count;
extern u32 memory_count;
extern u32 window_count;
extern u32 init_task;
extern u32 current; /* the task that runs; NONE: idle */

/* The row in vqueues[] and queue_pages[] of a queue of a window. */
static inline u32 vqueue_of(u32 window, u32 queue)
{
    return NEURON_WINDOW_QUEUES * window + queue;
}

/* The message pages of a task. */
#define MESSAGE_PAGES 2

static inline u32 in_page(u32 task)
{
    return 2 * task;
}

static inline u32 out_page(u32 task)
{
    return 2 * task + 1;
}

#endif
