/* Sv39 page tables (RISC-V privileged architecture, 4.4). */
#include "vspace.h"

#include "arch.h"
#include "state.h"

#include <neuron/table.h>

/* Page-table entry: V R W X U G A D are bits 0..7, the page number begins at bit 10. A and D are set
 * from the start, so that no machine has to update them. */
#define PTE_V 1u
#define PTE_U 16u
#define PTE_AD 192u
#define PTE_PAGE_NUMBER 1024u

#define GIB 0x40000000u
#define TASKS_PER_ROOT_ENTRY (GIB / NEURON_USER_SPAN)
#define BLOCKS_PER_SPAN (NEURON_USER_SPAN / NEURON_BLOCK)

static u64 pte_table(u32 page_table)
{
    return (arch_phys(ARCH_PAGE_TABLES) / NEURON_PAGE + page_table) * PTE_PAGE_NUMBER + PTE_V;
}

/* `prot` is R, RW or RX, so nothing is ever both writable and executable. */
static u64 pte_page(u64 phys, u64 prot)
{
    return phys / NEURON_PAGE * PTE_PAGE_NUMBER + PTE_V + 2 * prot + PTE_U + PTE_AD;
}

/* Where the leaf entry for `va` is: page `va` of the task's range, counted through its leaf tables. */
static u64 page_of(u32 task, u64 va)
{
    return (va - (NEURON_USER_BASE + (u64)task * NEURON_USER_SPAN)) / NEURON_PAGE;
}

void vspace_map(u32 task, u64 va, u64 phys, u64 pages, u64 prot)
{
    u64 first = page_of(task, va);

    for (u64 i = 0; i < pages; i++) {
        u64 page = first + i;
        page_tables[tasks[task].first_leaf + page / NEURON_PT_ENTRIES][page % NEURON_PT_ENTRIES] =
            pte_page(phys + i * NEURON_PAGE, prot);
    }
}

void vspace_create(u32 task, u32 first)
{
    u32 root = first;
    u32 middle = first + 1;
    u32 leaf = first + 2;
    u64 base = NEURON_USER_BASE + (u64)task * NEURON_USER_SPAN;

    for (u32 p = middle; p < leaf + tasks[task].leaf_tables; p++) {
        for (u32 i = 0; i < NEURON_PT_ENTRIES; i++) {
            page_tables[p][i] = 0;
        }
    }
    for (u32 i = 0; i < NEURON_PT_ENTRIES; i++) {
        page_tables[root][i] = arch_kernel_root_entry(i);
    }
    page_tables[root][base / GIB] = pte_table(middle);
    for (u32 b = 0; b < tasks[task].leaf_tables; b++) {
        page_tables[middle][task % TASKS_PER_ROOT_ENTRY * BLOCKS_PER_SPAN + b] =
            pte_table(leaf + b);
    }
    tasks[task].first_leaf = leaf;
    arch_set_root(task, root);
    u64 messages = arch_phys(ARCH_MESSAGE_PAGES);
    vspace_map(task, base + NEURON_IN_OFFSET, messages + (u64)in_page(task) * NEURON_PAGE, 1,
               NEURON_PROT_RW);
    vspace_map(task, base + NEURON_OUT_OFFSET, messages + (u64)out_page(task) * NEURON_PAGE, 1,
               NEURON_PROT_RW);
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
    u64 page = page_of(task, va);

    page_tables[tasks[task].first_leaf + page / NEURON_PT_ENTRIES][page % NEURON_PT_ENTRIES] = 0;
}

/* The table that an entry which is no leaf points to; NONE if it is not valid. */
static u32 next_table(u64 entry)
{
    if (entry % 2 != PTE_V) {
        return NONE;
    }
    return (u32)(entry / PTE_PAGE_NUMBER - arch_phys(ARCH_PAGE_TABLES) / NEURON_PAGE);
}

u64 vspace_walk(u32 task, u64 page)
{
    u64 base = NEURON_USER_BASE + (u64)task * NEURON_USER_SPAN;
    u64 block = page / NEURON_PT_ENTRIES;
    u32 middle = next_table(page_tables[arch_root(task)][base / GIB]);

    if (middle == NONE || block >= BLOCKS_PER_SPAN) {
        return 0;
    }
    u32 leaf =
        next_table(page_tables[middle][task % TASKS_PER_ROOT_ENTRY * BLOCKS_PER_SPAN + block]);
    return leaf == NONE ? 0 : page_tables[leaf][page % NEURON_PT_ENTRIES];
}
