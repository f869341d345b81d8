/* The hand of guarded_rng. */
#include "guarded_rng.nexus.h"

#include "attacker.h"

#include <neuron/table.h>

const struct hand hand = {
    DEV_SLOT, DEV_DMA_SLOT, dev_dma, DEV_DMA_BYTES, NEURON_CLASS_VIRTIO_RNG, DEV_QUEUE_PAGE,
};
