/* The invariant of guarded devices, told from the side of the device: what it was told, what it can reach. */
#include <neuron/registers.h>
#include <neuron/table.h>

#include "cmocka_all.h"
#include "invariant.h"
#include "machine.h"
#include "state.h"
#include "table.h"

static const u64 *table;
static struct table_sections at;

static u64 slot_word(u64 row, u64 field)
{
    return table[at.slots + row * NEURON_SLOT_ROW_WORDS + field];
}

static u64 memory_word(u64 row, u64 field)
{
    return table[at.memories + row * NEURON_MEMORY_ROW_WORDS + field];
}

/* Whether the table gives the task a DMA capability with this right over all of [address, + bytes). */
static int declared(u64 task, u64 address, u64 bytes, u64 right)
{
    for (u64 s = 0; s < table[NEURON_TABLE_SLOTS]; s++) {
        if (slot_word(s, NEURON_SLOT_OWNER) != task ||
            slot_word(s, NEURON_SLOT_KIND) != NEURON_CAP_DMA ||
            (slot_word(s, NEURON_SLOT_RIGHTS) & right) == 0) {
            continue;
        }
        u64 memory = slot_word(s, NEURON_SLOT_OBJECT);
        u64 phys = memory_word(memory, NEURON_MEMORY_PHYS);
        u64 size = memory_word(memory, NEURON_MEMORY_PAGES) * NEURON_PAGE;
        if (address >= phys && address - phys <= size && bytes <= size - (address - phys)) {
            return 1;
        }
    }
    return 0;
}

/* A descriptor that the device may follow. */
static void check_descriptor(u32 q, u32 d, u64 task)
{
    u64 address = queue_pages[q].descriptors[d].address;
    u64 bytes = queue_pages[q].descriptors[d].bytes;
    u32 flags = queue_pages[q].descriptors[d].flags;
    u64 right = (flags & VIRTQ_DESC_F_WRITE) != 0 ? NEURON_RIGHT_WRITE : NEURON_RIGHT_READ;

    HOLDS(flags <= (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE), q);
    HOLDS(bytes != 0 && declared(task, address, bytes, right), q);
}

/* The chains that are posted: runs of descriptors that do not overlap and end. */
static void check_chains(u32 q, u64 task)
{
    u32 in_chain = 0;

    for (u32 head = 0; head < NEURON_QUEUE_SIZE_MAX; head++) {
        for (u32 i = 0; i < vqueues[q].chain[head]; i++) {
            u32 d = head + i;
            HOLDS(d < vqueues[q].size && vqueues[q].busy[d] == 1, q);
            HOLDS(i == 0 || vqueues[q].chain[d] == 0, q);
            int more = (queue_pages[q].descriptors[d].flags & VIRTQ_DESC_F_NEXT) != 0;
            HOLDS(more == (i + 1 < vqueues[q].chain[head]), q);
            HOLDS(!more || queue_pages[q].descriptors[d].next == d + 1, q);
            check_descriptor(q, d, task);
            in_chain++;
        }
    }
    for (u32 d = 0; d < NEURON_QUEUE_SIZE_MAX; d++) {
        HOLDS(vqueues[q].busy[d] <= 1, q);
        in_chain -= vqueues[q].busy[d];
    }
    HOLDS(in_chain == 0, q);
}

/* A queue that is set up: the device knows it by the addresses of its page. */
static void check_queue(u32 w, u32 queue)
{
    u32 q = vqueue_of(w, queue);
    const struct fake_queue *told =
        &machine.devices[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE].queues[queue];
    u64 page = FAKE_QUEUE_PAGES + q * (u64)NEURON_PAGE;

    HOLDS(vqueues[q].size <= NEURON_QUEUE_SIZE_MAX, q);
    HOLDS(told->ready == 1 && told->num == vqueues[q].size, q);
    HOLDS(told->address[0] == page && told->address[1] == page + 2048 &&
              told->address[2] == page + NEURON_QUEUE_USED_OFFSET,
          q);
    HOLDS(queue_pages[q].available.index == vqueues[q].available, q);
    for (u32 i = 0; i < NEURON_QUEUE_SIZE_MAX; i++) {
        HOLDS(queue_pages[q].available.ring[i] < vqueues[q].size, q);
    }
    check_chains(q, windows[w].task);
}

static void check_device(u32 w)
{
    const struct fake_device *device =
        &machine.devices[(windows[w].base - FAKE_VIRTIO_BASE) / NEURON_PAGE];

    HOLDS((device->features[0] & ~(u32)VIRTIO_FEATURES_0) == 0, w);
    HOLDS((device->features[1] & ~(u32)VIRTIO_FEATURES_1) == 0, w);
    for (u32 queue = 0; queue < FAKE_QUEUES; queue++) {
        if (queue < NEURON_WINDOW_QUEUES && vqueues[vqueue_of(w, queue)].size != 0) {
            check_queue(w, queue);
        } else {
            HOLDS(device->queues[queue].ready == 0, w);
        }
    }
    if (windows[w].owner == NONE && device->refused == 0) {
        HOLDS(device->status == 0, w);
    }
    if (windows[w].live == 1) {
        HOLDS((device->status & VIRTIO_STATUS_DRIVER_OK) != 0, w);
    }
}

/* Whether the machine has a device there: a table may declare windows that it has not. */
static int exists(u64 base)
{
    return base >= FAKE_VIRTIO_BASE && base < FAKE_VIRTIO_BASE + FAKE_VIRTIO_WINDOWS * NEURON_PAGE;
}

/* A line is open for the slot that holds its device with a bit, and for no other. */
static void check_line(u32 w)
{
    const struct window *window = &windows[w];

    if (window->irq == 0) {
        HOLDS(window->claimed == 0, w);
        return;
    }
    const struct fake_line *line = &machine.lines[window->irq];
    u32 open = window->owner != NONE && slots[window->owner].bits != 0;
    HOLDS(line->enabled == open, w);
    HOLDS(line->claimed == window->claimed && line->claimed <= open, w);
}

void invariant_check_guard(const u64 *words)
{
    table = words;
    at = table_sections(words);
    for (u32 w = 0; w < window_count; w++) {
        if (windows[w].transport == NEURON_TRANSPORT_VIRTIO_MMIO && exists(windows[w].base)) {
            check_device(w);
        }
        check_line(w);
        for (u32 q = vqueue_of(w, 0); q < vqueue_of(w, NEURON_WINDOW_QUEUES); q++) {
            HOLDS(vqueues[q].place == 0 || (vqueues[q].size != 0 && windows[w].owner != NONE), w);
        }
    }
}
