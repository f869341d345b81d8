/* A file of the core, as it is, with a way to its static variables. */
#include "sched.c"

#include "deadline.h"
#include "inside.h"

u64 *inside_quantum_end(void)
{
    return &sched_quantum_end;
}

u64 *inside_armed(void)
{
    return &sched_armed;
}

void inside_forget_paths(void)
{
    for (u32 i = deadline_stale_count; i < DEADLINE_STALE_MAX; i++) {
        deadline_stale[i] = 0;
    }
}
