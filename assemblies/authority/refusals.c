/* Each refusal with everything else right, so that the check in question is the one that refuses. */
#include "world.h"

#include <nexus/mmio.h>

static const uint64_t rng = NEURON_CLASS_VIRTIO_RNG;
static const uint64_t blk = NEURON_CLASS_VIRTIO_BLK;

static void refuse_create_without_factory(void)
{
    const struct {
        uint64_t slot;
        int64_t status;
    } wrong[] = {
        {NEURON_SLOT_CONSOLE, NEURON_WRONG_KIND},
        {NEURON_SLOT_TASK, NEURON_WRONG_KIND},
        {POWER_SLOT, NEURON_WRONG_KIND},
        {SCRATCH, NEURON_EMPTY_SLOT},
        {INIT_SLOTS, NEURON_BAD_SLOT},
        {TALL(NEURON_SLOT_FACTORY), NEURON_BAD_SLOT},
    };
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        REFUSED(neuron_device_cap_create(wrong[i].slot, RNG_BASE, rng, RIGHTS_RM, SCRATCH),
                wrong[i].status);
    }
}

static void refuse_create_outside_windows(void)
{
    const uint64_t outside[] = {0,
                                NEURON_RAM_BASE,
                                NEURON_KERNEL_BASE,
                                NEURON_PAYLOAD_BASE,
                                0x100000,   /* the test device */
                                0x2000000,  /* CLINT */
                                0xc000000,  /* PLIC */
                                0x10000000, /* UART */
                                RNG_BASE + 8,
                                RNG_BASE + NEURON_PAGE,
                                RTC_BASE - NEURON_PAGE,
                                TALL(RNG_BASE),
                                UINT64_MAX};
    for (uint32_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        REFUSED(create(outside[i], rng, RIGHTS_RM, SCRATCH), NEURON_OUTSIDE_WINDOWS);
    }
}

void refuse_create(void)
{
    refuse_create_without_factory();
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM, INIT_SLOTS), NEURON_BAD_SLOT);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM, TALL(SCRATCH)), NEURON_BAD_SLOT);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM, NEURON_SLOT_CONSOLE), NEURON_OCCUPIED);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM, NEURON_SLOT_FACTORY), NEURON_OCCUPIED);
    REFUSED(create(RNG_BASE, rng, 0, SCRATCH), NEURON_NO_RIGHT);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM | NEURON_RIGHT_CALL, SCRATCH), NEURON_NO_RIGHT);
    REFUSED(create(RNG_BASE, rng, TALL(RIGHTS_RM), SCRATCH), NEURON_NO_RIGHT);
    refuse_create_outside_windows();
    /* The device says what it is. */
    REFUSED(create(RNG_BASE, blk, RIGHTS_RM, SCRATCH), NEURON_WRONG_CLASS);
    REFUSED(create(RNG_BASE, 0, RIGHTS_RM, SCRATCH), NEURON_WRONG_CLASS);
    REFUSED(create(RNG_BASE, TALL(rng), RIGHTS_RM, SCRATCH), NEURON_WRONG_CLASS);
    REFUSED(create(EMPTY_BASE, rng, RIGHTS_RM, SCRATCH), NEURON_WRONG_CLASS);
    REFUSED(create(RTC_BASE, rng, RIGHTS_RM, SCRATCH), NEURON_WRONG_CLASS);
    REFUSED(create(RNG_BASE, NEURON_CLASS_RTC, RIGHTS_RM, SCRATCH), NEURON_WRONG_CLASS);
    /* init has a ceiling too where it declares a device for itself. */
    REFUSED(create(BLK_BASE, blk, RIGHTS_RM, OWN_SLOT), NEURON_BEYOND_CLASS);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RWM, OWN_SLOT), NEURON_BEYOND_RIGHTS);
    /* One owner. */
    CHECK(create(RNG_BASE, rng, RIGHTS_RM, SCRATCH) == NEURON_OK);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM, OWN_SLOT), NEURON_OWNED);
    REFUSED(create(BLK_BASE, blk, RIGHTS_RM, SCRATCH), NEURON_OCCUPIED);
    CHECK(give(SCRATCH, HOLDER, HOLDER_RNG) == NEURON_OK);
    REFUSED(create(RNG_BASE, rng, RIGHTS_RM, SCRATCH), NEURON_OWNED);
    CHECK(revoke(HOLDER, HOLDER_RNG) == NEURON_OK);
    CHECK(create(RNG_BASE, rng, RIGHTS_RM, OWN_SLOT) == NEURON_OK);
    CHECK(neuron_cap_drop(OWN_SLOT) == NEURON_OK);
    promise_kept("device_cap_create refusals");
}

