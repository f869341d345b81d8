/* virtioblkd's device is guarded: all of the DMA memory is for frames. */
#include "virtioblkd.nexus.h"

#include "driver.h"

_Static_assert(sizeof(struct frames) <= DEV_DMA_BYTES, "frames have room");

struct nexus_virtio device = {.slot = DEV_SLOT, .page = DEV_PAGE, .queue_page = DEV_QUEUE_PAGE};
struct frames *const frames = (struct frames *)(void *)dev_dma;
const uint64_t frames_offset = 0;
