/*
 * The state of boot control, and what can happen to it: functions from a state and an event to a state. They
 * return false, and change nothing, where the event is not possible.
 */
#ifndef UPDATED_BOOTCTL_H
#define UPDATED_BOOTCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLOTS = 2, NO_SLOT = 255, TRIES_MAX = 255, DIGEST_BYTES = 32, BOOTCTL_BYTES = 80 };

enum bootctl_health { BOOTCTL_GOOD, BOOTCTL_ON_TRIAL, BOOTCTL_ROLLED_BACK };

struct bootctl {
    uint8_t active;  /* a slot */
    uint8_t pending; /* the slot on trial, or NO_SLOT */
    uint8_t staged;  /* the slot with a package to switch to, or NO_SLOT */
    uint8_t tries;   /* boots that the pending slot still gets */
    uint8_t health;
    struct {
        uint32_t bytes; /* of its package; 0: it has none */
        uint8_t digest[DIGEST_BYTES];
    } slot[SLOTS];
};

/* Before anything was staged: slot A is active, with what the machine came with. */
void bootctl_begin(struct bootctl *state);

/* The slot that is not active holds nothing any more, and may be written. Not while another is pending. */
bool bootctl_clear(struct bootctl *state);
/* It holds this package. */
bool bootctl_stage(struct bootctl *state, uint32_t bytes, const uint8_t digest[DIGEST_BYTES]);
bool bootctl_switch(struct bootctl *state, uint32_t tries);
/* A boot begins, and has chosen a slot. True: the state is another one. */
bool bootctl_attempt(struct bootctl *state, uint8_t *chosen);
/* The slot that this boot has chosen is good. True: the state is another one. */
bool bootctl_healthy(struct bootctl *state, uint8_t chosen);

void bootctl_encode(const struct bootctl *state, uint8_t bytes[BOOTCTL_BYTES]);
/* False: no state is encoded like this. */
bool bootctl_decode(struct bootctl *state, const uint8_t *bytes, size_t length);

#endif
