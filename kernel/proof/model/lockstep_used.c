/* Random calls of those who hold devices. */
#include "lockstep_aim.h"

#include <neuron/registers.h>
#include <neuron/table.h>

#include "machine.h"
#include "world.h"

int aim_map(int64_t code, u64 *in)
{
    u64 pages = 0;

    if (code == NEURON_NO_RIGHT) { /* without MAP, READ or WRITE */
        u64 right = draw(3) == 0   ? NEURON_RIGHT_MAP
                    : draw(3) == 0 ? NEURON_RIGHT_READ
                                   : NEURON_RIGHT_WRITE;
        in[0] = slot_with(current, NEURON_CAP_MMIO, right, 1);
    }
    if (in[0] == NO_SLOT) {
        return 0;
    }
    pages = windows[window_of(in[0])].pages;
    in[1] = arena_page(0);
    in[2] = draw(pages) * NEURON_PAGE;
    in[3] = code == NEURON_NO_RIGHT || (own(in[0])->rights & NEURON_RIGHT_WRITE) != 0
                ? NEURON_PROT_RW
                : NEURON_PROT_R;
    if (code == NEURON_EXECUTABLE) {
        in[3] = draw(2) == 0 ? NEURON_PROT_RX : 4 + draw(4);
    } else if (code == NEURON_BAD_PROT) {
        in[3] = draw(3) == 0 ? 0 : draw(2) == 0 ? 2 : 8 + draw(4);
    } else if (code == NEURON_UNALIGNED_ADDRESS) {
        in[1] = arena() + 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_ARENA) {
        in[1] = outside_arena();
    } else if (code == NEURON_UNALIGNED_OFFSET) {
        in[2] += 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_WINDOW) {
        in[2] = (pages + draw(2) + draw(2) * TALL) * NEURON_PAGE;
    } else if (code == NEURON_ALREADY_MAPPED) {
        in[1] = draw(2) == 0 ? arena_page(1) : in[1];
    }
    return in[1] != 0 || code == NEURON_NO_RIGHT;
}

int aim_unmap(int64_t code, u64 *in)
{
    in[0] = arena_page(code == NEURON_OK || draw(4) == 0);
    if (code == NEURON_UNALIGNED_ADDRESS) {
        in[0] = arena() + 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_ARENA) {
        in[0] = outside_arena();
    }
    return in[0] != 0;
}

int aim_ack(int64_t code, u64 *in)
{
    for (u32 tries = 0; tries < 6 && in[0] != NO_SLOT; tries++) {
        if ((windows[window_of(in[0])].claimed == 1) == (code == NEURON_OK)) {
            return 1;
        }
        in[0] = slot_with(current, NEURON_CAP_MMIO, NEURON_RIGHT_IRQ, 0);
    }
    return 0;
}

static void good_write(u64 w, u64 *in)
{
    static const u64 registers[] = {
        VIRTIO_MMIO_DEVICE_FEATURES_SEL, VIRTIO_MMIO_QUEUE_SEL, VIRTIO_MMIO_DRIVER_FEATURES_SEL,
        VIRTIO_MMIO_DRIVER_FEATURES,     VIRTIO_MMIO_STATUS,    VIRTIO_MMIO_STATUS};

    if (!virtio(w)) {
        in[1] = draw(2) == 0 ? GOLDFISH_RTC_ALARM_LOW : GOLDFISH_RTC_CLEAR_INTERRUPT;
        in[2] = draw(TALL);
        return;
    }
    in[1] = registers[draw(6)];
    in[2] = draw(2);
    if (windows[w].live == 0 && draw(2) == 0) {
        in[1] = VIRTIO_MMIO_STATUS;
    }
    if (in[1] == VIRTIO_MMIO_STATUS) {
        in[2] = draw(8) == 0 ? draw(256) : VIRTIO_STATUS_DRIVER_OK | draw(4);
        in[2] = draw(40) == 0 ? 0 : in[2];
    }
    if (in[1] == VIRTIO_MMIO_DRIVER_FEATURES && windows[w].feature_word == 0) {
        in[2] = draw(VIRTIO_FEATURES_0 + 1);
    }
}

