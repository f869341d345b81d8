/* Reading and writing what a device or another component sees, for native tests: plain memory, or a model of those that
 * defines these functions, so that what they say may change from one read to the next. */
#ifndef NEXUS_ACCESS_H
#define NEXUS_ACCESS_H

#include <stdint.h>

uint16_t nexus_read16(const volatile uint16_t *from);
uint32_t nexus_read32(const volatile uint32_t *from);
uint64_t nexus_read64(const volatile uint64_t *from);
void nexus_write32(volatile uint32_t *to, uint32_t value);
void nexus_device_fence(void);

#endif
