/* Attacks on the memory that an attacker shares with its client, through the DMA slot of that memory. */
#include "attacker.h"

#include <neuron/table.h>

enum { SECTOR_OF_BLOCK = 3 };

/* Where the device is to access the block: of a disk the data, of the other all that it does. */
static uint32_t request_block(struct part *parts, uint64_t slot, uint32_t beyond, bool writes)
{
    const uint64_t end = ATTACK_BLOCK_BYTES + beyond;

    if (hand.class_number == NEURON_CLASS_VIRTIO_RNG) {
        parts[0] = (struct part){slot, end - STRUCK, STRUCK, writes};
        return 1;
    }
    const uint32_t count = request_sector(parts, SECTOR_OF_BLOCK, !writes, end - SECTOR);
    parts[1].slot = slot;
    return count;
}

int attack_touch(struct nexus_client client, uint32_t beyond, bool writes, int32_t *status,
                 uint32_t *used)
{
    struct part parts[CHAIN];

    *status = start();
    if (*status == 0) {
        const uint64_t slot = (uint64_t)attack_block_slot(client);
        *status = post(0, parts, request_block(parts, slot, beyond, writes), true);
    }
    *used = wait_used(1);
    return 0;
}
