/* Guarded devices: what they may be told (virtio 1.2, 2.7 and 4.2). */
#include "guard.h"

#include "arch.h"
#include "slot.h"
#include "state.h"
#include "vspace.h"

#include <neuron/queue.h>
#include <neuron/registers.h>
#include <neuron/table.h>

/* How often the status is read after a reset: devices of this platform reset at once. */
#define RESET_READS 16u

#define RING_MODULUS 65536u /* ring indices are 16 bits that run freely */
#define REGISTER_MODULUS 0x100000000u
#define STATUS_MODULUS 256u /* of 0x100 a device keeps 0, and resets behind our back */

static int is_virtio(u64 window)
{
    return windows[window].transport == NEURON_TRANSPORT_VIRTIO_MMIO;
}

u64 guard_class(u32 window)
{
    if (!is_virtio(window)) {
        return windows[window].class;
    }
    if (arch_device_read(windows[window].base, VIRTIO_MMIO_MAGIC) != VIRTIO_MMIO_MAGIC_VALUE ||
        arch_device_read(windows[window].base, VIRTIO_MMIO_VERSION) != VIRTIO_MMIO_MODERN) {
        return 0;
    }
    return arch_device_read(windows[window].base, VIRTIO_MMIO_DEVICE_ID);
}

void guard_unmap_queues(u32 window)
{
    for (u32 q = vqueue_of(window, 0); q < vqueue_of(window, NEURON_WINDOW_QUEUES); q++) {
        if (vqueues[q].place != 0) {
            vspace_unmap(windows[window].task, vqueues[q].place);
            arch_flush_page(windows[window].task, vqueues[q].place);
            vqueues[q].place = 0;
        }
    }
}

int guard_is_mapped(u32 window)
{
    for (u32 q = vqueue_of(window, 0); q < vqueue_of(window, NEURON_WINDOW_QUEUES); q++) {
        if (vqueues[q].place != 0) {
            return 1;
        }
    }
    return 0;
}

/* The word of features that a device has selected may survive its reset, or not, so it is selected anew:
 * else features for one word, which are allowed there, land in the other. */
static void write_features(u32 window, u32 word, u32 features)
{
    arch_device_write(windows[window].base, VIRTIO_MMIO_DRIVER_FEATURES_SEL, word);
    arch_device_write(windows[window].base, VIRTIO_MMIO_DRIVER_FEATURES, features);
}

/* Nobody set an alarm, and it did not go off. */
static void stop_rtc(u64 base)
{
    arch_device_write(base, GOLDFISH_RTC_IRQ_ENABLED, 0);
    arch_device_write(base, GOLDFISH_RTC_CLEAR_ALARM, 1);
    arch_device_write(base, GOLDFISH_RTC_CLEAR_INTERRUPT, 1);
}

int guard_reset(u32 window)
{
    u64 base = windows[window].base;

    if (!is_virtio(window)) {
        if (windows[window].class == NEURON_CLASS_RTC) {
            stop_rtc(base);
        }
        return 1;
    }
    windows[window].live = 0;
    windows[window].feature_word = 0;
    arch_device_write(base, VIRTIO_MMIO_STATUS, 0);
    for (u32 n = 0; n < RESET_READS; n++) {
        if (arch_device_read(base, VIRTIO_MMIO_STATUS) == 0) {
            guard_unmap_queues(window);
            for (u32 q = 0; q < NEURON_WINDOW_QUEUES; q++) {
                vqueues[vqueue_of(window, q)].size = 0;
            }
            /* They may survive too: those of firmware, or of another owner. */
            write_features(window, 1, 0);
            write_features(window, 0, 0);
            return 1;
        }
    }
    return 0;
}

