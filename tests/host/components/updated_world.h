/* The world of updated in its native tests: the value in statefsd, the sectors of virtioblkd, and keystored. It keeps
 * what is durable and what is not, and its calls end the life or fail when they are told to. */
#ifndef UPDATED_WORLD_H
#define UPDATED_WORLD_H

#include "updated.mock.h"

#include "bootctl.h"

#include <nexus/block.h>
#include <package.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECTORS = 32, PUTS = 8, EVENTS = 4, CUT = 77 };

struct value {
    size_t length; /* 0: there is none */
    uint8_t bytes[BOOTCTL_BYTES];
};

struct disk {
    struct value value;
    uint8_t sectors[SECTORS][NEXUS_BLOCK_SECTOR];
};

struct world {
    struct disk durable;
    struct value put[PUTS]; /* since the last sync */
    unsigned puts;
    uint8_t written[SECTORS][NEXUS_BLOCK_SECTOR];
    bool dirty[SECTORS];
    unsigned calls, cut_at, fail_at, acknowledged;
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

/* What updated would get: durable or not. */
const struct value *value_now(void);

#endif
