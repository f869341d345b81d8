/* What others see, in a native test without a model of them: plain memory. */
#include <nexus/access.h>

__attribute__((weak)) uint16_t nexus_read16(const volatile uint16_t *from)
{
    return *from;
}

__attribute__((weak)) uint32_t nexus_read32(const volatile uint32_t *from)
{
    return *from;
}

__attribute__((weak)) uint64_t nexus_read64(const volatile uint64_t *from)
{
    return *from;
}

__attribute__((weak)) void nexus_write32(volatile uint32_t *to, uint32_t value)
{
    *to = value;
}

__attribute__((weak)) void nexus_device_fence(void)
{
}
