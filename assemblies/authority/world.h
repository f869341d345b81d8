/* The tasks of this system as init sees them, and the calls that it makes. */
#ifndef AUTHORITY_WORLD_H
#define AUTHORITY_WORLD_H

#include "authority.nexus.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <stdint.h>

enum task { AUTHORITY, HOLDER, OTHER, WALL, TASKS };

/* Slots of init behind those that every init has, and of a holder; the last of each and the one behind it. */
enum { SCRATCH = NEURON_SLOT_SCRATCH, INIT_SLOTS = OWN_SLOT + 1 };
enum { HOLDER_BOARD = 1, HOLDER_RNG, HOLDER_BLK, HOLDER_SLOTS };

/* Devices fill the windows from the top (tests/qemu/machine.sh); the lowest one is empty. */
#define RTC_BASE UINT64_C(0x101000)
#define EMPTY_BASE UINT64_C(0x10001000)
#define NET_BASE UINT64_C(0x10006000)
#define BLK_BASE UINT64_C(0x10007000)
#define RNG_BASE UINT64_C(0x10008000)

#define RIGHTS_RM ((uint64_t)(NEURON_RIGHT_READ | NEURON_RIGHT_MAP))
#define RIGHTS_RWM (RIGHTS_RM | NEURON_RIGHT_WRITE)

/* A number that is `value` again if its upper half is lost. */
#define TALL(value) ((UINT64_C(1) << 32) + (value))

static inline int64_t create(uint64_t base, uint64_t class, uint64_t rights, uint64_t destination)
{
    return neuron_device_cap_create(NEURON_SLOT_FACTORY, base, class, rights, destination);
}

static inline int64_t give(uint64_t from, uint64_t task, uint64_t destination)
{
    return neuron_cap_transfer_to(NEURON_SLOT_TASK, from, task, destination);
}

static inline int64_t revoke(uint64_t task, uint64_t target)
{
    return neuron_cap_revoke(NEURON_SLOT_TASK, task, target);
}

static inline int64_t inspect(uint64_t task, uint64_t what, uint64_t index,
                              struct neuron_task_inspect_out *out)
{
    return neuron_task_inspect(NEURON_SLOT_TASK, task, what, index, out);
}

/*
 * A number that stands for all that the kernel shows of the system: every slot, every page up to the
 * stack and the state of the other tasks, every slot of init.
 */
uint64_t world(void);

/* The call answers exactly this status, and the world is the same before and after. */
#define REFUSED(call, status)                                                                      \
    do {                                                                                           \
        const uint64_t before = world();                                                           \
        CHECK((call) == (status));                                                                 \
        CHECK(world() == before);                                                                  \
    } while (0)

/* What a task has in a slot: its kind and rights. And the page-table entry of a page of its arena. */
uint64_t kind_of(enum task task, uint64_t slot);
uint64_t rights_of(enum task task, uint64_t slot);
uint64_t arena_entry(enum task task, uint64_t page);

/* Every refusal of each call; the world is at rest, with one entropy device and one disk, both free. */
void refuse_create(void);
void refuse_transfer(void);
void refuse_revoke_and_drop(void);
void refuse_inspect(void);

#endif
