/*
 * An init that makes no grant but to try what is refused. At the end it does what a real one does, so that the
 * refusals are known not to come from a kernel that refuses everything; and it says so in init's words, for
 * the test that compares the kernel's state with what was said (tests/qemu/truth.py).
 */
#include "world.h"

#include <nexus/log.h>
#include <nexus/time.h>

static void start(enum task task)
{
    struct neuron_task_reset_step_out out;

    do {
        CHECK(neuron_task_reset_step(NEURON_SLOT_TASK, task, &out) == NEURON_OK);
    } while (out.pages_left > 0);
    CHECK(neuron_task_start(NEURON_SLOT_TASK, task) == NEURON_OK);
}

/* A holder maps its window as soon as it runs. */
static void wait_for_mapping(enum task task)
{
    for (int tries = 0; tries < 1000 && arena_entry(task, 0) == 0; tries++) {
        nexus_sleep_until(nexus_now() + NEXUS_MS(1));
    }
    CHECK(arena_entry(task, 0) != 0);
}

static void grant_rng(enum task task)
{
    CHECK(create(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM, SCRATCH) == NEURON_OK);
    CHECK(give(SCRATCH, task, HOLDER_RNG) == NEURON_OK);
    CHECK(kind_of(task, HOLDER_RNG) == NEURON_CAP_MMIO);
}

/* The window goes from a running task with its mapping, to another one. */
static void test_revoke(void)
{
    grant_rng(HOLDER);
    nexus_log_about("init", "mmio grant svc=holder dev=rng class=virtio.rng base=0x10008000");
    start(HOLDER);
    wait_for_mapping(HOLDER);
    CHECK(revoke(HOLDER, HOLDER_RNG) == NEURON_OK);
    CHECK(kind_of(HOLDER, HOLDER_RNG) == NEURON_CAP_NONE && arena_entry(HOLDER, 0) == 0);
    nexus_log_about("init", "mmio revoke svc=holder dev=rng");
    start(OTHER); /* without a device, for what truth.py sees now */
    CHECK(neuron_task_stop(NEURON_SLOT_TASK, OTHER, 0) == NEURON_OK);
    grant_rng(OTHER);
    nexus_log_about("init", "mmio grant svc=other dev=rng class=virtio.rng base=0x10008000");
    start(OTHER);
    wait_for_mapping(OTHER);
    promise_kept("revoke and grant to another");
}

/* Who was given up holds nothing, and gets nothing. */
static void test_give_up(void)
{
    CHECK(neuron_task_stop(NEURON_SLOT_TASK, OTHER, 1) == NEURON_OK);
    CHECK(kind_of(OTHER, HOLDER_RNG) == NEURON_CAP_NONE && arena_entry(OTHER, 0) == 0);
    CHECK(create(RNG_BASE, NEURON_CLASS_VIRTIO_RNG, RIGHTS_RM, SCRATCH) == NEURON_OK);
    REFUSED(give(SCRATCH, OTHER, HOLDER_RNG), NEURON_BAD_STATE);
    CHECK(neuron_cap_drop(SCRATCH) == NEURON_OK);
    promise_kept("nothing for the given up");
}

int main(void)
{
    refuse_create();
    refuse_transfer();
    refuse_revoke_and_drop();
    refuse_inspect();
    test_revoke();
    test_give_up();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
