/* Boot: from an accepted table to the whole state, once. */
#include "arch.h"
#include "console.h"
#include "create.h"
#include "deadline.h"
#include "irq.h"
#include "kernel.h"
#include "life.h"
#include "queue.h"
#include "sched.h"
#include "state.h"
#include "table.h"
#include "vspace.h"

/* The space of a task is there, below table `end`, and nothing but memory is mapped in it. */
/*@ predicate space_below{L}(integer t, integer end) =
      2 <= tasks[t].first_leaf && tasks[t].first_leaf + tasks[t].leaf_tables <= end &&
      tasks[t].leaf_tables <= NEURON_USER_SPAN / NEURON_BLOCK && space_ok{L}(t) && memory_alone{L}(t); */

/* The space of one task, from table `first` on, behind those of the tasks before it. */
/*@ requires task: t < NEURON_TASKS_MAX && kernel_root_ok && pages_inv;
    requires leaves: 1 <= tasks[t].leaf_tables <= NEURON_USER_SPAN / NEURON_BLOCK;
    requires tables: first + 2 + tasks[t].leaf_tables <= NEURON_PT_PAGES_MAX;
    assigns {page_tables[p][i] | integer p, i; cell(p, i)}, tasks[t].first_leaf, tasks[t].context.space;
    ensures first: tasks[t].first_leaf == first + 2;
    ensures own: space_below(t, first + 2 + tasks[t].leaf_tables);
    ensures before: \forall integer i; 0 <= i < NEURON_TASKS_MAX && i != t && space_below{Pre}(i, first) ==>
      space_below(i, first + 2 + tasks[t].leaf_tables); */
static void create_space(u32 t, u32 first)
{
    vspace_create(t, first);
    /*@ assert roots: \forall integer i; 0 <= i < NEURON_TASKS_MAX && i != t &&
          space_below{Pre}(i, first) ==> root_ok(i, tasks[i].first_leaf - 2); */
    /*@ assert middles: \forall integer i; 0 <= i < NEURON_TASKS_MAX && i != t &&
          space_below{Pre}(i, first) ==> middle_ok(i, tasks[i].first_leaf - 1); */
    /*@ assert leaves: \forall integer i; 0 <= i < NEURON_TASKS_MAX && i != t &&
          space_below{Pre}(i, first) ==> leaves_ok(i); */
    /*@ assert memory: \forall integer i; 0 <= i < NEURON_TASKS_MAX && i != t &&
          space_below{Pre}(i, first) ==> memory_alone(i); */
}

/* Each task has its tables behind those of the one before it. */
/*@ requires machine: kernel_root_ok && pages_inv && 1 <= task_count <= NEURON_TASKS_MAX;
    requires table: \valid_read(table + (0 .. table_end(table) - 1)) && tasks_wf(table) &&
      task_count == table[NEURON_TABLE_TASKS];
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    assigns {page_tables[p][i] | integer p, i; cell(p, i)}, tasks[..];
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures spaces: \forall integer i; 0 <= i < task_count ==> space_below(i, NEURON_PT_PAGES_MAX);
    ensures kept: \forall integer i; 0 <= i < NEURON_TASKS_MAX ==>
      tasks[i].first_memory == \old(tasks[i].first_memory);
    ensures apart: \forall integer i, j; 0 <= i < j < task_count ==>
      tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf; */
static void create_spaces(const u64 *table)
{
    u32 next_table = 0;

    (void)table;
    /*@ loop invariant bound: 0 <= t <= task_count && next_table == pt_pages_before(table, t) &&
          next_table <= NEURON_PT_PAGES_MAX;
        loop invariant created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
        loop invariant spaces: \forall integer i; 0 <= i < t ==> space_below(i, next_table);
        loop invariant kept: \forall integer i; 0 <= i < NEURON_TASKS_MAX ==>
          tasks[i].first_memory == \at(tasks[i].first_memory, Pre);
        loop invariant apart: \forall integer i, j; 0 <= i < j < t ==>
          tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf;
        loop assigns t, next_table, {page_tables[p][i] | integer p, i; cell(p, i)},
          tasks[..];
        loop variant task_count - t; */
    for (u32 t = 0; t < task_count; t++) {
        //@ assert wf: task_wf(table, t) && created_as(table, t);
        /*@ assert next: pt_pages_before(table, t + 1) ==
              next_table + 2 + task_at(table, t, NEURON_TASK_LEAF_TABLES); */
        //@ assert room: next_table + 2 + tasks[t].leaf_tables <= NEURON_PT_PAGES_MAX;
        u32 end = next_table + 2 + tasks[t].leaf_tables;
        //@ assert end: end == next_table + 2 + tasks[t].leaf_tables;
        create_space(t, next_table);
        /*@ assert tasks: \forall integer i; 0 <= i < task_count && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
        //@ assert before: \forall integer i; 0 <= i < t ==> space_below(i, end);
        /*@ assert ends: \forall integer i; 0 <= i < t ==>
              tasks[i].first_leaf + tasks[i].leaf_tables <= next_table; */
        //@ assert own: space_below(t, end);
        next_table = end;
    }
}

