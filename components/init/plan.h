/*
 * The plan init walks: the generator writes it (init_plan.c), init only reads it. It names every task
 * but init itself, in the order in which they start: the highest level first, then by index.
 */
#ifndef INIT_PLAN_H
#define INIT_PLAN_H

#include <stdint.h>

enum init_restart {
    INIT_RESTART_NEVER = 0,
    INIT_RESTART_ON_FAULT = 1, /* after a fault, not after an exit */
    INIT_RESTART_ALWAYS = 2
};

/* What lies in a range of a task's addresses; it explains a fault, it grants nothing. */
enum init_range_kind {
    INIT_RANGE_MESSAGES = 0, /* a message page */
    INIT_RANGE_STACK = 1,
    INIT_RANGE_DATAPORT = 2,
    INIT_RANGE_TEXT = 3,
    INIT_RANGE_RODATA = 4,
    INIT_RANGE_DATA = 5,  /* data, bss and heap */
    INIT_RANGE_ARENA = 6, /* place for device windows and queues, mapped at run time */
    INIT_RANGE_KEEP = 7,  /* data that a restart leaves alone */
    INIT_RANGE_DMA = 8    /* memory that devices reach */
};

struct init_range {
    uint64_t start; /* virtual */
    uint64_t end;   /* the first address behind it */
    uint32_t kind;  /* enum init_range_kind */
    uint32_t prot;  /* enum neuron_prot; 0 for an arena */
};

/* A device that a task declares; the kernel's ceiling says the same. */
struct init_need {
    const char *name;       /* in the component's description */
    const char *class_name; /* "virtio.rng" */
    const char *policy;     /* the capability that policyd is asked for */
    uint64_t class_number;  /* enum neuron_class */
    uint64_t rights;        /* enum neuron_right */
    uint32_t slot;          /* where the task expects it */
    int32_t index; /* which of several devices of the class, by address; -1: the first free one */
};

struct init_task {
    const char *name;
    uint32_t task;                   /* its index in the kernel's table */
    uint32_t level;                  /* 0..63 */
    uint32_t restart;                /* enum init_restart */
    uint32_t restart_limit;          /* restarts within one period before init gives up */
    uint64_t restart_period;         /* ticks */
    uint64_t *restart_times;         /* room for restart_limit times; NULL if that is 0 */
    uint64_t ready_within;           /* ticks from its start to its first recv */
    uint32_t expects_ready;          /* 1: it provides something, so init waits until it serves */
    uint32_t range_count;            /* rows of ranges */
    const struct init_range *ranges; /* sorted by address */
    uint32_t need_count;             /* rows of needs */
    const struct init_need *needs;   /* in the order of declaration */
    const uint8_t *symbols;          /* its .sym blob, see init/symbols.h; the build links it in */
    const uint8_t *symbols_end;      /* the first byte behind it */
};

/*
 * Defined in init_plan.c. A blob of instance NAME is named by two symbols that the build defines:
 * `extern const uint8_t nexus_symbols_NAME[], nexus_symbols_NAME_end[];`.
 */
extern const struct init_task init_plan[];
extern const uint32_t init_plan_count;
extern const uint64_t init_windows[]; /* where the device windows of the platform begin */
extern const uint32_t init_window_count;
extern const uint32_t init_self; /* init's own index in the kernel's table */

#endif