int aim_dev_write(int64_t code, u64 *in)
{
    u64 slot = code == NEURON_OK && draw(6) == 0 ? in[0] : virtio_slot();

    if (slot == NO_SLOT) {
        return 0;
    }
    u64 w = window_of(slot);
    in[0] = slot;
    good_write(w, in);
    if (code == NEURON_BAD_REGISTER) {
        in[1] = draw(2) == 0   ? draw(0x200)
                : draw(2) == 0 ? VIRTIO_MMIO_QUEUE_DESC_LOW + 4 * draw(10)
                               : in[1] + TALL;
        in[1] += in[1] == VIRTIO_MMIO_STATUS && in[2] == 0;
    } else if (code == NEURON_BAD_VALUE) {
        in[2] = draw(2) == 0 ? in[2] + TALL : (UINT64_C(1) << 32) - 1;
    } else if (code == NEURON_NOT_LIVE) {
        in[1] = VIRTIO_MMIO_QUEUE_NOTIFY;
        in[2] = draw(NEURON_WINDOW_QUEUES);
    } else if (code == NEURON_STUCK) {
        in[1] = VIRTIO_MMIO_STATUS;
        in[2] = 0;
        return !does_reset(w);
    }
    return 1;
}

int aim_queue(int64_t code, u64 *in)
{
    u64 slot = code == NEURON_BAD_QUEUE && draw(3) == 0 ? in[0] : virtio_slot();

    if (slot == NO_SLOT) {
        return 0;
    }
    in[0] = slot;
    u64 w = window_of(slot);
    u32 queue = (u32)draw(NEURON_WINDOW_QUEUES);
    for (u32 tries = 0;
         tries < 4 && virtio(w) &&
         (vqueues[vqueue_of((u32)w, queue)].size != 0) != (code == NEURON_QUEUE_SET_UP);
         tries++) {
        queue = 1 - queue;
        if (tries == 2) {
            return 0;
        }
    }
    u64 most = virtio(w) ? device(w)->queues[queue].num_max : 0;
    in[1] = queue;
    in[2] = most == 0 ? 8 : draw(2) == 0 ? most / 2 + (most == 1) : most;
    in[2] = in[2] > 8 && draw(8) != 0 ? 4 : in[2];
    in[3] = arena_page(code == NEURON_ALREADY_MAPPED);
    if (code == NEURON_OK && (most == 0 || (most & (most - 1)) != 0)) {
        return 0;
    }
    if (code == NEURON_BAD_QUEUE) {
        in[1] = draw(2) == 0 && most == 0 ? queue : NEURON_WINDOW_QUEUES + draw(2) + draw(2) * TALL;
    } else if (code == NEURON_UNALIGNED_ADDRESS) {
        in[3] = arena() + 1 + draw(NEURON_PAGE - 1);
    } else if (code == NEURON_OUTSIDE_ARENA) {
        in[3] = outside_arena();
    } else if (code == NEURON_BAD_SIZE) {
        in[2] = draw(3) == 0   ? 0
                : draw(3) == 0 ? 3
                : draw(2) == 0 ? 2 * most
                               : 256 * (1 + draw(2) * TALL);
    }
    return in[3] != 0;
}

/* A descriptor in the OUT page of the caller, in one of its regions. */
static void describe(u64 i, u64 slot, u64 offset, u64 bytes, u64 writes)
{
    u64 *out = message_pages[out_page(current)];

    out[NEURON_DESCRIPTOR_WORDS * i] = offset;
    out[NEURON_DESCRIPTOR_WORDS * i + 1] = NEURON_DESCRIPTOR(bytes, slot, writes);
}

