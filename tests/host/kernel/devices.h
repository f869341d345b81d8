/* A world with device windows, and what init does with them in the tests. */
#ifndef TEST_DEVICES_H
#define TEST_DEVICES_H

#include <neuron/table.h>

#include "drive.h"

/* The windows: a fixed device, four virtio-mmio ones, a fixed device of several pages. */
#define RTC_BASE UINT64_C(0x101000)
#define RNG_BASE FAKE_VIRTIO_BASE
#define NET_BASE (FAKE_VIRTIO_BASE + NEURON_PAGE)
#define NONE_BASE (FAKE_VIRTIO_BASE + 2 * NEURON_PAGE) /* no device in it */
#define BLK_BASE (FAKE_VIRTIO_BASE + 3 * NEURON_PAGE)
#define VIRTIO_BYTES (4 * NEURON_PAGE)
#define BIG_BASE UINT64_C(0x20000000)
#define BIG_PAGES 3u
#define BIG_CLASS 0x101u
#define WINDOWS_IN_ALL 6u

#define ARENA_PAGES 4u

#define RIGHTS_RM (NEURON_RIGHT_READ | NEURON_RIGHT_MAP)
#define RIGHTS_RWM (RIGHTS_RM | NEURON_RIGHT_WRITE)

/* A number that is `value` again if its upper half is lost. */
#define TALL(value) ((UINT64_C(1) << 32) + (value))

enum { INIT = 0, DRIVER = 1, OTHER = 2, TASKS_IN_ALL = 3 };

/* Init's slots behind the well-known ones. */
enum { FREE = 3, FREE2 = 4, INIT_OWN = 5, INIT_SLOTS = 6 };

/* Slots of the driver and of the other task: ceilings; MIDDLE spans NET_BASE and NONE_BASE only. */
enum {
    RNG = 1,     /* R, MAP */
    NET = 2,     /* R, W, MAP */
    MIDDLE = 3,  /* class rng */
    BIG = 4,     /* R, W, MAP */
    NOTHING = 5, /* declared as empty */
    DRIVER_SLOTS = 6
};

/* Boots this world; init runs, the others are CREATED. For cmocka_unit_test_setup(). */
int devices_boot(void **state);

/* The two halves of it: tests may add to the tables in between. What the devices report, after the boot. */
void devices_begin(void);
void devices_boot_world(void);
void devices_plugged(void);

/* The address of a page of a task's arena; its number in the task's range. */
u64 devices_arena(u32 task, u64 page);
#define ARENA_PAGE (NEURON_ARENA_OFFSET / NEURON_PAGE)

/* Init makes a capability in one of its slots, and moves it. */
int64_t devices_create(u64 base, u64 class, u64 rights, u64 destination);
int64_t devices_give(u64 from, u64 task, u64 destination);

/* Both, which must succeed: through init's slot FREE. */
void devices_grant(u64 base, u64 class, u64 rights, u32 task, u32 slot);

/* Init starts the driver and sleeps: the driver is current. */
void devices_driver_runs(void);

/* What task_inspect answers, for init. */
void devices_slot_is(u32 task, u32 slot, u64 kind, u64 rights, u64 object);
u64 devices_page(u32 task, u64 page);

/* The entry that maps a page of a device. */
u64 devices_entry(u64 phys, u64 prot);

#endif
