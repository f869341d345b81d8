/* What is true between two entries into the kernel, and within one between two steps. */
#ifndef CORE_KERNEL_INV_H
#define CORE_KERNEL_INV_H

#include "console.h"
#include "life.h"

/* No life of a task is its last: their numbers do not come round. */
/*@ predicate lives_go_on{L} = \forall integer t; 0 <= t < task_count ==> life_ends{L}(t); */

/* clang-format off */
#define STEP_INV(says)                                                                             \
    LIFE_INV(says)                                                                                 \
    says console: console_inv;
#define KERNEL_INV(says)                                                                           \
    STEP_INV(says)                                                                                 \
    says chosen: chosen && sched_moved == 0;

/* The current task made a call. */
#define CALL_NEEDS                                                                                 \
    KERNEL_INV(requires)                                                                           \
    requires current: current < task_count;
#define CALL_LEAVES                                                                                \
    KERNEL_INV(ensures)                                                                            \
    ensures stays: \result != BLOCKED ==> current == \old(current);
/* What calls about messages, bits and time change. */
#define WAITS_CHANGE                                                                               \
    assigns tasks[..], slots[..], deadlines[..], deadline_stale[..], deadline_stale_count, queues[..], links[..], current,\
      sched_moved, sched_armed;
/* clang-format on */

#endif
