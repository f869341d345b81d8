/*
 * Guarded methods: what policyd has decided about each client. Only generated code includes this.
 *
 * The policy is fixed while the system runs, so a decision is asked for once and kept: a bit for each task
 * that may, and one for each that may not. That policyd could not be asked is no decision and not kept.
 */
#ifndef NEXUS_GUARD_H
#define NEXUS_GUARD_H

#include <neuron/limits.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdint.h>

/* policyd answers without waiting for anybody but logd, and not long: whoever takes longer is not well. */
#define NEXUS_GUARD_PATIENCE NEXUS_MS(500)

_Static_assert(NEURON_TASKS_MAX <= 64, "a decision is a bit of a word for each task");

/* One capability that some method requires; all zero but its name when the server starts. */
struct nexus_guard {
    const char *capability;
    uint64_t allowed; /* tasks */
    uint64_t denied;
};

/*
 * Whether a client may: 0, NEXUS_DENIED or NEXUS_UNDECIDED. The task is the one that the connection belongs
 * to, as the kernel's badge tells. `ask` asks policyd and answers the same.
 */
static inline int nexus_guard(struct nexus_guard *guard, uint32_t task,
                              int (*ask)(uint32_t task, const char *capability))
{
    const uint64_t bit = UINT64_C(1) << (task % 64);

    if ((guard->allowed & bit) != 0) {
        return 0;
    }
    if ((guard->denied & bit) != 0) {
        return NEXUS_DENIED;
    }
    const int answer = ask(task, guard->capability);
    if (answer == 0) {
        guard->allowed |= bit;
    } else if (answer == NEXUS_DENIED) {
        guard->denied |= bit;
    }
    return answer;
}

#endif
