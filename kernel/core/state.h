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

/* What the entry code saves and restores; arch knows this layout (checked there). A task that is in a system call
 * has only sp, s0-s11 and pc here, until the call is over: then a0-a7 too. All others will be zero. */
struct context {
    u64 x[32]; /* x[0] is unused; gp and tp are constants */
    u64 pc;
    u64 space; /* its address space: the value of satp */
    u64 whole; /* what is here: enum whole */
    u64 task;  /* whose context this is */
};

enum whole {
    WHOLE_RESULTS = 0, /* what comes back from a call, if it is not waiting */
    WHOLE_ALL = 1,     /* all registers: it was interrupted, or faulted */
    WHOLE_NOTHING = 2  /* not even the results, which are OK alone */
};

/*
 * What a running task is doing, in one word. Those with a task or a life in them are sums, so that a fast path finds
 * all that it must know by one comparison: a slot that was last used in life g can be called at once if its server
 * waits for WAIT_RECV + g, and a caller can be answered at once by s if it waits for WAIT_SERVED + s.
 */
#define WAIT_NONE 0u       /* it runs, or is in the ready queue; or it is not running */
#define WAIT_BITS 1u       /* for a notification bit of its mask */
#define WAIT_RECV_UNTIL 2u /* like WAIT_RECV, but with a deadline */
#define WAIT_GIVEN_UP 4u   /* for nothing: GIVEN_UP */
#define WAIT_QUEUED 64u    /* + s: its call is in the queue of the port of s */
#define WAIT_SERVED 128u /* + s: its call was received by s, the reply is due; it has no deadline */
#define WAIT_SERVED_UNTIL 192u /* + s: like WAIT_SERVED, but with a deadline */
#define WAIT_RECV 256u         /* + its life: for a notification or a message, without a deadline */

/* The generation of no life, and no wait. */
#define NEVER 3u

struct task {
    struct context context;

    /* What the fast paths look at */
    u64 wait;       /* WAIT_NONE unless RUNNING, but for GIVEN_UP */
    u64 token;      /* of its last delivered call: 64 times their number, plus the task */
    u64 generation; /* WAIT_RECV + the number of its life: 1, and one more for each that ended */
    u64 attention;  /* 0: no bit is pending and nobody is in its queue. 1: it may be so */
    u64 no_higher;  /* a set of levels holds none above its own if it is not greater than this */
    u64 ran;        /* ticks charged since it last blocked */
    u64 bits;       /* pending notifications */
    u64 mask;       /* WAIT_BITS */
    u32 first_slot; /* its run in slots[] */
    u32 slots;
    u32 level;

    u32 state;  /* enum neuron_task_state */
    u32 ready;  /* it was in recv since its start */
    int ending; /* the status with which its deadline ends its wait: TIMEOUT, unless it ends soon */
    u32 call_slot; /* WAIT_QUEUED: row in slots[] that it called through; its message is in its registers */
    u32 reset_memory;  /* next extent to restore; NONE: all are */
    u64 servers;       /* set: tasks that it holds a callable port of */
    u64 peers_changed; /* set: clients that died since it last asked */

    /* Life */
    u64 run_limit; /* ticks; 0: none */
    u64 exit_code;
    u64 fault_cause;
    u64 fault_pc;
    u64 fault_address;
    u32 reset_page; /* next page of it; in front of the extents come the two message pages */
    u32 reset_left; /* pages to restore before it may start */
    u32 own_pages;  /* pages that a reset restores, message pages included */

    /* What the table says */
    u32 first_memory; /* first of its extents that a reset restores; NONE */
    u64 entry;
    u64 sp;
    u64 gp;
    u64 tp;
    u32 first_leaf; /* its leaf tables in page_tables[] */
    u32 leaf_tables;
    u32 arena_pages; /* pages at NEURON_ARENA_OFFSET for device windows */
    u32 unused;      /* a power of two finds a task in fewer steps */
    u64 clients;     /* set: tasks that hold a callable port of it */
};

_Static_assert(sizeof(struct task) == 512, "a power of two");

struct slot {
    u32 kind; /* enum neuron_cap_kind */
    u32 rights;
    u64 object; /* PORT: the server; MMIO: row in windows[] */
    u64 badge;
    u64 bits;       /* PORT with NOTIFY: what it may set; MMIO with IRQ: what the interrupt sets */
    u64 generation; /* PORT with CALL: the server's when it last took a call through this; NEVER */
    u64 callee;     /* PORT with CALL: the server; else 0. Both follow from the above */
    u64 may_set;    /* PORT with NOTIFY: its bits; else 0 */
    u64 unused;     /* a power of two finds a slot in fewer steps */
};

