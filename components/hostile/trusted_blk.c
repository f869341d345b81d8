/* The hand of trusted_blk. */
#include "trusted_blk.nexus.h"

#include "attacker.h"

#include <neuron/table.h>

const struct hand hand = {
    DEV_SLOT, DEV_DMA_SLOT, dev_dma, DEV_DMA_BYTES, NEURON_CLASS_VIRTIO_BLK, 0,
};
