/* The attacks that a device can make for its driver. The code is the same whether the device is trusted or not: what
 * the kernel refuses is tried all the same, and the attack goes on behind it. */
#include "attacker.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/mmio.h>
#include <nexus/serve.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <string.h>

enum { INDIRECT = 4, PACKED_AVAILABLE = 1 << 7, PACKED_USED = 15 };
enum { SECOND = 4, FILL = 0x55, FAILED = -1000 };

static struct neuron_queue_page *rings(void)
{
    return (void *)(hand.dma + RING);
}

static bool is_guarded(void)
{
    return hand.queue_page != 0;
}

/* Whether the device changed what we had filled. */
static bool is_written(uint32_t place)
{
    for (uint32_t i = 0; i < STRUCK; i++) {
        if (((volatile uint8_t *)hand.dma)[place + i] != FILL) {
            return true;
        }
    }
    return false;
}

static int legal(uint32_t *used)
{
    struct part parts[CHAIN];
    int status = start();

    memset(hand.dma + OTHER, FILL, STRUCK);
    if (status == NEURON_OK) {
        status = post(0, parts, request_write(parts, OTHER), true);
    }
    *used = wait_used(1);
    return status == NEURON_OK && !is_written(OTHER) ? FAILED : status;
}

/* A queue of our own making, set up through the registers; `live`: in place of one that works. */
static int registers(uint64_t offset, bool live, uint64_t used_ring, uint32_t *used)
{
    const uint64_t own = own_phys() + RING;
    const uint64_t driver = own + offsetof(struct neuron_queue_page, available);
    struct part parts[CHAIN];
    int status = live ? start() : begin(false);

    if (status != NEURON_OK) {
        return FAILED;
    }
    write_chain(0, parts, request_write(parts, offset));
    write_available(0, 0);
    rings()->available.index = 1;
    status = place_rings(own, driver, used_ring);
    (void)go();
    (void)notify();
    *used = wait_used(1);
    return status;
}

static int beyond(uint64_t offset, uint32_t *used)
{
    struct part parts[CHAIN];

    if (start() != NEURON_OK) {
        return FAILED;
    }
    int status = post(0, parts, request_write(parts, offset), true);
    *used = wait_used(1);
    return status;
}

/* A table of descriptors in our memory, which nobody has checked. */
static int indirect(uint64_t offset, uint32_t *used)
{
    struct part parts[CHAIN];
    const uint32_t count = request_write(parts, offset);
    const struct part table = {hand.dma_slot, TABLE, 16 * count, false};

    if (start() != NEURON_OK) {
        return FAILED;
    }
    write_chain(0, parts, count);
    memcpy(hand.dma + TABLE, rings()->descriptors, 16 * (size_t)count);
    if (is_guarded()) {
        uint64_t *words = (uint64_t *)(void *)__nexus_out;
        words[0] = TABLE;
        words[1] = NEURON_DESCRIPTOR(table.bytes, hand.dma_slot, INDIRECT);
        int status = (int)neuron_dev_post(hand.slot, 0, 0, 1, 1);
        *used = wait_used(1);
        return status;
    }
    write_raw(0, &table, INDIRECT);
    write_available(0, 0);
    rings()->available.index = 1;
    (void)notify();
    *used = wait_used(1);
    return NEURON_OK;
}

/* The packed layout: in a descriptor, the number stands where the flags were, and the flags behind it. */
static int packed(uint64_t offset, uint32_t *used)
{
    const uint64_t own = own_phys() + RING;
    struct part parts[CHAIN];
    const uint32_t count = request_write(parts, offset);
    int status = begin(true);

    write_chain(0, parts, count);
    for (uint32_t i = 0; i < count; i++) {
        rings()->descriptors[i].next = (uint16_t)(rings()->descriptors[i].flags | PACKED_AVAILABLE);
        rings()->descriptors[i].flags = 0;
    }
    (void)place_rings(own, own + offsetof(struct neuron_queue_page, available),
                      own + offsetof(struct neuron_queue_page, used));
    (void)go();
    (void)notify();
    (void)wait_used(UINT16_MAX);
    *used = ((volatile struct neuron_queue_page *)rings())->descriptors[0].next >> PACKED_USED;
    return status;
}

/* Another address in a descriptor that the device has been given already. */
static int changed(uint64_t offset, uint32_t *used)
{
    struct part parts[CHAIN];
    int status = NEURON_OK;

    memset(hand.dma + BUFFER, FILL, STRUCK);
    memset(hand.dma + OTHER, FILL, STRUCK);
    if (start() != NEURON_OK || post(0, parts, request_write(parts, OTHER), false) != NEURON_OK) {
        return FAILED;
    }
    const uint32_t count = request_write(parts, is_guarded() ? BUFFER + STRUCK : offset);
    if (is_guarded()) {
        memset(hand.dma + BUFFER + STRUCK, FILL, STRUCK);
        status = post(0, parts, count, true);
        (void)notify();
    } else {
        write_chain(0, parts, count);
        (void)notify();
    }
    *used = wait_used(1);
    return is_guarded() && (!is_written(OTHER) || (count == 1 && is_written(BUFFER + STRUCK)))
               ? FAILED
               : status;
}

