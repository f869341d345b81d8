/* Lives of a component in a native test: main() serves, and instead of a message comes a script; then all ends. */
#ifndef LIVES_H
#define LIVES_H

#include "cmocka_all.h"
#include "component_main.h"

#include <nexus/host.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void (*life_script)(void);
static jmp_buf life_end;

static int64_t run_script(uint64_t deadline, struct neuron_recv_out *out)
{
    (void)deadline;
    (void)out;
    life_script();
    longjmp(life_end, 1);
}

/* Its exit status. It keeps what it knows in static variables, so each life is a process of its own. Without a script,
 * recv is what the test made of it. */
static inline int live(void (*life)(void))
{
    (void)setenv("CMOCKA_TEST_ABORT", "1", 1); /* else what fails in a life is taken for its end */
    host_clock_set(0);
    if (life != NULL) {
        host_kernel.recv = run_script;
    }
    life_script = life;
    const pid_t child = fork();
    if (child == 0) {
        if (setjmp(life_end) == 0) {
            _exit(100 + component_main());
        }
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