/* Whether the owner of a virtio device may write `value` to `reg`. */
static int check_virtio_write(u64 window, u64 reg, u64 value)
{
    switch (reg) {
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
    case VIRTIO_MMIO_QUEUE_SEL: /* to read about the queue; the guard selects for itself */
        return value < REGISTER_MODULUS ? NEURON_OK : NEURON_BAD_VALUE;
    case VIRTIO_MMIO_STATUS:
        return value < STATUS_MODULUS ? NEURON_OK : NEURON_BAD_VALUE;
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        return value < VIRTIO_FEATURE_WORDS ? NEURON_OK : NEURON_BAD_VALUE;
    case VIRTIO_MMIO_DRIVER_FEATURES: {
        u64 allowed = windows[window].feature_word == 0 ? VIRTIO_FEATURES_0 : VIRTIO_FEATURES_1;
        return (value & allowed) == value ? NEURON_OK : NEURON_BAD_VALUE;
    }
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        if (value >= NEURON_WINDOW_QUEUES) {
            return NEURON_BAD_VALUE;
        }
        return vqueues[vqueue_of((u32)window, (u32)value)].size != 0 && windows[window].live == 1
                   ? NEURON_OK
                   : NEURON_NOT_LIVE;
    default:
        return NEURON_BAD_REGISTER;
    }
}

/* Whether the owner of the RTC may write to `reg`: its alarm, not its time, which is everybody's. */
static int check_rtc_write(u64 reg, u64 value)
{
    if (reg != GOLDFISH_RTC_ALARM_LOW && reg != GOLDFISH_RTC_ALARM_HIGH &&
        reg != GOLDFISH_RTC_IRQ_ENABLED && reg != GOLDFISH_RTC_CLEAR_ALARM &&
        reg != GOLDFISH_RTC_CLEAR_INTERRUPT) {
        return NEURON_BAD_REGISTER;
    }
    return value < REGISTER_MODULUS ? NEURON_OK : NEURON_BAD_VALUE;
}

static int check_write(u64 window, u64 reg, u64 value)
{
    if (is_virtio(window)) {
        return check_virtio_write(window, reg, value);
    }
    return windows[window].class == NEURON_CLASS_RTC ? check_rtc_write(reg, value)
                                                     : NEURON_BAD_REGISTER;
}

/* Writes what check_virtio_write() allows. */
static int write_virtio(u32 window, u64 reg, u32 value)
{
    if (reg == VIRTIO_MMIO_STATUS && value == 0) {
        return guard_reset(window) ? NEURON_OK : NEURON_STUCK;
    }
    if (reg == VIRTIO_MMIO_DRIVER_FEATURES) {
        write_features(window, windows[window].feature_word, value);
        return NEURON_OK;
    }
    if (reg == VIRTIO_MMIO_STATUS) {
        windows[window].live = value / VIRTIO_STATUS_DRIVER_OK % 2;
    }
    if (reg == VIRTIO_MMIO_DRIVER_FEATURES_SEL) {
        windows[window].feature_word = value;
    }
    arch_device_write(windows[window].base, reg, value);
    return NEURON_OK;
}

int guard_write(u64 slot, u64 reg, u64 value)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, 0, &row);
    if (status != NEURON_OK) {
        return status;
    }
    u32 window = (u32)slots[row].object;
    status = check_write(window, reg, value);
    if (status != NEURON_OK) {
        return status;
    }

    if (is_virtio(window)) {
        return write_virtio(window, reg, (u32)value);
    }
    arch_device_write(windows[window].base, reg, (u32)value);
    return NEURON_OK;
}

/* The queue that a slot and a number name: its device is a virtio device. OK and its row, or why not. */
static int find_queue(u64 slot, u64 queue, u32 *window, u32 *found)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, 0, &row);
    if (status != NEURON_OK) {
        return status;
    }
    if (!is_virtio(slots[row].object) || queue >= NEURON_WINDOW_QUEUES) {
        return NEURON_BAD_QUEUE;
    }
    *window = (u32)slots[row].object;
    *found = vqueue_of(*window, (u32)queue);
    return NEURON_OK;
}

/* Whether the device has this queue, with so many descriptors. */
static int check_size(u64 base, u64 queue, u64 size)
{
    if (size == 0 || size > NEURON_QUEUE_SIZE_MAX || (size & (size - 1)) != 0) {
        return NEURON_BAD_SIZE;
    }
    arch_device_write(base, VIRTIO_MMIO_QUEUE_SEL, (u32)queue);
    u32 most = arch_device_read(base, VIRTIO_MMIO_QUEUE_NUM_MAX);
    if (most == 0) {
        return NEURON_BAD_QUEUE;
    }
    return size <= most ? NEURON_OK : NEURON_BAD_SIZE;
}

