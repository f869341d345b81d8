/* The driver of the virtio-blk device. So far it maps its window and knows what it sees. */
#include "virtioblkd.nexus.h"

#include <neuron/table.h>
#include <nexus/mmio.h>
#include <nexus/serve.h>
#include <nexus/virtio.h>
#include <stdio.h>

int main(void)
{
    const volatile uint32_t *window = nexus_mmio_map(DEV_SLOT, 0, NEURON_PROT_R);

    if (window == NULL) {
        printf("no device was granted\n");
        return 0;
    }
    if (!nexus_virtio_is(window, NEURON_CLASS_VIRTIO_BLK)) {
        printf("this is no virtio-blk device of version 2\n");
        return 1;
    }
    printf("mmio window mapped ok\n");
    printf("ready\n");
    nexus_serve();
}
