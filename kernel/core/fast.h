/*
 * Fast paths: the common case of some system calls. They do exactly what kernel_syscall() does, or change nothing and
 * hand the call to it. The machine calls them with the inputs as they came, so a message stays in its registers. One that
 * returns did the whole call, and the running task goes on with OK alone.
 *
 * `current` may be any task that ran before the one that made the call.
 */
#ifndef CORE_FAST_H
#define CORE_FAST_H

#include "arch.h"
#include "types.h"
#include "waits.h"

/* In one range: the provers do not see that a set of pages and words holds itself. */
#define ALL_MESSAGE_WORDS                                                                          \
    *(&message_pages[0][0] + ((0)..(MESSAGE_PAGES * NEURON_TASKS_MAX * (NEURON_PAGE / 8) - 1)))

/* As place_ok(), if `c` were the current task. */
/*@ predicate place_at{L}(integer c, integer t) =
      (c == t ==> running{L}(t) && tasks[t].wait == WAIT_NONE && links[t].queue == NONE) &&
      (links[t].queue == READY_QUEUE ==> running{L}(t) && tasks[t].wait == WAIT_NONE) &&
      (links[t].queue != READY_QUEUE && links[t].queue != NONE ==>
        tasks[t].wait == WAIT_QUEUED + links[t].queue) &&
      (is_queued(tasks[t].wait) ==> links[t].queue == callee_of(tasks[t].wait)) &&
      (running{L}(t) && tasks[t].wait == WAIT_NONE && c != t ==> links[t].queue == READY_QUEUE) &&
      (!running{L}(t) ==>
        tasks[t].wait == (tasks[t].state == NEURON_TASK_GIVEN_UP ? WAIT_GIVEN_UP : WAIT_NONE)); */

/*@ predicate places{L}(integer c) = \forall integer t; 0 <= t < task_count ==> place_at{L}(c, t); */

/* No task of a level above that of `c` is ready. */
/*@ predicate none_higher{L}(integer c) =
      \forall integer l; level_of[c] < l < NEURON_LEVELS ==> queues[READY_QUEUE].head[l] == NONE; */

/* What is true between two entries, if `c` is the task that runs: the invariant, and it is one of the highest. */
/*@ predicate between{L}(integer c) =
      c < task_count && tasks_inv{L} && slots_inv{L} && unused_inv{L} && queue_inv{L} && deadline_inv{L} &&
      words_inv{L} && attention_inv{L} && places{L}(c) && timing_inv{L}(NONE) && waiting_inv{L}(NONE) && no_callers{L}(NONE) &&
      calls_inv{L}(NONE) && ports_inv{L} && none_higher{L}(c); */

/* What a fast path leaves of all tasks, but for the number of the call of `c`. */
/*@ predicate still{L, M}(integer c) = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      \at(tasks[t].context.pc, L) == \at(tasks[t].context.pc, M) &&
      \at(tasks[t].context.space, L) == \at(tasks[t].context.space, M) &&
      \at(tasks[t].context.task, L) == \at(tasks[t].context.task, M) &&
      \at(tasks[t].generation, L) == \at(tasks[t].generation, M) &&
      \at(tasks[t].state, L) == \at(tasks[t].state, M) &&
      \at(tasks[t].first_slot, L) == \at(tasks[t].first_slot, M) &&
      \at(tasks[t].slots, L) == \at(tasks[t].slots, M) &&
      (t == c || \at(tasks[t].token, L) == \at(tasks[t].token, M));
    predicate unchanged{L, M} = \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      \at(tasks[t].wait, L) == \at(tasks[t].wait, M) && \at(tasks[t].token, L) == \at(tasks[t].token, M) &&
      \at(tasks[t].bits, L) == \at(tasks[t].bits, M); */

