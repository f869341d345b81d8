/*
 * The entries into the kernel. After each of them `current` says which task to resume; NONE: idle, that
 * is, call kernel_idle() until it is not. Interrupts are off in the kernel.
 */
#ifndef CORE_KERNEL_H
#define CORE_KERNEL_H

#include "device.h"
#include "kernel_inv.h"
#include "life.h"
#include "table.h"
#include "vspace.h"

/* Builds the state from a table that table_validate() accepted, and starts init. */
/*@ requires table: \valid_read(table + (0 .. table_end(table) - 1)) && table_wf(table, table_end(table));
    requires machine: kernel_root_ok && pages_inv && levels_inv;
    requires lines: \forall integer i; 0 <= i < NEURON_IRQS_MAX ==>
      line_open[i] == 0 && line_claimed[i] == 0;
    requires fresh: \forall integer t; 0 <= t < NEURON_TASKS_MAX ==> tasks[t].token == 0;
    assigns task_count, memory_count, window_count, init_task, current, queues[0 .. QUEUES - 1],
      links[0 .. NEURON_TASKS_MAX - 1], deadlines[0 .. 2 * DEADLINE_LEAVES - 1],
      deadline_stale[0 .. DEADLINE_STALE_MAX - 1], deadline_stale_count, sched_quantum_end, sched_armed,
      sched_moved, tasks[..], {tasks[t] | integer t; a_task(t)}, level_of[0 .. NEURON_TASKS_MAX - 1],
      slots[..], {slots[s] | integer s; a_slot(s)}, ceilings[..], memories[..], {memories[m] | integer m; an_extent(m)},
      windows[..], vqueues[..], window_of_line[0 .. NEURON_IRQS_MAX - 1],
      {page_tables[p][i] | integer p, i; cell(p, i)},
      {message_pages[p][i] | integer p, i; page_word(p, i)};
    SCHED_INV_KEPT(NONE)
    ensures chosen: chosen && sched_moved == 0;
    ensures tasks: tasks_inv;
    ensures slots: slots_inv;
    ensures ports: ports_inv && peers_inv;
    ensures memories: memories_inv;
    ensures resets: resets_inv;
    ensures platform: platform_inv;
    ensures holders: holders_inv;
    ensures spaces: page_tables_inv;
    ensures guard: guard_inv && queues_virtio;
    ensures mapped: windows_mapped && queues_mapped;
    ensures private: windows_private;
    ensures windows: windows_inv; */
void kernel_boot(const u64 *table);

/* What an entry may change. */
/* clang-format off */
#define ENTRY_ASSIGNS                                                                              \
    assigns tasks[..], {tasks[i] | integer i; a_task(i)}, slots[..], windows[..],                  \
      {windows[w].place[k] | integer w, k; place_of_window(w, k)},                                 \
      {windows[w].claimed | integer w; claimable(w)}, vqueues[..], queue_pages[..],                \
      {page_tables[p][i] | integer p, i; cell(p, i)},                                              \
      {message_pages[p][i] | integer p, i; page_word(p, i)},                                       \
      {memories[m].kept | integer m; an_extent(m)}, line_open[..], line_claimed[..], deadlines[..],\
      {deadlines[DEADLINE_LEAVES + i] | integer i; a_task(i)}, deadline_stale[..],                 \
      deadline_stale_count, queues[..], links[..], current, sched_moved, sched_armed,              \
      sched_quantum_end, console_ring[..], console_first, console_used, console_dropped;
/* clang-format on */

/* The current task made a system call. The status, if that is all that comes back and the task goes on at once; or
 * BLOCKED (notify.h): whatever `current` is goes on with what is in its context. */
/*@ CALL_NEEDS
    requires lives: lives_go_on;
    ENTRY_ASSIGNS
    assigns {slots[i].generation | integer i; slot_of(a1, i)},
      message_pages[2 * slot_server(a0)][0 .. NEURON_PAGE / 8 - 1],
      message_pages[2 * (a0 % 64) + 1][0 .. NEURON_PAGE / 8 - 1],
      message_pages[2 * current][0 .. NEURON_PAGE / 8 - 1],
      page_tables[row_at(current, a0)][column_at(current, a0)],
      page_tables[row_at(current, a1)][column_at(current, a1)],
      page_tables[row_at(current, a3)][column_at(current, a3)],
      page_tables[row_of(slot_window(a0), 2 * slot_window(a0))][column_of(slot_window(a0), 2 * slot_window(a0))],
      page_tables[row_of(slot_window(a0), 2 * slot_window(a0) + 1)]
        [column_of(slot_window(a0), 2 * slot_window(a0) + 1)];
    CALL_LEAVES */
int kernel_syscall(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 number);

/* The current task made an exception that is not a system call. */
/*@ CALL_NEEDS
    requires lives: lives_go_on;
    ENTRY_ASSIGNS
    KERNEL_INV(ensures) */
void kernel_fault(u64 cause, u64 address);

/* The timer asked for with arch_timer_arm() is due. */
/*@ KERNEL_INV(requires)
    requires lives: lives_go_on;
    ENTRY_ASSIGNS
    KERNEL_INV(ensures) */
void kernel_timer(void);

/* A device interrupts. */
/*@ KERNEL_INV(requires)
    ENTRY_ASSIGNS
    KERNEL_INV(ensures) */
void kernel_interrupt(void);

/* Nobody can run: drains the console. Returns 1 if the machine may sleep until the next interrupt. */
/*@ KERNEL_INV(requires)
    assigns queues[..], links[..], current, deadlines[..], deadline_stale_count, sched_armed, sched_moved,
      sched_quantum_end, console_first, console_used;
    KERNEL_INV(ensures)
    ensures empty: \result != 0 <==> console_used == 0; */
int kernel_idle(void);

#endif
