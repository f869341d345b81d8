/*
 * What the explorer knows of how the core keeps its state: what a task waits for, told in one way, and which states are
 * the same. All that depends on names of fields is here.
 */
#ifndef EXPLORE_SHAPE_H
#define EXPLORE_SHAPE_H

#include "state.h"

/* When everything happens. The core reads the clock only to compare it, so it may stand: a deadline that passes is an
 * entry at that time, after which the clock goes back. */
#define NOW UINT64_C(1000)

/* Tokens after shape_normalise(): of a task's last delivered call, and of one before it. */
#define TOKEN_LAST(task) (UINT64_C(128) + (task))
#define TOKEN_STALE(task) (UINT64_C(64) + (task))

enum reason { RUNS, RECEIVES, AWAITS_BITS, QUEUED, SERVED, AT_REST };

/* How a slot's holder stands to the server: never called it; called this life of it; called an earlier one. */
enum session { NO_SESSION, THIS_LIFE, EARLIER_LIFE };

struct task_view {
    enum reason reason;
    u32 server;     /* QUEUED, SERVED */
    u64 token;      /* SERVED */
    u64 deadline;   /* 0: it ends before anybody runs */
    u64 generation; /* another one: it died */
    u64 bits;
    u64 peers_changed;
    u64 status; /* its a0.. */
    u64 output[7];
};

struct view {
    struct task_view task[NEURON_TASKS_MAX];
    u32 order[NEURON_TASKS_MAX + 1]
             [NEURON_TASKS_MAX]; /* who is in each queue, the most urgent first; the last: ready */
    u32 length[NEURON_TASKS_MAX + 1];
    u32 current;
};

/* What can be seen of the state as it is now. */
void shape_view(struct view *view);

enum session shape_session(u32 row);

/* The current task makes a system call with these inputs, by the fast path if there is one. Returns 1 if that did it. */
int shape_enter_fast(u64 number, const u64 in[7]);

/* The quantum of the current task ends at `end`. */
void shape_set_quantum(u64 end);

/* Of states that behave in the same way, makes the one that stands for all. */
void shape_normalise(void);

#endif
