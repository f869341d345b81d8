/* Address spaces: Sv39 tables whose every page is known at boot, so that the entry for an address is
 * found by arithmetic, not by a walk. */
#ifndef CORE_VSPACE_H
#define CORE_VSPACE_H

#include "arch.h"
#include "state.h"

#include <neuron/table.h>

/* Entries of page tables (RISC-V privileged architecture, 4.4): V R W X U G A D are bits 0..7, the page number
 * begins at bit 10. One that leads to another table is V alone; one of a page is V U A D and `prot`. */
/*@ predicate prot_ok(integer prot) =
      prot == NEURON_PROT_R || prot == NEURON_PROT_RW || prot == NEURON_PROT_RX;
    logic integer page_entry(integer phys, integer prot) = phys / NEURON_PAGE * 1024 + 209 + 2 * prot;
    logic integer table_entry{L}(integer table) =
      (pages_phys[PAGE_TABLES] / NEURON_PAGE + table) * 1024 + 1;

    predicate write_xor_execute(integer entry) = entry / 4 % 2 == 0 || entry / 8 % 2 == 0;
    predicate leaf_ok(integer entry) =
      write_xor_execute(entry) && (entry == 0 || entry % 1024 == 209 + 2 * NEURON_PROT_R ||
      entry % 1024 == 209 + 2 * NEURON_PROT_RW || entry % 1024 == 209 + 2 * NEURON_PROT_RX);
    predicate upper_ok(integer entry) = entry == 0 || entry % 1024 == 1;
    predicate kernel_root_ok{L} = \forall integer i; 0 <= i < KERNEL_ROOT_ENTRIES ==> upper_ok(kernel_root[i]); */

/* The addresses of a task, and where their entries are: page by page through its leaf tables. */
/*@ logic integer range_base(integer t) = NEURON_USER_BASE + t * NEURON_USER_SPAN;
    logic integer page_in(integer t, integer va) = (va - range_base(t)) / NEURON_PAGE;
    logic integer leaf_entry{L}(integer t, integer page) =
      page_tables[tasks[t].first_leaf + page / NEURON_PT_ENTRIES][page % NEURON_PT_ENTRIES];

    predicate in_leaves{L}(integer t, integer va, integer pages) =
      va % NEURON_PAGE == 0 && range_base(t) <= va &&
      va + pages * NEURON_PAGE <= range_base(t) + tasks[t].leaf_tables * NEURON_BLOCK;
    predicate in_arena{L}(integer t, integer va) =
      va % NEURON_PAGE == 0 && range_base(t) + NEURON_ARENA_OFFSET <= va &&
      va < range_base(t) + NEURON_ARENA_OFFSET + tasks[t].arena_pages * NEURON_PAGE; */

/* From its root a task reaches its own leaf tables, and the kernel's; all that its leaf
 * tables hold is writable or executable or neither. */
/*@ logic integer root_index(integer t) = range_base(t) / 0x40000000;
    logic integer first_block(integer t) = t % (0x40000000 / NEURON_USER_SPAN) * (NEURON_USER_SPAN / NEURON_BLOCK);

    predicate root_ok{L}(integer t, integer root) =
      page_tables[root][root_index(t)] == table_entry(root + 1) &&
      (\forall integer i; 0 <= i < NEURON_PT_ENTRIES ==> upper_ok(page_tables[root][i])) &&
      (\forall integer i; KERNEL_ROOT_ENTRIES <= i < NEURON_PT_ENTRIES && i != root_index(t) ==>
        page_tables[root][i] == 0);

    predicate middle_ok{L}(integer t, integer middle) =
      (\forall integer i; first_block(t) <= i < first_block(t) + tasks[t].leaf_tables ==>
        page_tables[middle][i] == table_entry(middle + 1 + i - first_block(t))) &&
      (\forall integer i; 0 <= i < NEURON_PT_ENTRIES &&
        !(first_block(t) <= i < first_block(t) + tasks[t].leaf_tables) ==>
          page_tables[middle][i] == 0);

    predicate leaves_ok{L}(integer t) =
      \forall integer p, i; 0 <= i < NEURON_PT_ENTRIES &&
        tasks[t].first_leaf <= p < tasks[t].first_leaf + tasks[t].leaf_tables ==>
          leaf_ok(page_tables[p][i]);

    // satp (privileged architecture, 4.1.11): mode Sv39, the ASID, which is never 0, and the page number of the root.
    logic integer satp(integer t, integer root) =
      0x8000000000000000 + (t + 1) * 0x100000000000 + pages_phys[PAGE_TABLES] / NEURON_PAGE + root;

    predicate space_ok{L}(integer t) =
      tasks[t].context.space == satp(t, tasks[t].first_leaf - 2) && root_ok{L}(t, tasks[t].first_leaf - 2) &&
      middle_ok{L}(t, tasks[t].first_leaf - 1) && leaves_ok{L}(t);

    predicate page_tables_inv{L} =
      \forall integer t; 0 <= t < task_count ==> space_ok{L}(t); */