_Static_assert(sizeof(struct slot) == 64, "a power of two");

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

/* Where the machine has the first page of each of these arrays: the physical address. */
enum page_array { PAGE_TABLES = 0, MESSAGE_PAGE_PAIRS = 1, QUEUE_PAGES = 2 };
extern const u64 pages_phys[QUEUE_PAGES + 1];

extern u32 task_count;
extern u32 memory_count;
extern u32 window_count;
extern u32 init_task;
extern u32 current; /* the task that runs; NONE: idle */

/* What boot settles and no call changes: how many there are of each, and which rows are whose. The runs of
 * the tasks follow each other in slots[] and in page_tables[], where each has two tables before its leaves. */
/*@ predicate lies_apart{L}(integer array, integer pages) =
      pages_phys[array] % NEURON_PAGE == 0 && NEURON_KERNEL_BASE <= pages_phys[array] &&
      pages_phys[array] + pages * NEURON_PAGE <= NEURON_PAYLOAD_BASE;
    predicate pages_inv{L} =
      lies_apart{L}(PAGE_TABLES, NEURON_PT_PAGES_MAX) &&
      lies_apart{L}(MESSAGE_PAGE_PAIRS, 2 * NEURON_TASKS_MAX) &&
      lies_apart{L}(QUEUE_PAGES, NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES);

    predicate counts_inv{L} = pages_inv{L} &&
      1 <= task_count <= NEURON_TASKS_MAX && init_task < task_count &&
      memory_count <= NEURON_MEMORIES_MAX && window_count <= NEURON_WINDOWS_MAX;

    logic integer slots_end{L} = tasks[task_count - 1].first_slot + tasks[task_count - 1].slots;
    logic integer tables_end{L} =
      tasks[task_count - 1].first_leaf + tasks[task_count - 1].leaf_tables;

    predicate slots_run{L}(integer t) =
      tasks[t].slots <= NEURON_TASK_SLOTS_MAX &&
      tasks[t].first_slot + tasks[t].slots <= slots_end{L} <= NEURON_SLOTS_MAX;

    predicate leaves_run{L}(integer t) =
      2 <= tasks[t].first_leaf && 1 <= tasks[t].leaf_tables <= NEURON_USER_SPAN / NEURON_BLOCK &&
      tasks[t].first_leaf + tasks[t].leaf_tables <= tables_end{L} <= NEURON_PT_PAGES_MAX &&
      NEURON_ARENA_OFFSET / NEURON_PAGE + tasks[t].arena_pages <
        tasks[t].leaf_tables * NEURON_PT_ENTRIES;

    predicate runs_apart{L} = \forall integer t, u; 0 <= t < u < task_count ==>
      tasks[t].first_slot + tasks[t].slots <= tasks[u].first_slot &&
      tasks[t].first_leaf + tasks[t].leaf_tables + 2 <= tasks[u].first_leaf;

    predicate tasks_inv{L} = counts_inv{L} && runs_apart{L} &&
      (\forall integer t; 0 <= t < task_count ==>
        slots_run{L}(t) && leaves_run{L}(t) && tasks[t].level < NEURON_LEVELS) &&
      (current == NONE || current < task_count); */

/* Rows, for what is said of a field of any of them. */
/*@ predicate a_task(integer t) = 0 <= t < NEURON_TASKS_MAX;
    predicate a_slot(integer s) = 0 <= s < NEURON_SLOTS_MAX; */

/* A slot is one of a task, and what it names exists. */
/*@ predicate slot_of{L}(integer t, integer s) =
      tasks[t].first_slot <= s < tasks[t].first_slot + tasks[t].slots;

    predicate slot_ok{L}(integer s) =
      slots[s].kind < NEURON_CAP_KINDS &&
      (slots[s].kind == NEURON_CAP_PORT ==> slots[s].object < task_count) &&
      (slots[s].kind == NEURON_CAP_MMIO ==> slots[s].object < window_count) &&
      (slots[s].kind == NEURON_CAP_REGION || slots[s].kind == NEURON_CAP_DMA ==>
        slots[s].object < memory_count);

    predicate slots_inv{L} = \forall integer s; 0 <= s < slots_end{L} ==> slot_ok{L}(s); */