/* The index says that there is one chain more than was posted. */
static int jump(uint64_t offset, uint32_t *used)
{
    struct part parts[CHAIN];

    if (start() != NEURON_OK) {
        return FAILED;
    }
    const uint32_t count = request_write(parts, offset);
    write_chain(SECOND, parts, count);
    write_available(1, SECOND);
    int status = post(0, parts, request_write(parts, OTHER), false);
    if (status == NEURON_OK && is_guarded()) {
        (void)request_write(parts, OTHER);
        status = post(QUEUE_SIZE, parts, count, true);
    } else {
        rings()->available.index = 2;
    }
    (void)notify();
    *used = wait_used(is_guarded() ? 1 : 2);
    return status;
}

/* A chain that leads to descriptor `next`, which is its own first one or none. */
static int chain_to(uint16_t next, uint32_t *used)
{
    struct part parts[CHAIN];
    uint32_t count = request_write(parts, OTHER);

    if (start() != NEURON_OK) {
        return FAILED;
    }
    if (is_guarded()) {
        parts[1] = parts[0];
        int status = next == 0 ? post(1, parts, 1, false) : NEURON_OK;
        status = status != NEURON_OK ? FAILED : post(next == 0 ? 0 : next - 1u, parts, 2, true);
        *used = wait_used(0);
        return status;
    }
    write_chain(0, parts, count);
    rings()->descriptors[0].flags |= VIRTQ_DESC_F_NEXT;
    rings()->descriptors[0].next = next;
    write_available(0, 0);
    rings()->available.index = 1;
    (void)notify();
    *used = wait_used(1);
    return NEURON_OK;
}

int attack_strike(struct nexus_client client, enum Way way, enum Target target, int32_t *status,
                  uint32_t *used, bool *broken)
{
    const uint64_t offset = offset_of(target);
    const uint64_t own_used = own_phys() + RING + offsetof(struct neuron_queue_page, used);

    (void)client;
    switch (way) {
    case WAY_LEGAL:
        *status = legal(used);
        break;
    case WAY_REGISTERS:
        *status = registers(offset, false, own_used, used);
        break;
    case WAY_MOVED:
        *status = registers(offset, true, own_used, used);
        break;
    case WAY_USED_RING:
        *status = registers(OTHER, false, own_phys() + offset, used);
        break;
    case WAY_BEYOND:
        *status = beyond(offset, used);
        break;
    case WAY_INDIRECT:
        *status = indirect(offset, used);
        break;
    case WAY_PACKED:
        *status = packed(offset, used);
        break;
    case WAY_CHANGED:
        *status = changed(offset, used);
        break;
    case WAY_JUMP:
        *status = jump(offset, used);
        break;
    case WAY_LOOP:
        *status = chain_to(0, used);
        break;
    case WAY_WILD_NEXT:
        *status = chain_to(QUEUE_SIZE, used);
        break;
    }
    *broken = is_broken();
    return 0;
}

static bool sector(bool to_disk, uint64_t offset, int *status)
{
    struct part parts[CHAIN];

    *status = start();
    if (*status == NEURON_OK) {
        *status = post(0, parts, request_sector(parts, 1, to_disk, offset), true);
    }
    return wait_used(1) == 1 && hand.dma[STATE] == 0;
}

int attack_leak(struct nexus_client client, enum Target target, int32_t *status, void *found,
                size_t *found_len)
{
    int legal_status = NEURON_OK;

    (void)client;
    memset(hand.dma + OTHER, FILL, SECTOR);
    *found_len = 0;
    if (!sector(true, OTHER, &legal_status)) {
        *status = FAILED;
        return 0;
    }
    (void)sector(true, offset_of(target), status);
    memset(hand.dma + OTHER, 0, SECTOR);
    if (!sector(false, OTHER, &legal_status)) {
        *status = FAILED;
        return 0;
    }
    memcpy(found, hand.dma + OTHER, SECTOR);
    *found_len = SECTOR;
    return 0;
}

int main(void)
{
    const uint64_t prot = hand.queue_page != 0 ? NEURON_PROT_R : NEURON_PROT_RW;

    if (nexus_mmio_map(hand.slot, 0, prot) == NULL) {
        return 1;
    }
    nexus_serve();
}
