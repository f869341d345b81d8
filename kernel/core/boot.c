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

/* Each task has its tables behind those of the one before it. */
/*@ requires machine: kernel_root_ok && pages_inv && 1 <= task_count <= NEURON_TASKS_MAX;
    requires table: \valid_read(table + (0 .. table_end(table) - 1)) && tasks_wf(table) &&
      task_count == table[NEURON_TABLE_TASKS];
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    assigns page_tables[..][..],
      tasks[..].first_leaf, tasks[..].context.space;
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures spaces: page_tables_inv;
    ensures memory: no_device_mapped;
    ensures leaves: \forall integer i; 0 <= i < task_count ==>
      2 <= tasks[i].first_leaf && tasks[i].first_leaf + tasks[i].leaf_tables <= NEURON_PT_PAGES_MAX;
    ensures apart: \forall integer i, j; 0 <= i < j < task_count ==>
      tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf; */
static void create_spaces(const u64 *table)
{
    u32 next_table = 0;

    (void)table;
    /*@ loop invariant bound: 0 <= t <= task_count && next_table == pt_pages_before(table, t) &&
          next_table <= NEURON_PT_PAGES_MAX;
        loop invariant created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
        loop invariant spaces: \forall integer i; 0 <= i < t ==> space_ok(i);
        loop invariant memory: \forall integer i; 0 <= i < t ==> memory_alone(i);
        loop invariant leaves: \forall integer i; 0 <= i < t ==>
          2 <= tasks[i].first_leaf && tasks[i].first_leaf + tasks[i].leaf_tables <= next_table;
        loop invariant apart: \forall integer i, j; 0 <= i < j < t ==>
          tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf;
        loop assigns t, next_table, page_tables[..][..],
          tasks[..].first_leaf, tasks[..].context.space;
        loop variant task_count - t; */
    for (u32 t = 0; t < task_count; t++) {
        //@ assert wf: task_wf(table, t) && created_as(table, t);
        /*@ assert next: pt_pages_before(table, t + 1) ==
              next_table + 2 + task_at(table, t, NEURON_TASK_LEAF_TABLES); */
        //@ assert room: next_table + 2 + tasks[t].leaf_tables <= NEURON_PT_PAGES_MAX;
        vspace_create(t, next_table);
        /*@ assert tasks: \forall integer i; 0 <= i < task_count && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
        /*@ assert others: \forall integer i; 0 <= i < task_count && i != t ==>
              tasks[i].first_leaf == \at(tasks[i].first_leaf, LoopCurrent) &&
              tasks[i].leaf_tables == \at(tasks[i].leaf_tables, LoopCurrent) &&
              tasks[i].context.space == \at(tasks[i].context.space, LoopCurrent); */
        /*@ assert tables: \forall integer p, i; 0 <= p < next_table && 0 <= i < NEURON_PT_ENTRIES ==>
              page_tables[p][i] == \at(page_tables[p][i], LoopCurrent); */
        /*@ assert roots: \forall integer i; 0 <= i < t ==> root_ok(i, tasks[i].first_leaf - 2); */
        /*@ assert middles: \forall integer i; 0 <= i < t ==> middle_ok(i, tasks[i].first_leaf - 1); */
        /*@ assert leaves: \forall integer i; 0 <= i < t ==> leaves_ok(i) && memory_alone(i); */
        next_table = next_table + 2 + tasks[t].leaf_tables;
    }
}

/* What the table maps. */
/*@ requires table: boots(table, at) && tasks_wf(table) && memories_wf(table) && maps_wf(table);
    requires state: tasks_inv && page_tables_inv;
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires extents: \forall integer m; 0 <= m < memory_count ==> extent_of(table, m);
    requires memory: no_device_mapped;
    assigns page_tables[..][..];
    ensures spaces: page_tables_inv;
    ensures memory: no_device_mapped; */
static void map_memories(const u64 *table, const struct table_sections *at)
{
    /*@ loop invariant bound: 0 <= i <= table[NEURON_TABLE_MAPS];
        loop invariant spaces: page_tables_inv;
        loop invariant memory: no_device_mapped;
        loop assigns i, page_tables[..][..];
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
        vspace_map((u32)row[NEURON_MAP_TASK], row[NEURON_MAP_VA], memories[memory].phys,
                   memories[memory].pages, row[NEURON_MAP_PROT]);
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