static void describe_well(u64 i)
{
    u64 writes = draw(2);
    u64 slot =
        slot_with(current, NEURON_CAP_DMA, writes == 1 ? NEURON_RIGHT_WRITE : NEURON_RIGHT_READ, 0);
    u64 region = memories[own(slot)->object].pages * (u64)NEURON_PAGE;
    u64 offset = draw(region);

    describe(i, slot, offset, draw(3) == 0 ? region - offset : 1 + draw(region - offset), writes);
}

static void describe_badly(int64_t code, u64 i)
{
    u64 dma = slot_with(current, NEURON_CAP_DMA, NEURON_RIGHT_READ | NEURON_RIGHT_WRITE, 0);
    u64 region = memories[own(dma)->object].pages * (u64)NEURON_PAGE;
    u64 read_only = slot_with(current, NEURON_CAP_DMA, NEURON_RIGHT_WRITE, 1);

    switch (code) {
    case NEURON_BAD_DESCRIPTOR:
        describe(i, dma, 0, draw(2), 2 * draw(1000));
        break;
    case NEURON_OUTSIDE_REGION: {
        u64 offset = draw(3) == 0 ? draw(UINT64_MAX >> 12) : region - draw(8);
        u64 inside = offset < region ? region - offset : 0;
        describe(i, dma, offset, inside + 1 + draw(2) * draw(100), draw(2));
        break;
    }
    case NEURON_NO_RIGHT:
        describe(i, read_only, 0, 1, 1);
        break;
    case NEURON_BAD_SLOT:
        describe(i, tasks[current].slots + draw(9), 0, 1, 1);
        break;
    case NEURON_EMPTY_SLOT:
        describe(i, slot_with(current, NEURON_CAP_NONE, 0, 0) % 0x10000, 0, 1, 1);
        break;
    case NEURON_WRONG_KIND:
        describe(i, NEURON_SLOT_CONSOLE, 0, 1, 1);
        break;
    default:
        break;
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

int aim_post(int64_t code, u64 *in)
{
    u64 slot = code == NEURON_BAD_QUEUE && draw(3) == 0 ? in[0] : virtio_slot();

    if (slot == NO_SLOT) {
        return 0;
    }
    u64 w = window_of(slot);
    u32 queue = (u32)draw(NEURON_WINDOW_QUEUES);
    in[0] = slot;
    in[4] = draw(2);
    for (u32 tries = 0; virtio(w) && code != NEURON_BAD_QUEUE; tries++) {
        int live = vqueues[vqueue_of((u32)w, queue)].size != 0 && windows[w].live == 1;
        if (live == (code != NEURON_NOT_LIVE)) {
            break;
        }
        if (tries == 1) {
            return 0;
        }
        queue = 1 - queue;
    }
    u32 q = vqueue_of((u32)w, queue);
    u64 size = virtio(w) ? vqueues[q].size : 0;
    in[1] = queue;
    in[2] = size == 0 ? 0 : draw(size);
    in[3] = size == 0 ? 1 : 1 + draw(size - in[2] < 4 ? size - in[2] : 4);
    for (u32 tries = 0;
         size != 0 && tries < 8 && any_busy(q, in[2], in[3]) != (code == NEURON_IN_FLIGHT);
         tries++) {
        in[2] = draw(size);
        in[3] = 1 + draw(size - in[2] < 3 ? size - in[2] : 3);
    }
    for (u64 i = 0; i < in[3]; i++) {
        describe_well(i);
    }
    if (code == NEURON_BAD_QUEUE) {
        in[1] = NEURON_WINDOW_QUEUES + draw(2) + draw(2) * TALL;
    } else if (code == NEURON_BAD_INDEX) {
        in[2] = draw(2) == 0 ? size + draw(3) : in[2] + draw(2) * TALL;
        in[3] = draw(3) == 0 ? 0 : draw(2) == 0 ? NEURON_CHAIN_MAX + 1 + draw(2) : size + 1;
    } else {
        describe_badly(code, draw(in[3]));
    }
    return 1;
}
