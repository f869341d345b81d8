/* Address spaces: Sv39 tables whose every page is known at boot, so that the entry for an address is
 * found by arithmetic, not by a walk. */
#ifndef CORE_VSPACE_H
#define CORE_VSPACE_H

#include "types.h"

/* Gives task `task` its tables: 2 + leaf_tables of them from `first` on, the last ones in first_leaf.
 * Maps the kernel and the message pages. */
void vspace_create(u32 task, u32 first);

/* Maps `pages` pages at `va`, which lies in the task's leaf tables. `prot`: enum neuron_prot. */
void vspace_map(u32 task, u64 va, u64 phys, u64 pages, u64 prot);

/* The leaf entry for `va`, which lies in the task's leaf tables. */
u64 vspace_entry(u32 task, u64 va);

/* Whether `va` is a page of the current task's arena: OK, UNALIGNED_ADDRESS or OUTSIDE_ARENA. */
int vspace_check_arena(u64 va);

/* Removes the mapping of one page. */
void vspace_unmap(u32 task, u64 va);

/* The live entry for page `page` of the task's range, found from the root that the machine uses; 0: none. */
u64 vspace_walk(u32 task, u64 page);

#endif
