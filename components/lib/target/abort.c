/* abort() and assert(): a line that says where, then an exit that init treats as a failure. */
#include <assert.h>
#include <nexus/log.h>
#include <stdlib.h>
#include <unistd.h>

#define EXIT_ABORT 134 /* what a shell shows for SIGABRT */

void abort(void)
{
    LOG_ERROR("abort() was called");
    _exit(EXIT_ABORT);
}

void __assert_func(const char *file, int line, const char *function, const char *expression)
{
    LOG_ERROR("%s:%d: %s(): assertion \"%s\" failed", file, line, function, expression);
    _exit(EXIT_ABORT);
}