/* What of the page is no ring: boot did not clear it, and the owner reads it. */
static void clear_unused(u32 q)
{
    for (u32 i = 0; i < sizeof(queue_pages[q].available.unused) / 2; i++) {
        queue_pages[q].available.unused[i] = 0;
    }
    for (u32 i = 0; i < sizeof(queue_pages[q].used.unused) / 2; i++) {
        queue_pages[q].used.unused[i] = 0;
    }
}

/* An empty queue. Nobody sees what an earlier owner had in it. */
static void clear(u32 q)
{
    for (u32 i = 0; i < NEURON_QUEUE_SIZE_MAX; i++) {
        vqueues[q].chain[i] = 0;
        vqueues[q].busy[i] = 0;
        queue_pages[q].descriptors[i].address = 0;
        queue_pages[q].descriptors[i].bytes = 0;
        queue_pages[q].descriptors[i].flags = 0;
        queue_pages[q].descriptors[i].next = 0;
        queue_pages[q].available.ring[i] = 0;
        queue_pages[q].used.ring[i].id = 0;
        queue_pages[q].used.ring[i].bytes = 0;
    }
    vqueues[q].available = 0;
    vqueues[q].used = 0;
    queue_pages[q].available.flags = 0;
    queue_pages[q].available.index = 0;
    queue_pages[q].available.used_event = 0;
    queue_pages[q].used.flags = 0;
    queue_pages[q].used.index = 0;
    queue_pages[q].used.available_event = 0;
}

static void write_address(u64 base, u64 low_register, u64 phys)
{
    arch_device_write(base, low_register, (u32)(phys % REGISTER_MODULUS));
    arch_device_write(base, low_register + 4, (u32)(phys / REGISTER_MODULUS));
}

/* Tells the device where the selected queue is. */
static void set_up(u64 base, u64 phys, u64 size)
{
    arch_device_write(base, VIRTIO_MMIO_QUEUE_NUM, (u32)size);
    write_address(base, VIRTIO_MMIO_QUEUE_DESC_LOW, phys);
    write_address(base, VIRTIO_MMIO_QUEUE_DRIVER_LOW,
                  phys + offsetof(struct neuron_queue_page, available));
    write_address(base, VIRTIO_MMIO_QUEUE_DEVICE_LOW, phys + NEURON_QUEUE_USED_OFFSET);
    arch_device_fence();
    arch_device_write(base, VIRTIO_MMIO_QUEUE_READY, 1);
}

int guard_queue(u64 slot, u64 queue, u64 size, u64 va)
{
    u32 window = 0;
    u32 q = 0;
    int status = find_queue(slot, queue, &window, &q);
    if (status != NEURON_OK) {
        return status;
    }
    if (vqueues[q].size != 0) {
        return NEURON_QUEUE_SET_UP;
    }
    status = vspace_check_arena(va);
    if (status != NEURON_OK) {
        return status;
    }
    if (vspace_entry(current, va) != 0) {
        return NEURON_ALREADY_MAPPED;
    }
    status = check_size(windows[window].base, queue, size);
    if (status != NEURON_OK) {
        return status;
    }

    u64 phys = arch_phys(ARCH_QUEUE_PAGES) + (u64)q * NEURON_PAGE;
    clear(q);
    clear_unused(q);
    vqueues[q].size = (u32)size;
    vqueues[q].place = va;
    set_up(windows[window].base, phys, size);
    vspace_map_page(current, va, phys, NEURON_PROT_R);
    arch_flush_page(current, va);
    return NEURON_OK;
}

/* The device used the chain that begins at `head`: its descriptors can be posted again. */
static void take_back(u32 q, u32 head)
{
    for (u32 i = 0; i < vqueues[q].chain[head]; i++) {
        vqueues[q].busy[head + i] = 0;
    }
    vqueues[q].chain[head] = 0;
}

/* Looks what the device has used since the last time. It may write what it likes: nothing is believed but
 * that a chain which was posted is free, and that at most once. */
static void collect(u32 q)
{
    u32 end = queue_pages[q].used.index;

    arch_device_fence();
    for (u32 n = 0; n < vqueues[q].size && vqueues[q].used != end; n++) {
        u32 head = queue_pages[q].used.ring[vqueues[q].used % vqueues[q].size].id;
        vqueues[q].used = (vqueues[q].used + 1) % RING_MODULUS;
        if (head < vqueues[q].size) {
            take_back(q, head);
        }
    }
}

