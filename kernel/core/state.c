/* The arrays of state.h. What boot fills as far as the table says is not cleared before (BOOT_FILLED). */
#include "state.h"

#define PAGE_ALIGNED __attribute__((aligned(NEURON_PAGE)))

struct task tasks[NEURON_TASKS_MAX];
BOOT_FILLED struct slot slots[NEURON_SLOTS_MAX];
BOOT_FILLED struct ceiling ceilings[NEURON_SLOTS_MAX];
struct window windows[NEURON_WINDOWS_MAX];
struct vqueue vqueues[NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES];
BOOT_FILLED struct memory memories[NEURON_MEMORIES_MAX];

BOOT_FILLED PAGE_ALIGNED u64 page_tables[NEURON_PT_PAGES_MAX][NEURON_PT_ENTRIES];
BOOT_FILLED PAGE_ALIGNED u64 message_pages[2 * NEURON_TASKS_MAX][NEURON_PAGE / 8];
BOOT_FILLED struct neuron_queue_page queue_pages[NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES];

u32 task_count;
u32 memory_count;
u32 window_count;
u32 init_task;
u32 current;
