/* Mapping granted device windows into the arena. */
#include <neuron/limits.h>
#include <neuron/status.h>
#include <nexus/mmio.h>
#include <nexus/syscall.h>
#include <stddef.h>

extern char __nexus_arena[] __attribute__((aligned(NEURON_PAGE))); /* from the linker script */

volatile uint32_t *nexus_mmio_map(uint64_t slot, uint32_t page, uint64_t prot)
{
    char *place = __nexus_arena + (size_t)page * NEURON_PAGE;

    if (neuron_mmio_map(slot, (uint64_t)place, 0, prot) != NEURON_OK) {
        return NULL;
    }
    return (volatile uint32_t *)(void *)place;
}
