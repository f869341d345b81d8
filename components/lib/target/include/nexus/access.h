/* Reading and writing what a device or another component sees, and may change at any moment: each call is one access. */
#ifndef NEXUS_ACCESS_H
#define NEXUS_ACCESS_H

#include <stdint.h>

static inline uint16_t nexus_read16(const volatile uint16_t *from)
{
    return *from;
}

static inline uint32_t nexus_read32(const volatile uint32_t *from)
{
    return *from;
}

static inline uint64_t nexus_read64(const volatile uint64_t *from)
{
    return *from;
}

static inline void nexus_write32(volatile uint32_t *to, uint32_t value)
{
    *to = value;
}

/* What was read and written before, in memory or in a device, comes before what follows. */
static inline void nexus_device_fence(void)
{
    __asm__ volatile("fence iorw, iorw" ::: "memory");
}

#endif
