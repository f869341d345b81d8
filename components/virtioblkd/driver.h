/* What is different if the device is trusted: where the driver finds it, and what it keeps in its memory. */
#ifndef VIRTIOBLKD_DRIVER_H
#define VIRTIOBLKD_DRIVER_H

#include <nexus/virtio.h>
#include <stdint.h>

enum { REQUESTS = 40 /* that the device can have */ };

/* In the DMA memory: what stands before and behind the data of each request (virtio 1.2, 5.2.6). */
struct frames {
    struct {
        uint32_t type;
        uint32_t reserved;
        uint64_t sector;
    } headers[REQUESTS];
    uint8_t statuses[REQUESTS];
};

extern struct nexus_virtio device;
extern struct frames *const frames;
extern const uint64_t frames_offset; /* in the DMA memory */

#endif
