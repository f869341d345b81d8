/* Sv39 page tables (RISC-V privileged architecture, 4.4). */
#include "vspace.h"

/* Page-table entry: V R W X U G A D are bits 0..7, the page number begins at bit 10. A and D are set
 * from the start, so that no machine has to update them. */
#define PTE_V 1u
#define PTE_U 16u
#define PTE_AD 192u
#define PTE_PAGE_NUMBER 1024u

#define GIB 0x40000000u
#define TASKS_PER_ROOT_ENTRY (GIB / NEURON_USER_SPAN)
#define BLOCKS_PER_SPAN (NEURON_USER_SPAN / NEURON_BLOCK)

/* satp: mode Sv39; the ASID begins at bit 44, behind the page number of the root. */
#define SATP_SV39 (UINT64_C(8) << 60)
#define SATP_ASID (UINT64_C(1) << 44)

/*@ requires page_table: page_table < NEURON_PT_PAGES_MAX && pages_inv;
    assigns \nothing;
    ensures entry: \result == table_entry(page_table);
    ensures upper: upper_ok(\result); */
static u64 pte_table(u32 page_table)
{
    return (pages_phys[PAGE_TABLES] / NEURON_PAGE + page_table) * PTE_PAGE_NUMBER + PTE_V;
}

/* `prot` is R, RW or RX, so nothing is ever both writable and executable. */
/*@ requires page: phys % NEURON_PAGE == 0 && phys < NEURON_RAM_END_MAX;
    requires prot: prot_ok(prot);
    assigns \nothing;
    ensures entry: \result == page_entry(phys, prot);
    ensures leaf: leaf_ok(\result); */
static u64 pte_page(u64 phys, u64 prot)
{
    return phys / (NEURON_PAGE / PTE_PAGE_NUMBER) + PTE_V + 2 * prot + PTE_U + PTE_AD;
}

/* Where the leaf entry for `va` is: page `va` of the task's range, counted through its leaf tables. */
/*@ requires task: task < NEURON_TASKS_MAX;
    requires place: in_leaves(task, va, 1);
    assigns \nothing;
    ensures page: \result == page_in(task, va);
    ensures table: \result / NEURON_PT_ENTRIES < tasks[task].leaf_tables; */
static u64 page_of(u32 task, u64 va)
{
    return (va - (NEURON_USER_BASE + (u64)task * NEURON_USER_SPAN)) / NEURON_PAGE;
}

/* Leaf tables alone are written after boot, so what leads to them stays. */
/*@ requires task: task < NEURON_TASKS_MAX;
    requires tables: tasks[task].first_leaf + tasks[task].leaf_tables <= NEURON_PT_PAGES_MAX;
    requires page: page / NEURON_PT_ENTRIES < tasks[task].leaf_tables;
    requires leaf: leaf_ok(entry);
    assigns page_tables[tasks[task].first_leaf + page / NEURON_PT_ENTRIES]
      [page % NEURON_PT_ENTRIES];
    ensures entry: leaf_entry(task, page) == entry;
    ensures inv: task < task_count && tasks_inv{Pre} && page_tables_inv{Pre} ==> page_tables_inv;
    ensures memory: memory_entry(entry) && no_device_mapped{Pre} ==> no_device_mapped; */
static void set_leaf(u32 task, u64 page, u64 entry)
{
    u64 table = tasks[task].first_leaf + page / NEURON_PT_ENTRIES;

    /*@ assert apart: task < task_count && tasks_inv ==> \forall integer t; 0 <= t < task_count ==>
          table != tasks[t].first_leaf - 1 && table != tasks[t].first_leaf - 2; */
    page_tables[table][page % NEURON_PT_ENTRIES] = entry;
    /*@ assert roots: task < task_count && tasks_inv && page_tables_inv{Pre} ==>
          \forall integer t; 0 <= t < task_count ==> root_ok(t, tasks[t].first_leaf - 2); */
    /*@ assert middles: task < task_count && tasks_inv && page_tables_inv{Pre} ==>
          \forall integer t; 0 <= t < task_count ==> middle_ok(t, tasks[t].first_leaf - 1); */
    /*@ assert leaves: task < task_count && tasks_inv && page_tables_inv{Pre} ==>
          \forall integer t; 0 <= t < task_count ==> leaves_ok(t); */
}

