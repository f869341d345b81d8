/* The world of updated in its native tests: a statefs on a disk in memory, the sectors of virtioblkd, and keystored. It
 * keeps what is durable and what is not, and ends the life at a call, a write or a flush, or fails, when it is told to. */
#ifndef UPDATED_WORLD_H
#define UPDATED_WORLD_H

#include "updated.mock.h"

#include "bootctl.h"
#include "disk.h"

#include <nexus/block.h>
#include <package.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECTORS = 32, EVENTS = 4, CUT = 77 };

struct value {
    size_t length; /* 0: there is none */
    uint8_t bytes[BOOTCTL_BYTES];
};

/* What is durable: of the state's disk and of the slots. */
struct store {
    uint8_t state[DISK_BLOCKS][STATEFS_BLOCK];
    uint8_t sectors[SECTORS][NEXUS_BLOCK_SECTOR];
};

struct world {
    struct store begin; /* what the boot began with; its slots are what is durable now */
    struct disk disk;   /* of the state, and what was written to it in this boot */
    uint8_t written[SECTORS][NEXUS_BLOCK_SECTOR];
    bool dirty[SECTORS];
    unsigned steps, cut_at; /* calls of updated, and writes and flushes of statefs */
    unsigned calls, fail_at;
    unsigned acknowledged;
    int failure;
    struct bootctl states[EVENTS + 1]; /* when so many events were acknowledged */
    int result;
    struct BootStatus status;
};

/* Shared with the lives, which are processes of their own. */
extern struct world *world;

extern uint8_t private_key[crypto_sign_ed25519_SECRETKEYBYTES];
extern uint8_t packages[2][PACKAGE_MAX];
extern size_t lengths[2];

/* Two good packages, and the key that they are signed with. */
void make_packages(void);

/* Before each test: a blank disk, and no call fails. */
int start(void **state);

/* A boot begins with what is durable, and a statefsd that has not opened its disk. */
void begin_boot(const struct store *store);

/* What updated would get: durable or not. */
struct value value_now(void);

/* Puts and syncs another value. */
void set_value(const struct value *value);

/* Puts another value until the log of the state has so many bytes left, or fewer. */
void fill_log(uint32_t room);

/* Another number after each compaction. */
uint64_t epoch_now(void);

/* What is durable when the power is cut now. Of what was written since the last flush each block or sector is there or
 * not, a block perhaps in part: variant 0 has none of it, 1 has all, the others what chance says. */
void cut_power(struct store *store, unsigned variant);

#endif
