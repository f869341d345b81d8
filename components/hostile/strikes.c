/* Attacks that the device makes for its driver: what was answered, and what is left of the target. */
#include "judge.h"

#include <nexus/syscall.h>
#include <string.h>

/* The answers of the kernel where the device is guarded. Where it is trusted nobody answers. */
static const struct {
    const char *name;
    enum Way way;
    int status;
    uint32_t used; /* how many chains the device has used nevertheless: legal ones */
    bool breaks;   /* a trusted device does not do it either: it notices, and wants a reset */
} strikes[] = {
    {"queue registers", WAY_REGISTERS, NEURON_BAD_REGISTER, 0, false},
    {"used ring register", WAY_USED_RING, NEURON_BAD_REGISTER, 0, false},
    {"registers of a live queue", WAY_MOVED, NEURON_BAD_REGISTER, 0, false},
    {"address beyond the region", WAY_BEYOND, NEURON_OUTSIDE_REGION, 0, false},
    {"indirect descriptors", WAY_INDIRECT, NEURON_BAD_DESCRIPTOR, 0, false},
    {"packed ring", WAY_PACKED, NEURON_BAD_VALUE, 0, false},
    {"change after post", WAY_CHANGED, NEURON_IN_FLIGHT, 1, false},
    {"available index", WAY_JUMP, NEURON_BAD_INDEX, 1, false},
    {"chain loop", WAY_LOOP, NEURON_IN_FLIGHT, 0, true},
    {"next out of range", WAY_WILD_NEXT, NEURON_BAD_INDEX, 0, true},
};

enum { SECTOR = 512, OLD = 0x55, START_BYTES = 60 };

static int strike(enum driver driver, enum Way way, enum Target target, int32_t *status,
                  uint32_t *used, bool *broken)
{
    return driver == RNG ? rng_strike(way, target, status, used, broken)
                         : blk_strike(way, target, status, used, broken);
}

void test_strikes(enum driver driver)
{
    int32_t status = 0;
    uint32_t used = 0;
    bool broken = false;

    CHECK(strike(driver, WAY_LEGAL, TARGET_VICTIM, &status, &used, &broken) == 0);
    CHECK(status == NEURON_OK && used == 1 && !broken);
    kept("%s legal request", driver_name(driver));
    for (size_t i = 0; i < sizeof(strikes) / sizeof(strikes[0]); i++) {
        CHECK(strike(driver, strikes[i].way, TARGET_VICTIM, &status, &used, &broken) == 0);
        if (trusted == 0) {
            CHECK(status == strikes[i].status);
            CHECK(used == strikes[i].used && !broken);
        } else {
            CHECK(status == NEURON_OK);
            CHECK(broken == strikes[i].breaks);
        }
        check_victim(trusted != 0 && !strikes[i].breaks);
        kept("%s %s", driver_name(driver), strikes[i].name);
    }
}

/* What was leaked of a target: it, or what was on the disk before. */
static void leak(enum Target target, unsigned char found[SECTOR])
{
    int32_t status = 0;
    size_t length = 0;

    CHECK(blk_leak(target, &status, found, &length) == 0);
    CHECK(length == SECTOR);
    CHECK(status == (trusted != 0 ? NEURON_OK : NEURON_OUTSIDE_REGION));
    for (size_t i = 0; i < SECTOR && trusted == 0; i++) {
        CHECK(found[i] == OLD);
    }
}

void test_leaks(void)
{
    static const unsigned char start[] = {0x73, 0x10, 0x40, 0x10}; /* csrw sie, zero: entry.S */
    unsigned char found[SECTOR];

    leak(TARGET_VICTIM, found);
    for (uint32_t i = 0; i < SECTOR && trusted != 0; i++) {
        CHECK(found[i] == 1 + (1024 + i) * 37 % 251); /* victim.c */
    }
    check_victim(false);
    kept("leak of the victim to the disk");
    leak(TARGET_KERNEL, found);
    CHECK(trusted == 0 || memcmp(found, start, sizeof(start)) == 0);
    kept("leak of the kernel to the disk");
}

/* The disk strikes with a 0, which shows if there was none before. */
static void arm(unsigned char before[SECTOR])
{
    int32_t status = 0;
    uint32_t used = 0;
    bool broken = false;

    leak(TARGET_KERNEL, before);
    while (before[0] == 0) {
        CHECK(strike(RNG, WAY_BEYOND, TARGET_KERNEL, &status, &used, &broken) == 0);
        CHECK(status == NEURON_OK);
        leak(TARGET_KERNEL, before);
    }
}

/* At the kernel's entry, where it never goes again. In `hostile` the test looks from outside, at the end. */
void test_kernel(void)
{
    static const enum Way ways[] = {WAY_REGISTERS, WAY_BEYOND, WAY_INDIRECT};
    unsigned char before[SECTOR], after[SECTOR];
    int32_t status = 0;
    uint32_t used = 0;
    bool broken = false;

    for (enum driver driver = RNG; driver < DRIVERS; driver++) {
        for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
            arm(before);
            CHECK(strike(driver, ways[i], TARGET_KERNEL, &status, &used, &broken) == 0);
            CHECK((status == NEURON_OK) == (trusted != 0));
            leak(TARGET_KERNEL, after);
            CHECK(memcmp(before + START_BYTES, after + START_BYTES, SECTOR - START_BYTES) == 0);
            CHECK((memcmp(before, after, START_BYTES) != 0) == (trusted != 0));
        }
        kept("%s bytes of the kernel", driver_name(driver));
    }
}
