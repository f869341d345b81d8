/* Has DMA memory that nobody else may reach, and knows what is in it. */
#include "victim.nexus.h"

#include <neuron/abi.h>
#include <nexus/serve.h>
#include <nexus/syscall.h>

enum { PLACE = 1024, FACTOR = 37, MODULUS = 251 };

/* Never 0, so that a byte which became 0 is seen. */
static uint8_t wanted(uint32_t i)
{
    return (uint8_t)(1 + i * FACTOR % MODULUS);
}

int victim_where(struct nexus_client client, uint64_t *physical)
{
    struct neuron_cap_query_out out;
    int status = (int)neuron_cap_query(DEV_DMA_SLOT, &out);

    (void)client;
    *physical = out.base + PLACE;
    return status;
}

int victim_changed(struct nexus_client client, uint32_t *first, uint32_t *end)
{
    volatile uint8_t *memory = dev_dma;

    (void)client;
    for (uint32_t i = 0; i < DEV_DMA_BYTES; i++) {
        if (memory[i] != wanted(i)) {
            *first = *end == 0 ? i : *first;
            *end = i + 1;
            memory[i] = wanted(i);
        }
    }
    return 0;
}

int main(void)
{
    for (uint32_t i = 0; i < DEV_DMA_BYTES; i++) {
        dev_dma[i] = wanted(i);
    }
    nexus_serve();
}
