/* Single steps a child, and shows its memory after each step that changed it. */
#define _GNU_SOURCE /* process_vm_readv */
#include "logd_cut.h"

#include "cmocka_all.h"
#include "journal.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char seen[sizeof(journal_memory)], last[sizeof(journal_memory)];

static void read_child(pid_t child)
{
    struct iovec here = {seen, sizeof(seen)};
    struct iovec there = {&journal_memory, sizeof(journal_memory)};

    assert_int_equal(process_vm_readv(child, &here, 1, &there, 1, 0), sizeof(seen));
}

/* One instruction; false when that ended the child. */
static bool step(pid_t child)
{
    int status = 0;

    assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return false;
    }
    assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
    return true;
}

size_t cut_everywhere(void (*work)(void), void (*at_cut)(void))
{
    size_t cuts = 0;
    int status = 0;
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(1);
        }
        (void)raise(SIGSTOP);
        work();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSTOPPED(status)); /* else this machine lets nobody trace */
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_EXITKILL), 0);
    memcpy(last, &journal_memory, sizeof(last));
    while (step(child)) {
        read_child(child);
        if (memcmp(seen, last, sizeof(last)) != 0) {
            memcpy(last, seen, sizeof(last));
            memcpy(&journal_memory, seen, sizeof(journal_memory));
            at_cut();
            cuts++;
        }
    }
    return cuts;
}
