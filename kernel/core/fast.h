/*
 * Fast paths: the common case of some system calls. They do exactly what kernel_syscall() does, or change nothing and
 * hand the call to it. The machine calls them with the inputs as they came, so a message stays in its registers. One that
 * returns did the whole call, and the running task goes on with OK alone.
 *
 * `running` is the task that made the call; `current` may be any task that ran before it.
 */
#ifndef CORE_FAST_H
#define CORE_FAST_H

#include "types.h"

/* A server that waits in recv gets the call. */
void fast_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline, u64 running);

/* The caller gets the reply, and the server, which nobody else needs, waits for the next call. */
void fast_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline, u64 running);

/* The bits are set: nobody waits for them, or a task that is above does, in recv. */
void fast_notify(u64 slot, u64 bits, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 running);

/* The next of the same level runs. */
void fast_yield(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 running);

#endif
