/* Every refusal of the device calls that a component without FACTORY and TASK can meet. */
#include "selftest.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/syscall.h>

extern char __nexus_arena[] __attribute__((aligned(NEURON_PAGE)));

enum { PROT_X = 4 };

static int64_t map(uint64_t slot, uint64_t va, uint64_t offset, uint64_t prot)
{
    return neuron_mmio_map(slot, va, offset, prot);
}

void test_refusals(void)
{
    const uint64_t first = (uint64_t)__nexus_arena;
    const uint64_t free = first + NEURON_PAGE;
    const uint64_t behind = first + UINT64_C(2) * NEURON_PAGE; /* two devices: two pages */
    const uint64_t r = NEURON_PROT_R;

    CHECK(map(UINT64_MAX, free, 0, r) == NEURON_BAD_SLOT);
    CHECK(map(SECOND_SLOT, free, 0, r) == NEURON_EMPTY_SLOT);
    CHECK(map(LOG_SLOT, free, 0, r) == NEURON_WRONG_KIND);
    CHECK(map(RTC_SLOT, free, 0, NEURON_PROT_RW) == NEURON_NO_RIGHT);
    CHECK(map(RTC_SLOT, free, 0, NEURON_PROT_RX) == NEURON_EXECUTABLE);
    CHECK(map(RTC_SLOT, free, 0, NEURON_PROT_RW | PROT_X) == NEURON_EXECUTABLE);
    CHECK(map(RTC_SLOT, free, 0, 0) == NEURON_BAD_PROT);
    CHECK(map(RTC_SLOT, free + 8, 0, r) == NEURON_UNALIGNED_ADDRESS);
    CHECK(map(RTC_SLOT, first - NEURON_PAGE, 0, r) == NEURON_OUTSIDE_ARENA);
    CHECK(map(RTC_SLOT, behind, 0, r) == NEURON_OUTSIDE_ARENA);
    CHECK(map(RTC_SLOT, free, 8, r) == NEURON_UNALIGNED_OFFSET);
    CHECK(map(RTC_SLOT, free, NEURON_PAGE, r) == NEURON_OUTSIDE_WINDOW);
    CHECK(map(RTC_SLOT, first, 0, r) == NEURON_ALREADY_MAPPED);
    CHECK(map(RTC_SLOT, free, 0, r) == NEURON_ALREADY_MAPPED);
    CHECK(neuron_unmap(free) == NEURON_NOT_MAPPED);
    CHECK(neuron_unmap(behind) == NEURON_OUTSIDE_ARENA);
    CHECK(neuron_unmap(first + 1) == NEURON_UNALIGNED_ADDRESS);
    promise_kept("mmio negatives");

    CHECK(neuron_unmap(first) == NEURON_OK);
    CHECK(map(RTC_SLOT, free, 0, r) == NEURON_OK);
    CHECK(neuron_unmap(free) == NEURON_OK);
    CHECK(map(RTC_SLOT, first, 0, r) == NEURON_OK);
    promise_kept("mmio unmap");

    /* Only init makes and moves capabilities: nobody else has a slot that could. */
    for (uint64_t slot = 0; slot < 8; slot++) {
        int64_t create = neuron_device_cap_create(slot, 0x10001000, NEURON_CLASS_VIRTIO_NET,
                                                  NEURON_RIGHT_MAP, SECOND_SLOT);
        int64_t transfer = neuron_cap_transfer_to(slot, RTC_SLOT, 0, 0);
        int64_t revoke = neuron_cap_revoke(slot, 0, 0);
        CHECK(create == NEURON_WRONG_KIND || create == NEURON_EMPTY_SLOT ||
              create == NEURON_BAD_SLOT);
        CHECK(transfer == create && revoke == create);
    }
    CHECK(neuron_cap_drop(SECOND_SLOT) == NEURON_EMPTY_SLOT);
    CHECK(neuron_cap_drop(LOG_SLOT) == NEURON_WRONG_KIND);
    promise_kept("mmio authority");
}
