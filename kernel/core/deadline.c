/* The tree of minima. */
#include "deadline.h"

_Static_assert(NEURON_TASKS_MAX <= DEADLINE_LEAVES, "every task has a leaf");

u64 deadlines[2 * DEADLINE_LEAVES];

u32 deadline_stale[DEADLINE_STALE_MAX];
u32 deadline_stale_count;

void deadline_reset(void)
{
    deadline_stale_count = 0;
    /*@ loop invariant 0 <= n <= 2 * DEADLINE_LEAVES;
        loop invariant \forall integer m; 0 <= m < n ==> deadlines[m] == NEURON_FOREVER;
        loop assigns n, deadlines[0 .. 2 * DEADLINE_LEAVES - 1];
        loop variant 2 * DEADLINE_LEAVES - n; */
    for (u32 n = 0; n < 2 * DEADLINE_LEAVES; n++) {
        deadlines[n] = NEURON_FOREVER;
    }
}

void deadline_set(u32 task, u64 deadline)
{
    deadlines[DEADLINE_LEAVES + task] = deadline;
    /*@ assert kept: \forall integer n; 1 <= n < DEADLINE_LEAVES && !deadline_above(n, task) ==>
          (deadline_node_ok{Pre}(n) ==> deadline_node_ok(n)); */
    if (deadline_stale_count < DEADLINE_STALE_MAX) {
        deadline_stale[deadline_stale_count] = task;
        deadline_stale_count = deadline_stale_count + 1;
        /*@ assert noted: \forall integer n; 1 <= n < DEADLINE_LEAVES ==>
              (deadline_stale_from{Pre}(n, 0) || deadline_above(n, task) ==> deadline_stale_from(n, 0)); */
    } else {
        deadline_stale_count = DEADLINE_STALE_MAX + 1;
    }
}

void deadline_pass(u32 task)
{
    deadlines[DEADLINE_LEAVES + task] = 0;
    deadline_stale_count = DEADLINE_STALE_MAX + 1;
}

/*@ requires 1 <= node < DEADLINE_LEAVES;
    assigns deadlines[node];
    ensures deadline_node_ok(node); */
static void refresh(u32 node)
{
    u64 left = deadlines[2 * node];
    u64 right = deadlines[2 * node + 1];

    deadlines[node] = left <= right ? left : right;
}

/*@ assigns deadlines[1 .. DEADLINE_LEAVES - 1];
    ensures \forall integer n; 1 <= n < DEADLINE_LEAVES ==> deadline_node_ok(n); */
static void refresh_all(void)
{
    /*@ loop invariant 0 <= node < DEADLINE_LEAVES;
        loop invariant \forall integer n; node < n < DEADLINE_LEAVES ==> deadline_node_ok(n);
        loop assigns node, deadlines[1 .. DEADLINE_LEAVES - 1];
        loop variant node; */
    for (u32 node = DEADLINE_LEAVES - 1; node > 0; node--) {
        refresh(node);
    }
}

/* Brings the path of a task up to date; the other nodes stay so. */
/*@ requires task < DEADLINE_LEAVES;
    assigns deadlines[1 .. DEADLINE_LEAVES - 1];
    ensures path: \forall integer n; 1 <= n < DEADLINE_LEAVES && deadline_above(n, task) ==> deadline_node_ok(n);
    ensures others: \forall integer n; 1 <= n < DEADLINE_LEAVES && !deadline_above(n, task) ==>
      (deadline_node_ok{Pre}(n) ==> deadline_node_ok{Post}(n)); */
static void refresh_path(u32 task)
{
    /*@ loop invariant node == 0 || deadline_above(node, task);
        loop invariant path: \forall integer n; node < n < DEADLINE_LEAVES && deadline_above(n, task) ==>
          deadline_node_ok(n);
        loop invariant others: \forall integer n; 1 <= n < DEADLINE_LEAVES && !deadline_above(n, task) ==>
          (deadline_node_ok{Pre}(n) ==> deadline_node_ok{Here}(n));
        loop assigns node, deadlines[1 .. DEADLINE_LEAVES - 1];
        loop variant node; */
    for (u32 node = (DEADLINE_LEAVES + task) / 2; node > 0; node = node / 2) {
        refresh(node);
    }
}

/*@ requires inv: deadline_inv;
    assigns deadlines[1 .. DEADLINE_LEAVES - 1], deadline_stale_count;
    ensures none: deadline_stale_count == 0;
    ensures nodes: \forall integer n; 1 <= n < DEADLINE_LEAVES ==> deadline_node_ok(n); */
static void settle(void)
{
    if (deadline_stale_count > DEADLINE_STALE_MAX) {
        refresh_all();
    } else {
        /*@ loop invariant 0 <= i <= deadline_stale_count;
            loop invariant \forall integer n; 1 <= n < DEADLINE_LEAVES ==>
              deadline_stale_from(n, i) || deadline_node_ok(n);
            loop assigns i, deadlines[1 .. DEADLINE_LEAVES - 1];
            loop variant deadline_stale_count - i; */
        for (u32 i = 0; i < deadline_stale_count; i++) {
            refresh_path(deadline_stale[i]);
        }
    }
    deadline_stale_count = 0;
}

u64 deadline_earliest(void)
{
    if (deadline_stale_count != 0) {
        settle();
    }
    //@ assert settled: \forall integer n; 1 <= n < DEADLINE_LEAVES ==> deadline_node_ok(n);
    //@ assert \forall integer n; 2 <= n < 4 ==> deadline_node_ok(n / 2) && deadlines[1] <= deadlines[n];
    //@ assert \forall integer n; 4 <= n < 8 ==> deadline_node_ok(n / 2) && deadlines[1] <= deadlines[n];
    //@ assert \forall integer n; 8 <= n < 16 ==> deadline_node_ok(n / 2) && deadlines[1] <= deadlines[n];
    //@ assert \forall integer n; 16 <= n < 32 ==> deadline_node_ok(n / 2) && deadlines[1] <= deadlines[n];
    //@ assert \forall integer n; 32 <= n < 64 ==> deadline_node_ok(n / 2) && deadlines[1] <= deadlines[n];
    //@ assert \forall integer n; 64 <= n < 128 ==> deadline_node_ok(n / 2) && deadlines[1] <= deadlines[n];
    return deadlines[1];
}

u32 deadline_first(void)
{
    u32 node = 1;

    //@ assert settled: \forall integer n; 1 <= n < DEADLINE_LEAVES ==> deadline_node_ok(n);
    /*@ loop invariant 1 <= node < 2 * DEADLINE_LEAVES;
        loop invariant deadlines[node] == deadlines[1];
        loop assigns node;
        loop variant 2 * DEADLINE_LEAVES - node; */
    while (node < DEADLINE_LEAVES) {
        //@ assert deadline_node_ok(node);
        node = deadlines[2 * node] == deadlines[node] ? 2 * node : 2 * node + 1;
    }
    return node - DEADLINE_LEAVES;
}