/* An extent, in the space of a task. */
/*@ requires state: tasks_inv && page_tables_inv && no_device_mapped;
    requires task: task < task_count && memory < memory_count <= NEURON_MEMORIES_MAX && memory_ok(memory);
    requires place: in_leaves(task, va, memories[memory].pages);
    requires prot: prot_ok(prot);
    assigns {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures spaces: page_tables_inv;
    ensures memory: no_device_mapped; */
static void map_memory(u32 task, u64 va, u64 memory, u64 prot)
{
    vspace_map(task, va, memories[memory].phys, memories[memory].pages, prot);
}

/* What the table maps. */
/*@ requires table: boots(table, at) && tasks_wf(table) && memories_wf(table) && maps_wf(table);
    requires state: tasks_inv && page_tables_inv;
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires extents: \forall integer m; 0 <= m < memory_count ==> extent_of(table, m);
    requires memory: no_device_mapped;
    assigns {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures spaces: page_tables_inv;
    ensures memory: no_device_mapped; */
static void map_memories(const u64 *table, const struct table_sections *at)
{
    /*@ loop invariant bound: 0 <= i <= table[NEURON_TABLE_MAPS];
        loop invariant spaces: page_tables_inv;
        loop invariant memory: no_device_mapped;
        loop assigns i, {page_tables[p][i] | integer p, i; cell(p, i)};
        loop variant table[NEURON_TABLE_MAPS] - i; */
    for (u64 i = 0; i < table[NEURON_TABLE_MAPS]; i++) {
        u64 at_row = at->maps + i * NEURON_MAP_ROW_WORDS;
        //@ assert row: at_row == maps_at(table) + i * NEURON_MAP_ROW_WORDS;
        //@ assert wf: map_wf(table, i);
        const u64 *row = table + at_row;
        /*@ assert words: \forall integer k; 0 <= k < NEURON_MAP_ROW_WORDS ==>
              table[at_row + k] == map_at(table, i, k); */
        u64 memory = row[NEURON_MAP_MEMORY];
        //@ assert extent: extent_of(table, memory);
        //@ assert task: created_as(table, map_task(table, i));
        /*@ assert place: in_leaves(map_task(table, i), map_va(table, i), memories[memory].pages) &&
              slots_run(map_task(table, i)) && leaves_run(map_task(table, i)); */
        map_memory((u32)row[NEURON_MAP_TASK], row[NEURON_MAP_VA], memory, row[NEURON_MAP_PROT]);
    }
}

void kernel_boot(const u64 *table)
{
    struct table_sections at = table_sections(table);

    task_count = (u32)table[NEURON_TABLE_TASKS];
    memory_count = (u32)table[NEURON_TABLE_MEMORIES];
    window_count = (u32)table[NEURON_TABLE_WINDOWS];
    init_task = (u32)table[NEURON_TABLE_INIT];
    queue_reset();
    deadline_reset();
    sched_reset(arch_now());
    create_tasks(table, &at);
    create_slots(table, &at);
    create_memories(table, &at);
    create_windows(table, &at);
    irq_reset();
    create_spaces(table);
    map_memories(table, &at);
    for (u32 t = 0; t < task_count; t++) {
        life_begin_reset(t);
    }
    while (tasks[init_task].reset_left != 0) {
        life_reset_page(init_task);
    }
    life_start(init_task);
    sched_choose();
}
