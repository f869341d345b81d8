/* Boot: from an accepted table to the whole state, once. */
#include "arch.h"
#include "console.h"
#include "create.h"
#include "deadline.h"
#include "device.h"
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
    assigns {page_tables[p][i] | integer p, i; cell(p, i)}, {tasks[i].first_leaf | integer i; a_task(i)},
      {tasks[i].context.space | integer i; a_task(i)};
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures spaces: \forall integer i; 0 <= i < task_count ==> space_below(i, NEURON_PT_PAGES_MAX);
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
        loop invariant apart: \forall integer i, j; 0 <= i < j < t ==>
          tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf;
        loop assigns t, next_table, {page_tables[p][i] | integer p, i; cell(p, i)},
          {tasks[i].first_leaf | integer i; a_task(i)}, {tasks[i].context.space | integer i; a_task(i)};
        loop variant task_count - t; */
    for (u32 t = 0; t < task_count; t++) {
        //@ assert wf: task_wf(table, t) && created_as(table, t);
        /*@ assert next: pt_pages_before(table, t + 1) ==
              next_table + 2 + task_at(table, t, NEURON_TASK_LEAF_TABLES); */
        //@ assert room: next_table + 2 + tasks[t].leaf_tables <= NEURON_PT_PAGES_MAX;
        u32 end = next_table + 2 + tasks[t].leaf_tables;
        //@ assert end: end == next_table + 2 + tasks[t].leaf_tables;
        //@ assert own: a_task(t);
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
/*@ requires table: boots(table) && tasks_wf(table) && memories_wf(table) && maps_wf(table);
    requires state: tasks_inv && page_tables_inv;
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires extents: \forall integer m; 0 <= m < memory_count ==> extent_of(table, m);
    requires memory: no_device_mapped;
    assigns {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures spaces: page_tables_inv;
    ensures memory: no_device_mapped; */
static void map_memories(const u64 *table)
{
    struct table_sections at = table_sections(table);

    /*@ loop invariant bound: 0 <= i <= table[NEURON_TABLE_MAPS];
        loop invariant spaces: page_tables_inv;
        loop invariant memory: no_device_mapped;
        loop assigns i, {page_tables[p][i] | integer p, i; cell(p, i)};
        loop variant table[NEURON_TABLE_MAPS] - i; */
    for (u64 i = 0; i < table[NEURON_TABLE_MAPS]; i++) {
        u64 at_row = at.maps + i * NEURON_MAP_ROW_WORDS;
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

/* Nobody lives yet: nobody is in a place. */
/*@ ghost
    /@ requires counts: 1 <= task_count <= NEURON_TASKS_MAX && init_task < task_count;
       requires unused: \forall integer t; task_count <= t < NEURON_TASKS_MAX ==> tasks[t].token == 0;
       requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
       requires lists: queue_inv && deadline_inv && sched_moved == 1 && current == NONE;
       requires out: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> links[t].queue == NONE;
       requires empty: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == 0;
       requires forever: \forall integer t; 0 <= t < DEADLINE_LEAVES ==>
         deadlines[DEADLINE_LEAVES + t] == NEURON_FOREVER;
       assigns \nothing;
       ensures lists: queue_inv && deadline_inv && timer_inv && unused_inv;
       ensures words: words_inv;
       ensures attention: attention_inv;
       ensures place: place_inv(NONE);
       ensures timing: timing_inv(NONE);
       ensures waiting: waiting_inv(NONE);
       ensures callers: no_callers(NONE);
       ensures calls: calls_inv(NONE);
       ensures rest: \forall integer t; 0 <= t < task_count ==> at_rest(t) && unmourned(t);
    @/
    static void nobody_lives(const u64 *table)
    {
    }
*/

/* Nobody holds a device yet: none is guarded, mapped or heard. */
/*@ ghost
    /@ requires counts: tasks_inv && platform_inv && lines_known;
       requires slots: \forall integer s; 0 <= s < slots_end ==> no_device(s);
       requires unheld: \forall integer w; 0 <= w < window_count ==> unheld(w);
       requires memory: no_device_mapped;
       requires lines: \forall integer i; 0 <= i < NEURON_IRQS_MAX ==> line_open[i] == 0 && line_claimed[i] == 0;
       assigns \nothing;
       ensures slots: slots_inv;
       ensures holders: holders_inv;
       ensures guard: guard_inv && queues_virtio;
       ensures mapped: windows_mapped && queues_mapped;
       ensures private: windows_private;
       ensures windows: lines_inv && windows_granted;
    @/
    static void nobody_holds_a_device(void)
    {
    }
*/

/* Each slot of a task has the row that says so. */
/*@ ghost
    /@ requires counts: 1 <= task_count <= NEURON_TASKS_MAX;
       requires runs: \forall integer i, j; 0 <= i < j < task_count ==> run_before(i, j);
       requires all: \forall integer i; 0 <= i < task_count ==> slots_run(i);
       requires end: slots_end == table[NEURON_TABLE_SLOTS];
       requires rows: \forall integer s; 0 <= s < table[NEURON_TABLE_SLOTS] ==> own_row(table, s);
       requires ports: \forall integer s; 0 <= s < table[NEURON_TABLE_SLOTS] ==> port_ok(slot_owner(table, s), s);
       assigns \nothing;
       ensures ports: ports_inv;
    @/
    static void rows_are_runs(const u64 *table)
    {
        /@ assert inside: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==>
             0 <= s < table[NEURON_TABLE_SLOTS] && own_row(table, s); @/
        /@ assert owner: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_owner(table, s) == t; @/
    }
*/

/* All but the life of init. */
/*@ requires table: \valid_read(table + (0 .. table_end(table) - 1)) && table_wf(table, table_end(table));
    requires machine: kernel_root_ok && pages_inv && levels_inv;
    requires lines: \forall integer i; 0 <= i < NEURON_IRQS_MAX ==> line_open[i] == 0 && line_claimed[i] == 0;
    requires fresh: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> tasks[t].token == 0;
    assigns task_count, memory_count, window_count, init_task, current, queues[0 .. QUEUES - 1],
      links[0 .. NEURON_TASKS_MAX - 1], deadlines[0 .. 2 * DEADLINE_LEAVES - 1], deadline_stale_count,
      sched_quantum_end, sched_armed, sched_moved, tasks[..], {tasks[t] | integer t; a_task(t)},
      level_of[0 .. NEURON_TASKS_MAX - 1], slots[0 .. NEURON_SLOTS_MAX - 1], ceilings[0 .. NEURON_SLOTS_MAX - 1],
      memories[0 .. NEURON_MEMORIES_MAX - 1],
      windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[0 .. NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES - 1],
      window_of_line[0 .. NEURON_IRQS_MAX - 1], {page_tables[p][i] | integer p, i; cell(p, i)};
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures unused: \forall integer t; task_count <= t < NEURON_TASKS_MAX ==> tasks[t].token == 0;
    ensures tasks: tasks_inv;
    ensures memories: memories_inv;
    ensures platform: platform_inv && lines_known;
    ensures spaces: page_tables_inv && no_device_mapped;
    ensures slots: \forall integer s; 0 <= s < slots_end ==> no_device(s);
    ensures ports: ports_inv && peers_inv;
    ensures unheld: \forall integer w; 0 <= w < window_count ==> unheld(w);
    ensures lists: queue_inv && deadline_inv && sched_moved == 1 && current == NONE;
    ensures out: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> links[t].queue == NONE;
    ensures empty: \forall integer q; 0 <= q < QUEUES ==> queues[q].levels == 0;
    ensures forever: \forall integer t; 0 <= t < DEADLINE_LEAVES ==>
      deadlines[DEADLINE_LEAVES + t] == NEURON_FOREVER; */
static void create(const u64 *table)
{
    task_count = (u32)table[NEURON_TABLE_TASKS];
    memory_count = (u32)table[NEURON_TABLE_MEMORIES];
    window_count = (u32)table[NEURON_TABLE_WINDOWS];
    init_task = (u32)table[NEURON_TABLE_INIT];
    //@ assert header: rule_limits(table) && rule_init(table) && header_wf(table, table_end(table));
    /*@ assert counts: task_count == table[NEURON_TABLE_TASKS] && memory_count == table[NEURON_TABLE_MEMORIES] &&
          window_count == table[NEURON_TABLE_WINDOWS] && init_task == table[NEURON_TABLE_INIT]; */
    //@ assert boots: boots(table);
    //@ assert tasks_wf(table) && slots_wf(table);
    //@ assert memories_wf(table) && maps_wf(table);
    //@ assert windows_wf(table);
    queue_reset();
    deadline_reset();
    sched_reset(arch_now());
    create_tasks(table);
    /*@ assert slots_run: \forall integer i; 0 <= i < task_count ==> created_as(table, i) &&
          task_at(table, i, NEURON_TASK_SLOTS) <= NEURON_TASK_SLOTS_MAX &&
          slots_before(table, i) + task_at(table, i, NEURON_TASK_SLOTS) <= table[NEURON_TABLE_SLOTS]; */
    /*@ assert rows_apart: \forall integer i, j; 0 <= i < j < task_count && run_before(i, j) &&
          created_as(table, i) && created_as(table, j) ==> row_before(table, i, j); */
    //@ assert rows_before: \forall integer i, j; 0 <= i < j < task_count ==> row_before(table, i, j);
    /*@ assert slots_end: slots_before(table, task_count - 1) + task_at(table, task_count - 1, NEURON_TASK_SLOTS) ==
          table[NEURON_TABLE_SLOTS]; */
    create_slots(table);
    /*@ ghost Connected: ; */
    create_memories(table);
    //@ assert ports_extents: \forall integer t, s; 0 <= t < task_count && port_ok{Connected}(t, s) ==> port_ok(t, s);
    /*@ ghost Extents: ; */
    create_windows(table);
    irq_reset();
    //@ assert ports_windows: \forall integer t, s; 0 <= t < task_count && port_ok{Extents}(t, s) ==> port_ok(t, s);
    /*@ ghost Windows: ; */
    create_spaces(table);
    //@ assert ports_spaces: \forall integer t, s; 0 <= t < task_count && port_ok{Windows}(t, s) ==> port_ok(t, s);
    //@ assert end: created_as(table, task_count - 1) && slots_end == table[NEURON_TABLE_SLOTS];
    //@ assert wf: \forall integer i; 0 <= i < task_count ==> created_as(table, i) && task_wf(table, i);
    //@ assert run: \forall integer i; 0 <= i < task_count ==> slots_run(i);
    //@ assert tables: \forall integer i; 0 <= i < task_count ==> space_below(i, NEURON_PT_PAGES_MAX);
    //@ assert levels: \forall integer i; 0 <= i < task_count ==> tasks[i].level < NEURON_LEVELS;
    //@ assert leaves: \forall integer i; 0 <= i < task_count ==> leaves_run(i);
    /*@ assert firsts: \forall integer i; 0 <= i < task_count ==> tasks[i].first_slot == slots_before(table, i) &&
          tasks[i].slots == task_at(table, i, NEURON_TASK_SLOTS); */
    /*@ assert runs_apart: \forall integer i, j; 0 <= i < j < task_count && row_before(table, i, j) &&
          created_as(table, i) && created_as(table, j) ==> run_before(i, j); */
    //@ assert before: \forall integer i, j; 0 <= i < j < task_count ==> run_before(i, j);
    /*@ assert rows: \forall integer s; 0 <= s < table[NEURON_TABLE_SLOTS] && own_row{Connected}(table, s) ==>
          own_row(table, s); */
    //@ ghost rows_are_runs(table);
    //@ assert connected: ports_inv && peers_inv;
    //@ assert runs: counts_inv && runs_apart;
    //@ assert tasks: tasks_inv;
    /*@ assert spaces: \forall integer i; 0 <= i < task_count && space_below(i, NEURON_PT_PAGES_MAX) ==>
          space_ok(i); */
    //@ assert memory: \forall integer i; 0 <= i < task_count ==> memory_alone(i);
    map_memories(table);
}

/* Each task needs all its pages restored. */
/*@ predicate same_rows{L1, L2}(integer i) =
      \at(tasks[i].first_slot, L2) == \at(tasks[i].first_slot, L1) &&
      \at(tasks[i].slots, L2) == \at(tasks[i].slots, L1) &&
      \at(tasks[i].first_leaf, L2) == \at(tasks[i].first_leaf, L1) &&
      \at(tasks[i].leaf_tables, L2) == \at(tasks[i].leaf_tables, L1) &&
      \at(tasks[i].context.space, L2) == \at(tasks[i].context.space, L1); */
/*@ requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires tasks: tasks_inv;
    requires memories: memories_inv;
    requires spaces: page_tables_inv && no_device_mapped;
    assigns {tasks[i].reset_memory | integer i; a_task(i)}, {tasks[i].reset_page | integer i; a_task(i)},
      {tasks[i].reset_left | integer i; a_task(i)};
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures tasks: tasks_inv && slots_end == \old(slots_end);
    ensures memories: memories_inv;
    ensures resets: resets_inv;
    ensures spaces: page_tables_inv;
    ensures unmapped: no_device_mapped; */
static void reset_all(const u64 *table)
{
    (void)table;
    /*@ loop invariant bound: 0 <= t <= task_count;
        loop invariant created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
        loop invariant tasks: tasks_inv && slots_end == \at(slots_end, Pre);
        loop invariant memories: memories_inv;
        loop invariant spaces: page_tables_inv;
        loop invariant unmapped: no_device_mapped;
        loop invariant resets: \forall integer i; 0 <= i < t ==> reset_ok(i);
        loop assigns t, {tasks[i].reset_memory | integer i; a_task(i)},
          {tasks[i].reset_page | integer i; a_task(i)}, {tasks[i].reset_left | integer i; a_task(i)};
        loop variant task_count - t; */
    for (u32 t = 0; t < task_count; t++) {
        //@ assert row: a_task(t);
        life_begin_reset(t);
        //@ assert same: \forall integer i; 0 <= i < task_count ==> same_rows{LoopCurrent, Here}(i);
        //@ assert end_kept: slots_end == \at(slots_end, LoopCurrent);
        /*@ assert rows_kept: \forall integer i; 0 <= i < task_count && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
        /*@ assert slots_kept: \forall integer i; 0 <= i < task_count && slots_run{LoopCurrent}(i) ==> slots_run(i); */
        /*@ assert leaves_kept: \forall integer i; 0 <= i < task_count && leaves_run{LoopCurrent}(i) ==>
              leaves_run(i); */
        /*@ assert apart_kept: \forall integer i, j; 0 <= i < j < task_count && same_rows{LoopCurrent, Here}(i) &&
              same_rows{LoopCurrent, Here}(j) ==> tasks[i].first_slot + tasks[i].slots <= tasks[j].first_slot &&
              tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf; */
        //@ assert runs_apart: runs_apart;
        /*@ assert spaces_kept: \forall integer i; 0 <= i < task_count && same_rows{LoopCurrent, Here}(i) &&
              space_ok{LoopCurrent}(i) ==> space_ok(i); */
        /*@ assert unmapped_kept: \forall integer i; 0 <= i < task_count && memory_alone{LoopCurrent}(i) ==>
              memory_alone(i); */
    }
}

/* Restores all pages of init. */
/*@ requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires tasks: tasks_inv;
    requires memories: memories_inv;
    requires spaces: page_tables_inv && no_device_mapped;
    requires resets: resets_inv;
    assigns tasks[init_task].reset_memory, tasks[init_task].reset_page, tasks[init_task].reset_left,
      tasks[init_task].own_pages, {memories[m].kept | integer m; an_extent(m)},
      {message_pages[p][i] | integer p, i; page_word(p, i)};
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures tasks: tasks_inv && slots_end == \old(slots_end);
    ensures memories: memories_inv;
    ensures resets: resets_inv;
    ensures spaces: page_tables_inv;
    ensures unmapped: no_device_mapped;
    ensures done: tasks[init_task].reset_left == 0; */
static void reset_init(const u64 *table)
{
    (void)table;
    /*@ loop invariant created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
        loop invariant tasks: tasks_inv && slots_end == \at(slots_end, Pre);
        loop invariant memories: memories_inv;
        loop invariant spaces: page_tables_inv;
        loop invariant unmapped: no_device_mapped;
        loop invariant resets: resets_inv;
        loop assigns tasks[init_task].reset_memory, tasks[init_task].reset_page, tasks[init_task].reset_left,
          tasks[init_task].own_pages, {memories[m].kept | integer m; an_extent(m)},
          {message_pages[p][i] | integer p, i; page_word(p, i)};
        loop variant tasks[init_task].reset_left; */
    while (tasks[init_task].reset_left != 0) {
        life_reset_page(init_task);
        //@ assert same: \forall integer i; 0 <= i < task_count ==> same_rows{LoopCurrent, Here}(i);
        //@ assert end_kept: slots_end == \at(slots_end, LoopCurrent);
        /*@ assert rows_kept: \forall integer i; 0 <= i < task_count && created_as{LoopCurrent}(table, i) ==>
              created_as(table, i); */
        /*@ assert slots_kept: \forall integer i; 0 <= i < task_count && slots_run{LoopCurrent}(i) ==> slots_run(i); */
        /*@ assert leaves_kept: \forall integer i; 0 <= i < task_count && leaves_run{LoopCurrent}(i) ==>
              leaves_run(i); */
        /*@ assert apart_kept: \forall integer i, j; 0 <= i < j < task_count && same_rows{LoopCurrent, Here}(i) &&
              same_rows{LoopCurrent, Here}(j) ==> tasks[i].first_slot + tasks[i].slots <= tasks[j].first_slot &&
              tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf; */
        //@ assert runs_apart: runs_apart;
        /*@ assert spaces_kept: \forall integer i; 0 <= i < task_count && same_rows{LoopCurrent, Here}(i) &&
              space_ok{LoopCurrent}(i) ==> space_ok(i); */
        /*@ assert unmapped_kept: \forall integer i; 0 <= i < task_count && memory_alone{LoopCurrent}(i) ==>
              memory_alone(i); */
    }
}

/* The life of init begins. */
/*@ requires tasks: tasks_inv && memories_inv && resets_inv;
    requires slots: \forall integer s; 0 <= s < slots_end ==> no_device(s);
    requires spaces: page_tables_inv && no_device_mapped;
    requires inv: sched_inv(NONE);
    requires rest: at_rest(init_task) && tasks[init_task].reset_left == 0 && unmourned(init_task);
    requires ports: ports_inv;
    assigns tasks[init_task].context.x[0 .. 31], tasks[init_task].context.pc, tasks[init_task].context.whole,
      tasks[init_task].exit_code, tasks[init_task].ran, tasks[init_task].state, tasks[init_task].wait,
      tasks[init_task].ending, {slots[s].generation | integer s; a_slot(s)},
      deadlines[DEADLINE_LEAVES + init_task], deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count,
      sched_moved, queues[READY_QUEUE], links[0 .. NEURON_TASKS_MAX - 1];
    SCHED_INV_KEPT(NONE)
    ensures tasks: tasks_inv;
    ensures memories: memories_inv;
    ensures resets: resets_inv;
    ensures slots: \forall integer s; 0 <= s < slots_end ==> no_device(s);
    ensures ports: ports_inv;
    ensures spaces: page_tables_inv;
    ensures unmapped: no_device_mapped; */
static void start_init(void)
{
    //@ assert slots: \forall integer s; 0 <= s < slots_end && no_device(s) ==> slot_ok(s);
    //@ assert own: \forall integer s; slot_of(init_task, s) ==> a_slot(s);
    life_start(init_task);
    //@ assert same: \forall integer i; 0 <= i < task_count ==> same_rows{Pre, Here}(i);
    //@ assert end: slots_end == \at(slots_end, Pre);
    //@ assert devices: \forall integer s; 0 <= s < slots_end && no_device{Pre}(s) ==> no_device(s);
    //@ assert run: \forall integer i; 0 <= i < task_count && slots_run{Pre}(i) ==> slots_run(i);
    //@ assert leaves: \forall integer i; 0 <= i < task_count && leaves_run{Pre}(i) ==> leaves_run(i);
    /*@ assert apart: \forall integer i, j; 0 <= i < j < task_count && same_rows{Pre, Here}(i) &&
          same_rows{Pre, Here}(j) ==> tasks[i].first_slot + tasks[i].slots <= tasks[j].first_slot &&
          tasks[i].first_leaf + tasks[i].leaf_tables + 2 <= tasks[j].first_leaf; */
    //@ assert resets: \forall integer i; 0 <= i < task_count && reset_ok{Pre}(i) ==> reset_ok(i);
    /*@ assert roots: \forall integer i; 0 <= i < task_count && same_rows{Pre, Here}(i) && space_ok{Pre}(i) ==>
          tasks[i].context.space == satp(i, tasks[i].first_leaf - 2) && root_ok(i, tasks[i].first_leaf - 2); */
    /*@ assert middle: \forall integer i, m; 0 <= i < task_count && same_rows{Pre, Here}(i) &&
          middle_ok{Pre}(i, m) ==> middle_ok(i, m); */
    /*@ assert middles: \forall integer i; 0 <= i < task_count && same_rows{Pre, Here}(i) && space_ok{Pre}(i) ==>
          middle_ok(i, tasks[i].first_leaf - 1); */
    /*@ assert entries: \forall integer i; 0 <= i < task_count && same_rows{Pre, Here}(i) && space_ok{Pre}(i) ==>
          leaves_ok(i); */
    /*@ assert spaces: \forall integer i; 0 <= i < task_count && same_rows{Pre, Here}(i) && space_ok{Pre}(i) ==>
          space_ok(i); */
    //@ assert memory: \forall integer i; 0 <= i < task_count && memory_alone{Pre}(i) ==> memory_alone(i);
}

void kernel_boot(const u64 *table)
{
    create(table);
    /*@ ghost Created: ; */
    reset_all(table);
    //@ assert ports_all: \forall integer t, s; 0 <= t < task_count && port_ok{Created}(t, s) ==> port_ok(t, s);
    /*@ ghost Reset: ; */
    reset_init(table);
    //@ assert ports_init: \forall integer t, s; 0 <= t < task_count && port_ok{Reset}(t, s) ==> port_ok(t, s);
    //@ assert runs: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Created}(t, s);
    //@ assert ports: ports_inv;
    //@ ghost nobody_lives(table);
    start_init();
    /*@ ghost Started: ; */
    sched_choose();
    //@ assert ports_kept: \forall integer t, s; 0 <= t < task_count && port_ok{Started}(t, s) ==> port_ok(t, s);
    //@ assert runs_kept: \forall integer t, s; 0 <= t < task_count && slot_of(t, s) ==> slot_of{Started}(t, s);
    //@ assert ports_still: ports_inv;
    /*@ assert known: \forall integer t; 0 <= t < task_count ==>
          tasks[t].servers == \at(tasks[t].servers, Created) && tasks[t].clients == \at(tasks[t].clients, Created); */
    //@ assert peers: peers_inv;
    //@ ghost nobody_holds_a_device();
}