/* An entry of a page table. The provers see through this, and not through two ranges. */
/*@ predicate cell(integer p, integer i) = 0 <= p < NEURON_PT_PAGES_MAX && 0 <= i < NEURON_PT_ENTRIES; */

/* Nothing but memory is mapped, as the table says: devices come later. */
/*@ predicate memory_entry(integer entry) = entry == 0 || NEURON_RAM_BASE / NEURON_PAGE <= entry / 1024;
    predicate memory_alone{L}(integer t) =
      \forall integer p, i; 0 <= i < NEURON_PT_ENTRIES &&
        tasks[t].first_leaf <= p < tasks[t].first_leaf + tasks[t].leaf_tables ==>
          memory_entry(page_tables[p][i]);
    predicate no_device_mapped{L} = \forall integer t; 0 <= t < task_count ==> memory_alone{L}(t); */

/* Gives task `task` its tables: 2 + leaf_tables of them from `first` on, the last ones in first_leaf.
 * Maps the kernel and the message pages. */
/*@ requires task: task < NEURON_TASKS_MAX;
    requires leaves: 1 <= tasks[task].leaf_tables <= NEURON_USER_SPAN / NEURON_BLOCK;
    requires tables: first + 2 + tasks[task].leaf_tables <= NEURON_PT_PAGES_MAX;
    requires kernel: kernel_root_ok && pages_inv;
    assigns {page_tables[p][i] | integer p, i; cell(p, i) && first <= p <= first + 1 + tasks[task].leaf_tables},
      tasks[task].first_leaf, tasks[task].context.space;
    ensures first: tasks[task].first_leaf == first + 2;
    ensures space: space_ok(task);
    ensures memory: memory_alone(task);
    ensures in: leaf_entry(task, NEURON_IN_OFFSET / NEURON_PAGE) ==
      page_entry(pages_phys[MESSAGE_PAGE_PAIRS] + 2 * task * NEURON_PAGE, NEURON_PROT_RW);
    ensures out: leaf_entry(task, NEURON_OUT_OFFSET / NEURON_PAGE) ==
      page_entry(pages_phys[MESSAGE_PAGE_PAIRS] + (2 * task + 1) * NEURON_PAGE, NEURON_PROT_RW);
    ensures nothing_else: \forall integer page; 0 <= page < tasks[task].leaf_tables * NEURON_PT_ENTRIES &&
      page != NEURON_IN_OFFSET / NEURON_PAGE && page != NEURON_OUT_OFFSET / NEURON_PAGE ==>
        leaf_entry(task, page) == 0; */
void vspace_create(u32 task, u32 first);