void vspace_map_page(u32 task, u64 va, u64 phys, u64 prot)
{
    set_leaf(task, page_of(task, va), pte_page(phys, prot));
}

void vspace_map(u32 task, u64 va, u64 phys, u64 pages, u64 prot)
{
    /*@ loop invariant bound: 0 <= i <= pages;
        loop invariant mapped: \forall integer j; 0 <= j < i ==>
          leaf_entry(task, page_in(task, va) + j) == page_entry(phys + j * NEURON_PAGE, prot);
        loop invariant nothing_else:
          \forall integer page; 0 <= page < tasks[task].leaf_tables * NEURON_PT_ENTRIES &&
            !(page_in(task, va) <= page < page_in(task, va) + i) ==>
              leaf_entry(task, page) == leaf_entry{Pre}(task, page);
        loop invariant inv: page_tables_inv;
        loop invariant memory: NEURON_RAM_BASE <= phys && no_device_mapped{Pre} ==> no_device_mapped;
        loop assigns i, {page_tables[p][e] | integer p, e;
          cell(p, e) && tasks[task].first_leaf <= p < tasks[task].first_leaf + tasks[task].leaf_tables};
        loop variant pages - i; */
    for (u64 i = 0; i < pages; i++) {
        //@ assert page: page_in(task, va + i * NEURON_PAGE) == page_in(task, va) + i;
        /*@ assert leaf: \let page = page_in(task, va) + i;
              page / NEURON_PT_ENTRIES < tasks[task].leaf_tables &&
              cell(tasks[task].first_leaf + page / NEURON_PT_ENTRIES, page % NEURON_PT_ENTRIES); */
        vspace_map_page(task, va + i * NEURON_PAGE, phys + i * NEURON_PAGE, prot);
    }
}

/*@ requires table: table < NEURON_PT_PAGES_MAX;
    assigns {page_tables[p][i] | integer p, i; cell(p, i) && p == table};
    ensures empty: \forall integer i; 0 <= i < NEURON_PT_ENTRIES ==> page_tables[table][i] == 0; */
static void clear_table(u32 table)
{
    /*@ loop invariant bound: 0 <= i <= NEURON_PT_ENTRIES;
        loop invariant empty: \forall integer j; 0 <= j < i ==> page_tables[table][j] == 0;
        loop assigns i, {page_tables[p][e] | integer p, e; cell(p, e) && p == table};
        loop variant NEURON_PT_ENTRIES - i; */
    for (u32 i = 0; i < NEURON_PT_ENTRIES; i++) {
        //@ assert cell: cell(table, i);
        page_tables[table][i] = 0;
    }
}

/* The root of a task: the kernel's entries, and one for the task's own range. */
/*@ requires task: task < NEURON_TASKS_MAX;
    requires table: root < NEURON_PT_PAGES_MAX - 1;
    requires kernel: kernel_root_ok && pages_inv;
    assigns {page_tables[p][i] | integer p, i; cell(p, i) && p == root};
    ensures root: root_ok(task, root); */
static void fill_root(u32 task, u32 root)
{
    /*@ loop invariant bound: 0 <= i <= NEURON_PT_ENTRIES;
        loop invariant upper: \forall integer j; 0 <= j < i ==> upper_ok(page_tables[root][j]);
        loop invariant none: \forall integer j; KERNEL_ROOT_ENTRIES <= j < i ==> page_tables[root][j] == 0;
        loop assigns i, {page_tables[p][e] | integer p, e; cell(p, e) && p == root};
        loop variant NEURON_PT_ENTRIES - i; */
    for (u32 i = 0; i < NEURON_PT_ENTRIES; i++) {
        //@ assert cell: cell(root, i);
        page_tables[root][i] = i < KERNEL_ROOT_ENTRIES ? kernel_root[i] : 0;
    }
    //@ assert cell: cell(root, root_index(task));
    page_tables[root][(NEURON_USER_BASE + (u64)task * NEURON_USER_SPAN) / GIB] =
        pte_table(root + 1);
}