/* Device windows lie in front of RAM, one behind the other, each with an interrupt line or none (0). */
/*@ predicate window_ok{L}(integer w) =
      windows[w].base % NEURON_PAGE == 0 && 1 <= windows[w].pages <= NEURON_WINDOW_PAGES_MAX &&
      windows[w].base + windows[w].pages * NEURON_PAGE <= NEURON_RAM_BASE &&
      windows[w].irq < NEURON_IRQS_MAX;

    predicate windows_apart{L} = \forall integer v, w; 0 <= v < w < window_count ==>
      windows[v].base + windows[v].pages * NEURON_PAGE <= windows[w].base &&
      (windows[v].irq == 0 || windows[v].irq != windows[w].irq);

    predicate platform_inv{L} =
      windows_apart{L} && \forall integer w; 0 <= w < window_count ==> window_ok{L}(w); */

/* Extents lie behind the kernel; what restores them lies there too. A chain of them goes down, so it ends. */
/*@ predicate memory_ok{L}(integer m) =
      memories[m].phys % NEURON_PAGE == 0 && NEURON_PAYLOAD_BASE <= memories[m].phys &&
      1 <= memories[m].pages &&
      memories[m].phys + memories[m].pages * NEURON_PAGE <= NEURON_RAM_END_MAX &&
      (memories[m].source_bytes == 0 ||
       (NEURON_PAYLOAD_BASE <= memories[m].source && memories[m].source % 8 == 0 &&
        memories[m].source + memories[m].source_bytes <= NEURON_RAM_END_MAX &&
        memories[m].source_bytes <= memories[m].pages * NEURON_PAGE)) &&
      memories[m].keep <= 1 && memories[m].kept <= 1 &&
      (memories[m].next == NONE || memories[m].next < m);

    predicate memories_inv{L} =
      (\forall integer m; 0 <= m < memory_count ==> memory_ok{L}(m)) &&
      (\forall integer t; 0 <= t < task_count ==>
        tasks[t].first_memory == NONE || tasks[t].first_memory < memory_count); */

/* The row in vqueues[] and queue_pages[] of a queue of a window. */
/*@ requires window < NEURON_WINDOWS_MAX && queue <= NEURON_WINDOW_QUEUES;
    assigns \nothing;
    ensures \result == NEURON_WINDOW_QUEUES * window + queue; */
static inline u32 vqueue_of(u32 window, u32 queue)
{
    return NEURON_WINDOW_QUEUES * window + queue;
}

/* What a wait word says without its task or life; WAIT_RECV and WAIT_SERVED with a deadline too. */
/*@ predicate receives(integer wait) = WAIT_RECV <= wait || wait == WAIT_RECV_UNTIL;
    predicate calls(integer wait) = WAIT_QUEUED <= wait < WAIT_RECV;
    predicate is_queued(integer wait) = WAIT_QUEUED <= wait < WAIT_SERVED;
    logic integer callee_of(integer wait) = wait % 64; */
/*@ assigns \nothing;
    ensures receives: \result == WAIT_RECV <==> receives(wait);
    ensures bits: \result == WAIT_BITS <==> wait == WAIT_BITS;
    ensures queued: \result == WAIT_QUEUED <==> is_queued(wait); */
static inline u64 wait_reason(u64 wait)
{
    if (wait >= WAIT_RECV || wait == WAIT_RECV_UNTIL) {
        return WAIT_RECV;
    }
    if (wait >= WAIT_SERVED) {
        return WAIT_SERVED;
    }
    return wait >= WAIT_QUEUED ? WAIT_QUEUED : wait;
}

/* Whether a task waits for `server` to reply, or to receive its call. */
/*@ requires server < 64;
    assigns \nothing;
    ensures \result != 0 <==> calls(wait) && callee_of(wait) == server; */
static inline int wait_calls(u64 wait, u64 server)
{
    return wait == WAIT_SERVED + server || wait == WAIT_SERVED_UNTIL + server ||
           wait == WAIT_QUEUED + server;
}

/* The message pages of a task. */
#define MESSAGE_PAGES 2

/*@ requires task < NEURON_TASKS_MAX;
    assigns \nothing;
    ensures \result == 2 * task; */
static inline u32 in_page(u32 task)
{
    return 2 * task;
}

/*@ requires task < NEURON_TASKS_MAX;
    assigns \nothing;
    ensures \result == 2 * task + 1; */
static inline u32 out_page(u32 task)
{
    return 2 * task + 1;
}

#endif
