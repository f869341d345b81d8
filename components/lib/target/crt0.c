/*
 * Start and end of a component. The kernel has set sp, gp and tp and zeroed what must be zero, so there
 * is nothing to prepare.
 */
#include "../line.h"

#include <nexus/serve.h>
#include <nexus/syscall.h>
#include <stdlib.h>
#include <unistd.h>

int main(void);
void _start(void) __attribute__((noreturn, section(".text._start")));

/* A component that only serves needs no main of its own. */
__attribute__((weak)) int main(void)
{
    nexus_serve();
}

void _start(void)
{
    nexus_glue_start();
    exit(main());
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's is __status */
void _exit(int code)
{
    line_end();
    for (;;) {
        (void)neuron_exit((uint64_t)(unsigned int)code); /* does not return */
    }
}