/* Maps the page at `phys` at `va`, which lies in the task's leaf tables. `prot`: enum neuron_prot. */
/*@ requires task: task < NEURON_TASKS_MAX;
    requires tables: tasks[task].first_leaf + tasks[task].leaf_tables <= NEURON_PT_PAGES_MAX;
    requires place: in_leaves(task, va, 1);
    requires page: phys % NEURON_PAGE == 0 && phys < NEURON_RAM_END_MAX;
    requires prot: prot_ok(prot);
    assigns page_tables[tasks[task].first_leaf + page_in(task, va) / NEURON_PT_ENTRIES]
      [page_in(task, va) % NEURON_PT_ENTRIES];
    ensures mapped: leaf_entry(task, page_in(task, va)) == page_entry(phys, prot);
    ensures leaf: leaf_ok(page_entry(phys, prot));
    ensures inv: task < task_count && tasks_inv{Pre} && page_tables_inv{Pre} ==> page_tables_inv;
    ensures memory: NEURON_RAM_BASE <= phys && no_device_mapped{Pre} ==> no_device_mapped; */
void vspace_map_page(u32 task, u64 va, u64 phys, u64 prot);

/* Maps `pages` pages of memory, one after the other. */
/*@ requires tasks: tasks_inv && task < task_count;
    requires spaces: page_tables_inv;
    requires place: in_leaves(task, va, pages);
    requires memory: phys % NEURON_PAGE == 0 && phys + pages * NEURON_PAGE <= NEURON_RAM_END_MAX;
    requires prot: prot_ok(prot);
    assigns {page_tables[p][i] | integer p, i;
      cell(p, i) && tasks[task].first_leaf <= p < tasks[task].first_leaf + tasks[task].leaf_tables};
    ensures mapped: \forall integer i; 0 <= i < pages ==>
      leaf_entry(task, page_in(task, va) + i) == page_entry(phys + i * NEURON_PAGE, prot);
    ensures nothing_else: \forall integer page; 0 <= page < tasks[task].leaf_tables * NEURON_PT_ENTRIES &&
      !(page_in(task, va) <= page < page_in(task, va) + pages) ==>
        leaf_entry(task, page) == leaf_entry{Pre}(task, page);
    ensures inv: page_tables_inv;
    ensures memory: NEURON_RAM_BASE <= phys && no_device_mapped{Pre} ==> no_device_mapped; */
void vspace_map(u32 task, u64 va, u64 phys, u64 pages, u64 prot);

/* The leaf entry for `va`, which lies in the task's leaf tables. */
/*@ requires tasks: tasks_inv && task < task_count;
    requires place: in_leaves(task, va, 1);
    assigns \nothing;
    ensures entry: \result == leaf_entry(task, page_in(task, va)); */
u64 vspace_entry(u32 task, u64 va);

/* Whether `va` is a page of the current task's arena: OK, UNALIGNED_ADDRESS or OUTSIDE_ARENA. */
/*@ requires tasks: tasks_inv && current < task_count;
    assigns \nothing;
    ensures arena: \result == NEURON_OK <==> in_arena(current, va);
    ensures leaves: \result == NEURON_OK ==> in_leaves(current, va, 1);
    ensures status: \result == NEURON_OK || \result == NEURON_UNALIGNED_ADDRESS ||
      \result == NEURON_OUTSIDE_ARENA; */
int vspace_check_arena(u64 va);

/* Removes the mapping of one page. */
/*@ requires tasks: tasks_inv && task < task_count;
    requires spaces: page_tables_inv;
    requires place: in_leaves(task, va, 1);
    assigns page_tables[tasks[task].first_leaf + page_in(task, va) / NEURON_PT_ENTRIES]
      [page_in(task, va) % NEURON_PT_ENTRIES];
    ensures gone: leaf_entry(task, page_in(task, va)) == 0;
    ensures inv: page_tables_inv; */
void vspace_unmap(u32 task, u64 va);

/* The live entry for page `page` of the task's range, found from the root in satp; 0: none. */
/*@ requires tasks: tasks_inv && task < task_count;
    requires spaces: page_tables_inv;
    assigns \nothing;
    ensures live: page < tasks[task].leaf_tables * NEURON_PT_ENTRIES ==>
      \result == leaf_entry(task, page);
    ensures none: page >= tasks[task].leaf_tables * NEURON_PT_ENTRIES ==> \result == 0; */
u64 vspace_walk(u32 task, u64 page);

#endif
