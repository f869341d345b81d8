/* The rows of an accepted table, made into state. For boot alone. */
#ifndef CORE_CREATE_H
#define CORE_CREATE_H

#include "state.h"
#include "table.h"
#include "waits.h"

/* An accepted table, which lies apart from the state, with the counts taken from it. */
/*@ predicate boots{L}(u64 *t) =
      \valid_read(t + (0 .. table_end(t) - 1)) && header_wf(t, table_end(t)) &&
      task_count == t[NEURON_TABLE_TASKS] && memory_count == t[NEURON_TABLE_MEMORIES] &&
      window_count == t[NEURON_TABLE_WINDOWS] && init_task == t[NEURON_TABLE_INIT]; */

/* What a task begins with, and what its row says. */
/*@ predicate created{L}(integer i, integer first_slot, integer level, integer slots, integer leaves,
                         integer arena) =
      tasks[i].state == NEURON_TASK_CREATED && tasks[i].wait == WAIT_NONE &&
      tasks[i].ending == NEURON_TIMEOUT && tasks[i].token == i && tasks[i].generation == WAIT_RECV + 1 &&
      tasks[i].attention == 0 && tasks[i].bits == 0 && tasks[i].ready == 0 &&
      tasks[i].context.task == i && tasks[i].first_slot == first_slot &&
      tasks[i].level == level && level_of[i] == level && tasks[i].no_higher == levels_to(level) &&
      tasks[i].slots == slots && tasks[i].leaf_tables == leaves && tasks[i].arena_pages == arena;
    predicate created_as{L}(u64 *t, integer i) =
      created(i, slots_before(t, i), task_at(t, i, NEURON_TASK_LEVEL), task_at(t, i, NEURON_TASK_SLOTS),
              task_at(t, i, NEURON_TASK_LEAF_TABLES), task_at(t, i, NEURON_TASK_ARENA_PAGES)); */

/* What a slot, an extent and a window begin with. */
/*@ predicate no_device{L}(integer s) = slot_ok{L}(s) && slots[s].kind != NEURON_CAP_MMIO;

    predicate extent_of{L}(u64 *t, integer m) = memory_ok(m) &&
      memories[m].phys == memory_at(t, m, NEURON_MEMORY_PHYS) &&
      memories[m].pages == memory_at(t, m, NEURON_MEMORY_PAGES);

    predicate unheld{L}(integer w) =
      window_ok(w) && windows[w].owner == NONE && windows[w].task == 0 && windows[w].claimed == 0 &&
      windows[w].live == 0 && windows[w].feature_word == 0 &&
      (\forall integer p; 0 <= p < NEURON_WINDOW_PAGES_MAX ==> windows[w].place[p] == 0) &&
      vqueues[2 * w].size == 0 && vqueues[2 * w].place == 0 &&
      vqueues[2 * w + 1].size == 0 && vqueues[2 * w + 1].place == 0; */

/* The slot of a row is one of its owner. */
/*@ predicate own_row{L}(u64 *t, integer s) =
      slot_owner(t, s) < task_count && slot_of(slot_owner(t, s), s); */

/* The run of slots of a task lies in front of that of another: in the state, and in the table. */
/*@ predicate run_before{L}(integer i, integer j) =
      tasks[i].first_slot + tasks[i].slots <= tasks[j].first_slot;
    predicate row_before{L}(u64 *t, integer i, integer j) =
      slots_before(t, i) + task_at(t, i, NEURON_TASK_SLOTS) <= slots_before(t, j); */

/* Tasks, each with its run of slots. */
/*@ requires table: boots(table) && tasks_wf(table);
    requires levels: levels_inv;
    requires fresh: \forall integer i; 0 <= i < NEURON_TASKS_MAX ==> tasks[i].token == 0;
    assigns tasks[0 .. NEURON_TASKS_MAX - 1], level_of[0 .. NEURON_TASKS_MAX - 1];
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures levels: levels_inv;
    ensures slots: \forall integer i; 0 <= i < task_count ==> slots_run(i);
    ensures apart: \forall integer i, j; 0 <= i < j < task_count ==> run_before(i, j);
    ensures end: slots_end == table[NEURON_TABLE_SLOTS];
    ensures unused: \forall integer i; task_count <= i < NEURON_TASKS_MAX ==> tasks[i].token == 0;
    ensures peers: peers_inv;
    ensures chains: \forall integer i; 0 <= i < task_count ==> tasks[i].first_memory == NONE; */
void create_tasks(const u64 *table);

/*@ requires table: boots(table) && tasks_wf(table) && slots_wf(table);
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires chains: \forall integer i; 0 <= i < task_count ==> tasks[i].first_memory == NONE;
    requires peers: peers_inv;
    assigns slots[0 .. NEURON_SLOTS_MAX - 1], ceilings[0 .. NEURON_SLOTS_MAX - 1],
      {tasks[t].servers | integer t; a_task(t)}, {tasks[t].clients | integer t; a_task(t)};
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures chains: \forall integer i; 0 <= i < task_count ==> tasks[i].first_memory == NONE;
    ensures slots: \forall integer s; 0 <= s < table[NEURON_TABLE_SLOTS] ==> no_device(s);
    ensures own: \forall integer s; 0 <= s < table[NEURON_TABLE_SLOTS] ==> own_row(table, s);
    ensures ports: \forall integer s; 0 <= s < table[NEURON_TABLE_SLOTS] ==> port_ok(slot_owner(table, s), s);
    ensures peers: peers_inv; */
void create_slots(const u64 *table);

/*@ requires table: boots(table) && memories_wf(table);
    requires created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    requires chains: \forall integer i; 0 <= i < task_count ==> tasks[i].first_memory == NONE;
    assigns memories[0 .. NEURON_MEMORIES_MAX - 1], {tasks[t].first_memory | integer t; a_task(t)},
      {tasks[t].own_pages | integer t; a_task(t)};
    ensures created: \forall integer i; 0 <= i < task_count ==> created_as(table, i);
    ensures inv: memories_inv;
    ensures extents: \forall integer m; 0 <= m < memory_count ==> extent_of(table, m); */
void create_memories(const u64 *table);

/*@ requires table: boots(table) && windows_wf(table);
    assigns windows[0 .. NEURON_WINDOWS_MAX - 1], vqueues[0 .. NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES - 1];
    ensures inv: platform_inv;
    ensures unheld: \forall integer w; 0 <= w < window_count ==> unheld(w); */
void create_windows(const u64 *table);

#endif
