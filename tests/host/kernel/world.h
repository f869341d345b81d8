/* Builds valid system tables: say which tasks, ports and extents there are, then get the words with
 * a correct checksum, or boot them. */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <neuron/abi.h>
#include <neuron/table.h>

#include "types.h"

#define WORLD_ROWS 512u
#define WORLD_TABLE_WORDS 16384u

struct world {
    u64 header[NEURON_TABLE_HEADER_WORDS];
    u64 tasks[NEURON_TASKS_MAX][NEURON_TASK_ROW_WORDS];
    u64 memories[WORLD_ROWS][NEURON_MEMORY_ROW_WORDS];
    u64 maps[WORLD_ROWS][NEURON_MAP_ROW_WORDS];
    u64 slots[WORLD_ROWS][NEURON_SLOT_ROW_WORDS];
    u64 windows[NEURON_WINDOWS_MAX][NEURON_WINDOW_ROW_WORDS];
    u64 arena_pages; /* of the tasks that are added from now on */
    u64 next_phys;
    u64 next_va[NEURON_TASKS_MAX];
    u32 next_bit[NEURON_TASKS_MAX];
    u64 words[WORLD_TABLE_WORDS]; /* the table, once world_table() was called */
};

/* The one world of a test program; tests of the kernel need no second. */
extern struct world world;

/* An empty world. Its first task will be init, unless header[NEURON_TABLE_INIT] is changed. */
void world_begin(void);

/* Adds a task with a text page, a stack of one page and a console in slot 0. The first one also
 * gets TASK and FACTORY in slots 1 and 2. Returns its index. */
u32 world_task(u32 level);

/* Adds a slot that holds a capability; returns its number. */
u32 world_slot(u32 task, u64 kind);

/* Adds a PORT slot. `bits` counts the notification bits that it may set; they are new ones. */
u32 world_port(u32 client, u32 server, u64 rights, u32 bits);

/* Adds a DMA slot for an extent that is marked for DMA; returns its number. */
u32 world_dma(u32 task, u32 memory, u64 rights);

/* The row of a task's slot, to change before the table is written. */
u64 *world_slot_row(u32 task, u32 slot);

/* The notification bits of a PORT slot. */
u64 world_bits(u32 task, u32 slot);

/* Adds an extent of `pages` pages of RAM that begins with `source_bytes` bytes of the payload.
 * Returns a name for it, which world_map() takes. */
u32 world_extent(u32 owner, u64 pages, u64 flags, u64 source_bytes);

/* Maps an extent; returns the address. */
u64 world_map(u32 task, u32 memory, u64 prot);

/* Adds a device window: a virtio-mmio one, or a fixed device. In the order of their addresses. */
void world_window(u64 base, u64 irq);
void world_fixed(u64 base, u64 pages, u64 irq, u64 class);

/* Adds a slot that starts empty, and what may be put there; returns its number. */
u32 world_ceiling(u32 task, u64 class, u64 rights, u64 base, u64 bytes);

/* Writes the table, checksum included, into world.words and returns the number of words. */
u64 world_table(void);

/* The word of a row in world.words. Sections: the NEURON_TABLE_TASKS.. words of the header. */
u64 *world_word(u32 section, u64 row, u32 field);

/* Makes the checksum of world.words right again. */
void world_seal(void);

/* Whether the fake machine has the memory that an accepted table speaks of. */
int world_fits(const u64 *words);

/* Boots the world on a machine that was just switched on. */
void world_boot(void);

/* Boots what stands in world.words already. */
void world_boot_words(void);

#endif
