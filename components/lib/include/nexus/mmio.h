/* Mapping granted device windows. */
#ifndef NEXUS_MMIO_H
#define NEXUS_MMIO_H

#include <stdint.h>

/*
 * Maps the first page of the device window in a slot at page `page` of the component's device arena, with
 * `prot` of neuron/table.h. NULL if the slot is empty or the kernel refuses otherwise.
 */
volatile uint32_t *nexus_mmio_map(uint64_t slot, uint32_t page, uint64_t prot);

#endif