static void refuse_transfer_without_task(void)
{
    const struct {
        uint64_t slot;
        int64_t status;
    } wrong[] = {
        {NEURON_SLOT_CONSOLE, NEURON_WRONG_KIND},
        {NEURON_SLOT_FACTORY, NEURON_WRONG_KIND},
        {SCRATCH, NEURON_WRONG_KIND},
        {OWN_SLOT, NEURON_EMPTY_SLOT},
        {INIT_SLOTS, NEURON_BAD_SLOT},
        {TALL(NEURON_SLOT_TASK), NEURON_BAD_SLOT},
    };
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        REFUSED(neuron_cap_transfer_to(wrong[i].slot, SCRATCH, HOLDER, HOLDER_RNG),
                wrong[i].status);
    }
}

/* No task, and nothing that travels. */
static void refuse_transfer_of_anything_else(void)
{
    REFUSED(give(SCRATCH, AUTHORITY, OWN_SLOT), NEURON_BAD_TASK);
    REFUSED(give(SCRATCH, TASKS, HOLDER_RNG), NEURON_BAD_TASK);
    REFUSED(give(SCRATCH, TALL(HOLDER), HOLDER_RNG), NEURON_BAD_TASK);
    REFUSED(give(NEURON_SLOT_TASK, HOLDER, HOLDER_RNG), NEURON_WRONG_KIND);
    REFUSED(give(NEURON_SLOT_FACTORY, HOLDER, HOLDER_RNG), NEURON_WRONG_KIND);
    REFUSED(give(POWER_SLOT, HOLDER, HOLDER_RNG), NEURON_WRONG_KIND);
    REFUSED(give(OWN_SLOT, HOLDER, HOLDER_RNG), NEURON_EMPTY_SLOT);
    REFUSED(give(INIT_SLOTS, HOLDER, HOLDER_RNG), NEURON_BAD_SLOT);
    REFUSED(give(TALL(SCRATCH), HOLDER, HOLDER_RNG), NEURON_BAD_SLOT);
}

static void refuse_transfer_beyond_the_ceiling(void)
{
    REFUSED(give(SCRATCH, HOLDER, HOLDER_BOARD), NEURON_UNDECLARED);
    REFUSED(give(SCRATCH, HOLDER, HOLDER_SLOTS), NEURON_UNDECLARED);
    REFUSED(give(SCRATCH, HOLDER, TALL(HOLDER_RNG)), NEURON_UNDECLARED);
    REFUSED(give(SCRATCH, HOLDER, NEURON_SLOT_CONSOLE), NEURON_OCCUPIED);
    REFUSED(give(SCRATCH, HOLDER, HOLDER_BLK), NEURON_BEYOND_CLASS);
    CHECK(neuron_cap_drop(SCRATCH) == NEURON_OK);
    CHECK(create(RNG_BASE, rng, RIGHTS_RWM, SCRATCH) == NEURON_OK);
    REFUSED(give(SCRATCH, HOLDER, HOLDER_RNG), NEURON_BEYOND_RIGHTS);
    CHECK(neuron_cap_drop(SCRATCH) == NEURON_OK);
    CHECK(create(BLK_BASE, blk, RIGHTS_RM, SCRATCH) == NEURON_OK);
    REFUSED(give(SCRATCH, HOLDER, HOLDER_RNG), NEURON_BEYOND_CLASS);
    CHECK(give(SCRATCH, HOLDER, HOLDER_BLK) == NEURON_OK);
    CHECK(rights_of(HOLDER, HOLDER_BLK) == RIGHTS_RM);
    /* The slot is taken, whatever is to be put there. */
    CHECK(create(RNG_BASE, rng, RIGHTS_RM, SCRATCH) == NEURON_OK);
    REFUSED(give(SCRATCH, HOLDER, HOLDER_BLK), NEURON_OCCUPIED);
    CHECK(revoke(HOLDER, HOLDER_BLK) == NEURON_OK);
}

void refuse_transfer(void)
{
    CHECK(create(RNG_BASE, rng, RIGHTS_RM, SCRATCH) == NEURON_OK);
    refuse_transfer_without_task();
    refuse_transfer_of_anything_else();
    refuse_transfer_beyond_the_ceiling();
    const volatile uint32_t *page = nexus_mmio_map(SCRATCH, 0, NEURON_PROT_R);
    CHECK(page != NULL);
    REFUSED(give(SCRATCH, HOLDER, HOLDER_RNG), NEURON_MAPPED);
    CHECK(page != NULL && page[0] == UINT32_C(0x74726976)); /* and it still is: virtio's magic */
    CHECK(neuron_unmap((uint64_t)page) == NEURON_OK);
    CHECK(give(SCRATCH, HOLDER, HOLDER_RNG) == NEURON_OK);
    CHECK(kind_of(HOLDER, HOLDER_RNG) == NEURON_CAP_MMIO);
    REFUSED(give(SCRATCH, OTHER, HOLDER_RNG), NEURON_EMPTY_SLOT); /* moved, not copied */
    CHECK(revoke(HOLDER, HOLDER_RNG) == NEURON_OK);
    promise_kept("cap_transfer_to refusals");
}

