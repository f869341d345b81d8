/* The twin of virtioblkd whose device is trusted: the first page of the DMA memory is for the rings. */
#include "trusted_blkd.nexus.h"

#include "driver.h"

_Static_assert(NEURON_PAGE + sizeof(struct frames) <= DEV_DMA_BYTES, "frames have room");

struct nexus_virtio device = {
    .slot = DEV_SLOT, .page = DEV_PAGE, .rings = dev_dma, .dma_slot = DEV_DMA_SLOT};
struct frames *const frames = (struct frames *)(void *)(dev_dma + NEURON_PAGE);
const uint64_t frames_offset = NEURON_PAGE;
