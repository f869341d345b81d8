/* The state machine of boot control. docs/updates.md draws it. */
#include "bootctl.h"

#include <string.h>

enum { VERSION = 1, SLOTS_AT = 8, SLOT_BYTES = 4 + DIGEST_BYTES, PACKAGE_BYTES_MAX = 8192 };

_Static_assert(SLOTS_AT + SLOTS * SLOT_BYTES == BOOTCTL_BYTES, "all of the state is encoded");

static uint8_t other(uint8_t slot)
{
    return (uint8_t)(1 - slot);
}

void bootctl_begin(struct bootctl *state)
{
    *state = (struct bootctl){.pending = NO_SLOT, .staged = NO_SLOT};
}

bool bootctl_clear(struct bootctl *state)
{
    if (state->pending != NO_SLOT) {
        return false;
    }
    const uint8_t slot = other(state->active);
    state->staged = NO_SLOT;
    memset(&state->slot[slot], 0, sizeof(state->slot[slot]));
    return true;
}

bool bootctl_stage(struct bootctl *state, uint32_t bytes, const uint8_t digest[DIGEST_BYTES])
{
    if (state->pending != NO_SLOT) {
        return false;
    }
    const uint8_t slot = other(state->active);
    state->staged = slot;
    state->slot[slot].bytes = bytes;
    memcpy(state->slot[slot].digest, digest, DIGEST_BYTES);
    return true;
}

bool bootctl_switch(struct bootctl *state, uint32_t tries)
{
    if (state->staged == NO_SLOT || tries == 0 || tries > TRIES_MAX) {
        return false;
    }
    state->pending = state->staged;
    state->staged = NO_SLOT;
    state->tries = (uint8_t)tries;
    state->health = BOOTCTL_ON_TRIAL;
    return true;
}

bool bootctl_attempt(struct bootctl *state, uint8_t *chosen)
{
    const bool on_trial = state->pending != NO_SLOT;

    if (on_trial && state->tries > 0) {
        state->tries--;
        *chosen = state->pending;
        return true;
    }
    if (on_trial) {
        state->pending = NO_SLOT;
        state->health = BOOTCTL_ROLLED_BACK;
    }
    *chosen = state->active;
    return on_trial;
}

bool bootctl_healthy(struct bootctl *state, uint8_t chosen)
{
    if (state->pending == NO_SLOT || state->pending != chosen) {
        return false;
    }
    state->active = chosen;
    state->pending = NO_SLOT;
    state->tries = 0;
    state->health = BOOTCTL_GOOD;
    return true;
}

/* --- its form ------------------------------------------------------------------------------------ */

void bootctl_encode(const struct bootctl *state, uint8_t bytes[BOOTCTL_BYTES])
{
    const uint8_t head[SLOTS_AT] = {VERSION,       state->active, state->pending,
                                    state->staged, state->tries,  state->health};

    memcpy(bytes, head, sizeof(head));
    for (unsigned i = 0; i < SLOTS; i++) {
        uint8_t *slot = bytes + SLOTS_AT + (size_t)i * SLOT_BYTES;
        for (unsigned k = 0; k < 4; k++) {
            slot[k] = (uint8_t)(state->slot[i].bytes >> 8 * k);
        }
        memcpy(slot + 4, state->slot[i].digest, DIGEST_BYTES);
    }
}

/* The slot is none, or the one that is not active, and that holds a package. */
static bool may_name(const struct bootctl *state, uint8_t slot)
{
    return slot == NO_SLOT || (slot == other(state->active) && state->slot[slot].bytes != 0);
}

static bool makes_sense(const struct bootctl *state)
{
    const bool on_trial = state->pending != NO_SLOT;

    return state->active < SLOTS && may_name(state, state->pending) &&
           may_name(state, state->staged) && (!on_trial || state->staged == NO_SLOT) &&
           (on_trial || state->tries == 0) && state->health <= BOOTCTL_ROLLED_BACK &&
           on_trial == (state->health == BOOTCTL_ON_TRIAL) &&
           state->slot[0].bytes <= PACKAGE_BYTES_MAX && state->slot[1].bytes <= PACKAGE_BYTES_MAX;
}

bool bootctl_decode(struct bootctl *state, const uint8_t *bytes, size_t length)
{
    uint8_t again[BOOTCTL_BYTES];

    if (length != BOOTCTL_BYTES || bytes[0] != VERSION) {
        return false;
    }
    *state = (struct bootctl){.active = bytes[1],
                              .pending = bytes[2],
                              .staged = bytes[3],
                              .tries = bytes[4],
                              .health = bytes[5]};
    for (unsigned i = 0; i < SLOTS; i++) {
        const uint8_t *slot = bytes + SLOTS_AT + (size_t)i * SLOT_BYTES;
        state->slot[i].bytes = (uint32_t)slot[0] | (uint32_t)slot[1] << 8 |
                               (uint32_t)slot[2] << 16 | (uint32_t)slot[3] << 24;
        memcpy(state->slot[i].digest, slot + 4, DIGEST_BYTES);
    }
    bootctl_encode(state, again);
    return memcmp(again, bytes, BOOTCTL_BYTES) == 0 && makes_sense(state);
}