static int any_busy(u32 q, u64 head, u64 count)
{
    for (u64 i = 0; i < count; i++) {
        if (vqueues[q].busy[head + i] == 1) {
            return 1;
        }
    }
    return 0;
}

/* What the OUT page says of descriptor `i`. */
static u64 descriptor_word(u64 i, u64 word)
{
    return message_pages[out_page(current)][NEURON_DESCRIPTOR_WORDS * i + word];
}

/* Whether descriptor `i` lies in a DMA region that the caller may use in this way. */
static int check_descriptor(u64 i)
{
    u64 offset = descriptor_word(i, 0);
    u64 word = descriptor_word(i, 1);
    u64 bytes = NEURON_DESCRIPTOR_BYTES(word);
    u32 row = 0;

    if (NEURON_DESCRIPTOR_WRITES(word) > 1 || bytes == 0) {
        return NEURON_BAD_DESCRIPTOR;
    }
    u32 right = NEURON_DESCRIPTOR_WRITES(word) == 1 ? NEURON_RIGHT_WRITE : NEURON_RIGHT_READ;
    int status = slot_find(NEURON_DESCRIPTOR_SLOT(word), NEURON_CAP_DMA, right, &row);
    if (status != NEURON_OK) {
        return status;
    }
    u64 region = (u64)memories[slots[row].object].pages * NEURON_PAGE;
    if (offset > region || bytes > region - offset) {
        return NEURON_OUTSIDE_REGION;
    }
    return NEURON_OK;
}

/* Writes descriptor `i` of a chain of `count`, which was checked, into descriptor `d` of the queue. */
static void write_descriptor(u32 q, u64 d, u64 i, u64 count)
{
    u64 word = descriptor_word(i, 1);
    u64 region = tasks[current].first_slot + NEURON_DESCRIPTOR_SLOT(word);
    u32 flags = NEURON_DESCRIPTOR_WRITES(word) == 1 ? VIRTQ_DESC_F_WRITE : 0;

    if (i + 1 < count) {
        flags = flags + VIRTQ_DESC_F_NEXT;
    }
    queue_pages[q].descriptors[d].address =
        memories[slots[region].object].phys + descriptor_word(i, 0);
    queue_pages[q].descriptors[d].bytes = (u32)NEURON_DESCRIPTOR_BYTES(word);
    queue_pages[q].descriptors[d].flags = (uint16_t)flags;
    queue_pages[q].descriptors[d].next = (uint16_t)(d + 1);
    vqueues[q].busy[d] = 1;
}

int guard_post(u64 slot, u64 queue, u64 head, u64 count, u64 kick)
{
    u32 window = 0;
    u32 q = 0;
    int status = find_queue(slot, queue, &window, &q);
    if (status != NEURON_OK) {
        return status;
    }
    if (vqueues[q].size == 0 || windows[window].live == 0) {
        return NEURON_NOT_LIVE;
    }
    if (count == 0 || count > NEURON_CHAIN_MAX || head >= vqueues[q].size ||
        count > vqueues[q].size - head) {
        return NEURON_BAD_INDEX;
    }
    for (u64 i = 0; i < count; i++) {
        status = check_descriptor(i);
        if (status != NEURON_OK) {
            return status;
        }
    }
    if (any_busy(q, head, count)) {
        collect(q);
        if (any_busy(q, head, count)) {
            return NEURON_IN_FLIGHT;
        }
    }

    for (u64 i = 0; i < count; i++) {
        write_descriptor(q, head + i, i, count);
    }
    vqueues[q].chain[head] = (u8)count;
    queue_pages[q].available.ring[vqueues[q].available % vqueues[q].size] = (uint16_t)head;
    vqueues[q].available = (vqueues[q].available + 1) % RING_MODULUS;
    arch_device_fence();
    queue_pages[q].available.index = (uint16_t)vqueues[q].available;
    if (kick != 0) {
        arch_device_fence();
        arch_device_write(windows[window].base, VIRTIO_MMIO_QUEUE_NOTIFY, (u32)queue);
    }
    return NEURON_OK;
}
