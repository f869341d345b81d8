/* Says in words what a fault was and why the address was not granted. */
#ifndef INIT_EXPLAIN_H
#define INIT_EXPLAIN_H

#include "plan.h"

#include <stddef.h>

/* What task_inspect told about a fault. */
struct fault {
    uint64_t cause; /* enum neuron_fault */
    uint64_t pc;
    uint64_t address; /* of the access, where the cause has one */
    uint64_t ra;      /* return address */
};

/* Writes one line, NUL-terminated and cut at the size, without the task's name in front. */
void explain_fault(const struct init_task *task, const struct fault *fault, char *text,
                   size_t size);

#endif
