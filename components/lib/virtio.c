/* Identifying a virtio-mmio device. */
#include <nexus/virtio.h>

bool nexus_virtio_is(const volatile uint32_t *window, uint32_t class_number)
{
    return window[VIRTIO_MMIO_MAGIC / 4] == VIRTIO_MMIO_MAGIC_VALUE &&
           window[VIRTIO_MMIO_VERSION / 4] == VIRTIO_MMIO_MODERN &&
           window[VIRTIO_MMIO_DEVICE_ID / 4] == class_number;
}