/* The table behind it: the leaf tables that follow. */
/*@ requires task: task < NEURON_TASKS_MAX && pages_inv;
    requires leaves: 1 <= tasks[task].leaf_tables <= NEURON_USER_SPAN / NEURON_BLOCK;
    requires tables: middle + 1 + tasks[task].leaf_tables <= NEURON_PT_PAGES_MAX;
    assigns {page_tables[p][i] | integer p, i; cell(p, i) && p == middle};
    ensures middle: middle_ok(task, middle); */
static void fill_middle(u32 task, u32 middle)
{
    u32 block = task % TASKS_PER_ROOT_ENTRY * BLOCKS_PER_SPAN;

    clear_table(middle);
    /*@ loop invariant bound: 0 <= b <= tasks[task].leaf_tables && block == first_block(task);
        loop invariant leaves: \forall integer j; first_block(task) <= j < first_block(task) + b ==>
          page_tables[middle][j] == table_entry(middle + 1 + j - first_block(task));
        loop invariant none: \forall integer j; 0 <= j < NEURON_PT_ENTRIES &&
          !(first_block(task) <= j < first_block(task) + b) ==> page_tables[middle][j] == 0;
        loop assigns b, {page_tables[p][i] | integer p, i; cell(p, i) && p == middle};
        loop variant tasks[task].leaf_tables - b; */
    for (u32 b = 0; b < tasks[task].leaf_tables; b++) {
        //@ assert cell: cell(middle, block + b);
        page_tables[middle][block + b] = pte_table(middle + 1 + b);
    }
}

/* The leaf tables: the message pages, and nothing else yet. */
/*@ requires task: task < NEURON_TASKS_MAX && pages_inv;
    requires leaves: 1 <= tasks[task].leaf_tables <= NEURON_USER_SPAN / NEURON_BLOCK;
    requires tables: leaf + tasks[task].leaf_tables <= NEURON_PT_PAGES_MAX;
    assigns {page_tables[p][i] | integer p, i; cell(p, i) && leaf <= p < leaf + tasks[task].leaf_tables};
    ensures in: page_tables[leaf][NEURON_IN_OFFSET / NEURON_PAGE] ==
      page_entry(pages_phys[MESSAGE_PAGE_PAIRS] + 2 * task * NEURON_PAGE, NEURON_PROT_RW);
    ensures out: page_tables[leaf][NEURON_OUT_OFFSET / NEURON_PAGE] ==
      page_entry(pages_phys[MESSAGE_PAGE_PAIRS] + (2 * task + 1) * NEURON_PAGE, NEURON_PROT_RW);
    ensures leaf_in: leaf_ok(page_tables[leaf][NEURON_IN_OFFSET / NEURON_PAGE]);
    ensures leaf_out: leaf_ok(page_tables[leaf][NEURON_OUT_OFFSET / NEURON_PAGE]);
    ensures nothing_else: \forall integer p, i;
      leaf <= p < leaf + tasks[task].leaf_tables && 0 <= i < NEURON_PT_ENTRIES &&
      !(p == leaf && (i == NEURON_IN_OFFSET / NEURON_PAGE || i == NEURON_OUT_OFFSET / NEURON_PAGE)) ==>
        page_tables[p][i] == 0; */
static void fill_leaves(u32 task, u32 leaf)
{
    u64 messages = pages_phys[MESSAGE_PAGE_PAIRS];

    /*@ loop invariant bound: 0 <= b <= tasks[task].leaf_tables;
        loop invariant empty: \forall integer p, i; leaf <= p < leaf + b && 0 <= i < NEURON_PT_ENTRIES ==>
          page_tables[p][i] == 0;
        loop assigns b, {page_tables[p][i] | integer p, i;
          cell(p, i) && leaf <= p < leaf + tasks[task].leaf_tables};
        loop variant tasks[task].leaf_tables - b; */
    for (u32 b = 0; b < tasks[task].leaf_tables; b++) {
        clear_table(leaf + b);
    }
    //@ assert cells: cell(leaf, NEURON_IN_OFFSET / NEURON_PAGE) && cell(leaf, NEURON_OUT_OFFSET / NEURON_PAGE);
    page_tables[leaf][NEURON_IN_OFFSET / NEURON_PAGE] =
        pte_page(messages + (u64)in_page(task) * NEURON_PAGE, NEURON_PROT_RW);
    page_tables[leaf][NEURON_OUT_OFFSET / NEURON_PAGE] =
        pte_page(messages + (u64)out_page(task) * NEURON_PAGE, NEURON_PROT_RW);
}