/* What a step keeps of between(), a clause each: so the proof of a clause has only this step to look at. */
/* clang-format off */
#define BETWEEN_KEPT                                                                               \
    ensures apart: runs_apart{Pre} ==> runs_apart;                                                 \
    ensures runs: tasks_inv{Pre} ==> \forall integer t; 0 <= t < task_count ==>                    \
      slots_run(t) && leaves_run(t) && tasks[t].level < NEURON_LEVELS;                             \
    ensures slots: tasks_inv{Pre} && slots_inv{Pre} ==> slots_inv;                                 \
    ensures words: words_inv{Pre} ==> words_inv;                                                   \
    ensures attention: attention_inv{Pre} ==> attention_inv;                                       \
    ensures timing: timing_inv{Pre}(NONE) ==> timing_inv(NONE);                                    \
    ensures waiting: waiting_inv{Pre}(NONE) ==> waiting_inv(NONE);                                 \
    ensures callers: no_callers{Pre}(NONE) ==> no_callers(NONE);                                   \
    ensures calls: calls_inv{Pre}(NONE) ==> calls_inv(NONE);                                       \
    ensures ports: ports_inv{Pre} ==> ports_inv;
/* clang-format on */

/* The task that made the call. The machine keeps its address in a register while a fast path runs. */
#ifdef __riscv
__extension__ register struct task *self __asm__("tp");
#else
extern struct task *self;
#endif

/* What both paths of a call do, those of a reply, and what the shorter ones need. */
/* clang-format off */
#define CALL_ENDS                                                                                  \
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], ALL_MESSAGE_WORDS, resumed;                          \
    ensures inv: resumed != NONE ==> between(resumed);                                             \
    ensures allowed: resumed != NONE ==>                                                           \
      calls_through(\old(resumed), \old(tasks[resumed].first_slot) + slot, resumed);               \
    ensures still: still{Pre, Post}(\old(resumed));                                                \
    ensures declined: resumed == NONE ==> between(\old(resumed)) && unchanged{Pre, Post};
#define REPLY_ENDS                                                                                 \
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], ALL_MESSAGE_WORDS, resumed;                          \
    ensures inv: resumed != NONE ==> between(resumed);                                             \
    ensures allowed: resumed != NONE ==> resumed == token % 64 && \old(tasks[token % 64].token) == token &&\
      \old(tasks[token % 64].wait) == WAIT_SERVED + \old(resumed);                                 \
    ensures still: still{Pre, Post}(\old(resumed));                                                \
    ensures declined: resumed == NONE ==> between(\old(resumed)) && unchanged{Pre, Post};
#define SHORT_MESSAGE                                                                              \
    requires message: NEURON_TAG_BYTES(tag) == 0 &&                                                \
      (NEURON_TAG_WORDS(tag) == 0 || NEURON_TAG_WORDS(tag) == NEURON_MESSAGE_WORDS);
/* clang-format on */

/* A server that waits in recv gets the call. Its message is four words in registers, or none. */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    SHORT_MESSAGE
    CALL_ENDS */
void fast_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);

/* The same for a message of any words, and some in the page. */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    CALL_ENDS */
void fast_call_long(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);

/* The caller gets the reply, and the server, which nobody else needs, waits for the next call. As for fast_call(). */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    SHORT_MESSAGE
    REPLY_ENDS */
void fast_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);

/* As for fast_call_long(). */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    REPLY_ENDS */
void fast_reply_recv_long(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);

/* The bits are set: nobody waits for them, or a task that is above does, in recv. */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], resumed;
    ensures inv: resumed != NONE ==> between(resumed);
    ensures still: still{Pre, Post}(NONE);
    ensures declined: resumed == NONE ==> between(\old(resumed)) && unchanged{Pre, Post}; */
void fast_notify(u64 slot, u64 bits, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6);

/* The next of the same level runs. */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    assigns queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1], resumed;
    ensures inv: between(resumed);
    ensures level: level_of[resumed] == level_of[\old(resumed)]; */
void fast_yield(void);

#endif