void refuse_revoke_and_drop(void)
{
    CHECK(create(RNG_BASE, rng, RIGHTS_RM, SCRATCH) == NEURON_OK);
    CHECK(give(SCRATCH, HOLDER, HOLDER_RNG) == NEURON_OK);
    REFUSED(neuron_cap_revoke(NEURON_SLOT_CONSOLE, HOLDER, HOLDER_RNG), NEURON_WRONG_KIND);
    REFUSED(neuron_cap_revoke(NEURON_SLOT_FACTORY, HOLDER, HOLDER_RNG), NEURON_WRONG_KIND);
    REFUSED(neuron_cap_revoke(SCRATCH, HOLDER, HOLDER_RNG), NEURON_EMPTY_SLOT);
    REFUSED(neuron_cap_revoke(INIT_SLOTS, HOLDER, HOLDER_RNG), NEURON_BAD_SLOT);
    REFUSED(revoke(AUTHORITY, NEURON_SLOT_CONSOLE), NEURON_BAD_TASK);
    REFUSED(revoke(TASKS, HOLDER_RNG), NEURON_BAD_TASK);
    REFUSED(revoke(TALL(HOLDER), HOLDER_RNG), NEURON_BAD_TASK);
    REFUSED(revoke(HOLDER, HOLDER_SLOTS), NEURON_BAD_INDEX);
    REFUSED(revoke(HOLDER, TALL(HOLDER_RNG)), NEURON_BAD_INDEX);
    REFUSED(revoke(HOLDER, HOLDER_BLK), NEURON_EMPTY_SLOT);
    REFUSED(revoke(HOLDER, HOLDER_BOARD), NEURON_EMPTY_SLOT);
    REFUSED(revoke(HOLDER, NEURON_SLOT_CONSOLE), NEURON_WRONG_KIND);
    promise_kept("cap_revoke refusals");

    REFUSED(neuron_cap_drop(NEURON_SLOT_CONSOLE), NEURON_WRONG_KIND);
    REFUSED(neuron_cap_drop(NEURON_SLOT_TASK), NEURON_WRONG_KIND);
    REFUSED(neuron_cap_drop(NEURON_SLOT_FACTORY), NEURON_WRONG_KIND);
    REFUSED(neuron_cap_drop(SCRATCH), NEURON_EMPTY_SLOT);
    REFUSED(neuron_cap_drop(INIT_SLOTS), NEURON_BAD_SLOT);
    REFUSED(neuron_cap_drop(TALL(SCRATCH)), NEURON_BAD_SLOT);
    CHECK(revoke(HOLDER, HOLDER_RNG) == NEURON_OK);
    promise_kept("cap_drop refusals");
}

void refuse_inspect(void)
{
    struct neuron_task_inspect_out out;
    const uint64_t slot = NEURON_INSPECT_SLOT;
    const uint64_t page = NEURON_INSPECT_PAGE;
    const uint64_t pages = NEURON_USER_SPAN / NEURON_PAGE;

    REFUSED(neuron_task_inspect(NEURON_SLOT_CONSOLE, HOLDER, slot, 0, &out), NEURON_WRONG_KIND);
    REFUSED(neuron_task_inspect(NEURON_SLOT_FACTORY, HOLDER, slot, 0, &out), NEURON_WRONG_KIND);
    REFUSED(neuron_task_inspect(SCRATCH, HOLDER, slot, 0, &out), NEURON_EMPTY_SLOT);
    REFUSED(neuron_task_inspect(INIT_SLOTS, HOLDER, slot, 0, &out), NEURON_BAD_SLOT);
    REFUSED(inspect(AUTHORITY, slot, 0, &out), NEURON_BAD_TASK);
    REFUSED(inspect(TASKS, slot, 0, &out), NEURON_BAD_TASK);
    REFUSED(inspect(TALL(HOLDER), slot, 0, &out), NEURON_BAD_TASK);
    REFUSED(inspect(HOLDER, slot, HOLDER_SLOTS, &out), NEURON_BAD_INDEX);
    REFUSED(inspect(HOLDER, page, pages, &out), NEURON_BAD_INDEX);
    REFUSED(inspect(HOLDER, NEURON_INSPECT_STATE, 1, &out), NEURON_BAD_INDEX);
    REFUSED(inspect(HOLDER, page + 1, 0, &out), NEURON_BAD_INDEX);
    CHECK(inspect(HOLDER, page, pages - 1, &out) == NEURON_OK);
    promise_kept("task_inspect refusals");
}