void vspace_create(u32 task, u32 first)
{
    fill_root(task, first);
    fill_middle(task, first + 1);
    fill_leaves(task, first + 2);
    tasks[task].first_leaf = first + 2;
    tasks[task].context.space =
        SATP_SV39 + (task + 1) * SATP_ASID + pages_phys[PAGE_TABLES] / NEURON_PAGE + first;
}

u64 vspace_entry(u32 task, u64 va)
{
    u64 page = page_of(task, va);

    return page_tables[tasks[task].first_leaf + page / NEURON_PT_ENTRIES][page % NEURON_PT_ENTRIES];
}

int vspace_check_arena(u64 va)
{
    u64 arena = NEURON_USER_BASE + (u64)current * NEURON_USER_SPAN + NEURON_ARENA_OFFSET;

    if (va % NEURON_PAGE != 0) {
        return NEURON_UNALIGNED_ADDRESS;
    }
    if (va < arena || va - arena >= (u64)tasks[current].arena_pages * NEURON_PAGE) {
        return NEURON_OUTSIDE_ARENA;
    }
    return NEURON_OK;
}

void vspace_unmap(u32 task, u64 va)
{
    set_leaf(task, page_of(task, va), 0);
}

/* The table that an entry which is no leaf points to; NONE if it is not valid. */
/*@ requires pages: pages_inv;
    assigns \nothing;
    ensures none: entry % 2 == 0 ==> \result == NONE;
    ensures table: entry % 2 == 1 &&
      0 <= entry / 1024 - pages_phys[PAGE_TABLES] / NEURON_PAGE < NEURON_PT_PAGES_MAX ==>
        \result == entry / 1024 - pages_phys[PAGE_TABLES] / NEURON_PAGE; */
static u32 next_table(u64 entry)
{
    u64 first = pages_phys[PAGE_TABLES] / NEURON_PAGE;

    return entry % 2 == PTE_V ? (u32)(entry / PTE_PAGE_NUMBER - first) : NONE;
}

u64 vspace_walk(u32 task, u64 page)
{
    u64 base = NEURON_USER_BASE + (u64)task * NEURON_USER_SPAN;
    u64 block = page / NEURON_PT_ENTRIES;
    //@ assert space: space_ok(task);
    /*@ assert words: tasks[task].context.space == (0x80001 + task) * 0x100000000000 +
          (pages_phys[PAGE_TABLES] / NEURON_PAGE + tasks[task].first_leaf - 2); */
    /*@ assert low: tasks[task].context.space % 0x100000000000 ==
          pages_phys[PAGE_TABLES] / NEURON_PAGE + tasks[task].first_leaf - 2; */
    u64 root = tasks[task].context.space % SATP_ASID - pages_phys[PAGE_TABLES] / NEURON_PAGE;
    u64 entry = page_tables[root][base / GIB];
    //@ assert root: entry == table_entry(tasks[task].first_leaf - 1);
    u32 middle = next_table(entry);

    //@ assert middle: middle == tasks[task].first_leaf - 1;
    if (middle == NONE || block >= BLOCKS_PER_SPAN) {
        return 0;
    }
    /*@ assert entry: \let entry = page_tables[middle][first_block(task) + block];
          block < tasks[task].leaf_tables ? entry == table_entry(middle + 1 + block) : entry == 0; */
    u32 leaf =
        next_table(page_tables[middle][task % TASKS_PER_ROOT_ENTRY * BLOCKS_PER_SPAN + block]);
    /*@ assert leaf: block < tasks[task].leaf_tables ? leaf == tasks[task].first_leaf + block
                                                     : leaf == NONE; */
    return leaf == NONE ? 0 : page_tables[leaf][page % NEURON_PT_ENTRIES];
}
