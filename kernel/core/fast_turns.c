/* The fast paths that change whose turn it is, without a message. As in fast.c: checks, then changes that cannot fail. */
#include "../proof/axioms.h"
#include "arch.h"
#include "fast.h"
#include "fast_queue.h"
#include "state.h"

/*@ requires tasks: task_count <= NEURON_TASKS_MAX && target < task_count;
    requires busy: tasks[target].wait == WAIT_NONE || calls(tasks[target].wait);
    assigns tasks[target].bits, tasks[target].attention;
    BETWEEN_KEPT
    ensures place: \forall integer c; places{Pre}(c) ==> places(c);
    ensures still: still{Pre, Post}(NONE); */
static inline void note_bits(u64 target, u64 bits)
{
    tasks[target].bits = tasks[target].bits | bits;
    tasks[target].attention = 1;
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/*@ requires tasks: task_count <= NEURON_TASKS_MAX && target < task_count;
    requires target: WAIT_RECV <= tasks[target].wait && running(target) &&
      deadlines[DEADLINE_LEAVES + target] == NEURON_FOREVER && tasks[target].ending == NEURON_TIMEOUT;
    assigns tasks[target].wait;
    BETWEEN_KEPT
    ensures waits: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==>
      tasks[t].wait == (t == target ? WAIT_NONE : \old(tasks[t].wait));
    ensures still: still{Pre, Post}(NONE); */
static inline void end_wait(u64 target)
{
    tasks[target].wait = WAIT_NONE;
    //@ assert words: \forall integer t; 0 <= t < task_count && words_ok{Pre}(t) ==> words_ok(t);
    //@ assert own: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Pre}(t, s);
    /*@ assert ports: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) &&
          (slot_of{Pre}(t, s) ==> port_ok{Pre}(t, s)) ==> port_ok(t, s); */
}

/* The target comes back from recv, and runs instead of a task that is below it. */
/*@ requires inv: between(resumed) && self == &tasks[resumed];
    requires target: target < task_count && WAIT_RECV <= tasks[target].wait;
    requires above: tasks[resumed].level < tasks[target].level;
    assigns tasks[target].wait, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    ensures inv: between(target);
    ensures next: tasks[target].context.task == target;
    ensures still: still{Pre, Post}(NONE); */
static inline void preempt(u64 target)
{
    //@ assert who: place_at(resumed, resumed) && place_at(resumed, target) && target != resumed;
    //@ assert places: places(resumed);
    //@ assert on_time: timing_ok(target) && waiting_ok(target) && words_ok(target) && words_ok(resumed);
    //@ assert live: running(target) && running(resumed) && links[target].queue == NONE;
    push_front(self->context.task, self->level);
    /*@ assert queues: \forall integer q; 0 <= q < NEURON_TASKS_MAX ==> queues[q].levels == \at(queues[q].levels, Pre); */
    /*@ assert rest: \forall integer t; 0 <= t < task_count && t != resumed ==> place_at{Pre}(resumed, t) ==>
          place_at(resumed, t); */
    //@ assert others: \forall integer t; 0 <= t < task_count && t != resumed ==> place_at(resumed, t);
    //@ assert unused: unused_inv;
    //@ assert levels: level_of[resumed] < level_of[target] && target < NEURON_TASKS_MAX;
    /*@ assert heads: \forall integer l; level_of[target] < l < NEURON_LEVELS ==>
          queues[READY_QUEUE].head[l] == \at(queues[READY_QUEUE].head[l], Pre); */
    //@ assert higher: none_higher(target);
    //@ assert noted: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert attention: attention_inv;
    //@ assert alone: \forall integer t; 0 <= t < task_count && no_caller{Pre}(t) ==> no_caller(t);
    //@ assert callers: no_callers(NONE);
    //@ assert ports: ports_inv;
    /*@ ghost Pushed: ; */
    end_wait(target);
    //@ assert runs: place_at(target, target) && place_at(target, resumed);
    /*@ assert waiting: \forall integer t; 0 <= t < task_count && t != resumed && t != target ==>
          place_at{Pushed}(resumed, t) ==> place_at(target, t); */
    /*@ assert place: \forall integer t; 0 <= t < task_count ==> place_at(target, t); */
    //@ assert places: places(target);
    //@ assert tables: tasks_inv;
}

void fast_notify(u64 slot, u64 bits, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6)
{
    if (slot < self->slots && bits != 0) {
        u64 row = self->first_slot + slot;
        //@ assert row: row < slots_end && slot_of(resumed, row);
        //@ assert own: port_ok(resumed, row) && slot_ok(row);
        if ((bits & slots[row].may_set) == bits) {
            u64 target = slots[row].object;
            //@ assert allowed: slots[row].may_set != 0;
            //@ assert target: target < task_count;
            //@ assert waits: waiting_ok(target);
            if (tasks[target].wait == WAIT_NONE ||
                (tasks[target].wait >= WAIT_QUEUED && tasks[target].wait < WAIT_RECV)) {
                note_bits(target, bits);
                //@ assert tables: tasks_inv && unused_inv && none_higher(resumed);
                return;
            }
            if (tasks[target].wait >= WAIT_RECV && tasks[target].level > self->level) {
                preempt(target);
                arch_preempt(&tasks[target], bits);
                return;
            }
        }
    }
    arch_syscall(slot, bits, a2, a3, a4, a5, a6, NEURON_SYS_notify);
}

void fast_yield(void)
{
    u64 level = self->level;
    u64 next = queues[READY_QUEUE].head[level];

    if (next == NONE) {
        return;
    }
    //@ assert ready: links[next].queue == READY_QUEUE && next < task_count && next != resumed;
    //@ assert place_at(resumed, next) && place_at(resumed, resumed) && words_ok(resumed);
    //@ assert can_run: running(next) && tasks[next].wait == WAIT_NONE && running(resumed);
    push_last(self->context.task, level);
    pop_first(level, next);
    /*@ assert others: \forall integer t; 0 <= t < NEURON_TASKS_MAX && t != resumed && t != next ==>
          links[t].queue == \at(links[t].queue, Pre); */
    //@ assert links[next].queue == NONE && links[resumed].queue == READY_QUEUE;
    //@ assert runs: place_at(next, next);
    //@ assert waits: place_at(next, resumed);
    /*@ assert rest: \forall integer t; 0 <= t < task_count && t != resumed && t != next ==>
          place_at{Pre}(resumed, t) ==> place_at(next, t); */
    //@ assert place: \forall integer t; 0 <= t < task_count ==> place_at(next, t);
    //@ assert levels: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == \at(queues[q].levels, Pre);
    //@ assert attention: \forall integer t; 0 <= t < task_count && attention_ok{Pre}(t) ==> attention_ok(t);
    //@ assert callers: no_callers(NONE);
    arch_yield(&tasks[next]);
}
