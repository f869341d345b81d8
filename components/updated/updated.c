/*
 * updated: boot control. Each boot is counted once, before anything else is served; the state is read anew for each
 * call, so what statefsd has is the only truth.
 */
#include "updated.nexus.h"

#include "bootctl.h"
#include "kept.h"
#include "slots.h"
#include "trust.h"

#include <nexus/keep.h>
#include <nexus/log.h>
#include <nexus/serve.h>
#include <sodium/crypto_hash_sha256.h>
#include <stdio.h>

_Static_assert((int)HEALTH_GOOD == BOOTCTL_GOOD && (int)HEALTH_ON_TRIAL == BOOTCTL_ON_TRIAL &&
                   (int)HEALTH_ROLLED_BACK == BOOTCTL_ROLLED_BACK,
               "clients are told what is kept");

/* --- this boot ----------------------------------------------------------------------------------- */

enum { NEW = 0, DECIDED, COUNTED };

/* What this boot has come to: a restart goes on there, and counts no second attempt. `phase` is written last. */
static struct {
    uint32_t phase;
    uint8_t chosen;
    struct bootctl after; /* DECIDED: what is to be stored, and may be already */
} boot NEXUS_KEEP;

static int decide(void)
{
    struct bootctl state;
    const int result = kept_load(&state);

    if (result == 0) {
        const bool changed = bootctl_attempt(&state, &boot.chosen);
        boot.after = state;
        NEXUS_KEEP_ORDER();
        boot.phase = changed ? DECIDED : COUNTED;
    }
    return result;
}

static void tell(void)
{
    printf("slot %c is chosen: recorded, not booted\n", 'A' + boot.chosen);
    if (boot.after.health == BOOTCTL_ROLLED_BACK) {
        LOG_WARN("the other slot has used up its tries: rolled back");
    }
}

/* 0 if this boot is counted. Else nothing may be served: what would be is not what comes of it. */
static int count_boot(void)
{
    int result = 0;

    if (boot.phase == COUNTED) {
        return 0;
    }
    if (boot.phase == NEW) {
        result = decide();
    }
    if (result == 0 && boot.phase == DECIDED) {
        result = kept_store(&boot.after);
    }
    if (result == 0) {
        NEXUS_KEEP_ORDER();
        boot.phase = COUNTED;
        tell();
    }
    return result;
}

/* What the last life left, if it can be believed. */
static void look_at_kept(void)
{
    uint8_t bytes[BOOTCTL_BYTES];
    struct bootctl state;

    bootctl_encode(&boot.after, bytes);
    if (boot.phase != NEW && (boot.phase > COUNTED || boot.chosen >= SLOTS ||
                              !bootctl_decode(&state, bytes, sizeof(bytes)))) {
        LOG_ERROR("what the last life left is damaged: this boot is counted again");
        boot.phase = NEW;
    }
}

static int load(struct bootctl *state)
{
    const int result = count_boot();

    return result != 0 ? result : kept_load(state);
}

/* --- for the clients ----------------------------------------------------------------------------- */

/* No state names the slot while it is written; the one that does is stored when the slot is durable. */
int boot_stage(struct nexus_client client, const void *package, size_t package_len)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    struct bootctl state;

    (void)client;
    int result = trust_check(package, package_len);
    if (result == 0) {
        result = load(&state);
    }
    if (result == 0) {
        result = bootctl_clear(&state) ? kept_store(&state) : BOOT_IN_TRIAL;
    }
    if (result == 0) {
        result = slot_write((uint8_t)(1 - state.active), package, package_len);
    }
    if (result == 0) {
        (void)crypto_hash_sha256(digest, package, package_len);
        (void)bootctl_stage(&state, (uint32_t)package_len, digest);
        result = kept_store(&state);
    }
    return result;
}

int boot_switch_slot(struct nexus_client client, uint32_t tries)
{
    struct bootctl state;

    (void)client;
    if (tries == 0 || tries > TRIES_MAX) {
        return BOOT_BAD_TRIES;
    }
    const int result = load(&state);
    if (result != 0) {
        return result;
    }
    if (state.pending != NO_SLOT) {
        return BOOT_IN_TRIAL;
    }
    return bootctl_switch(&state, tries) ? kept_store(&state) : BOOT_NOTHING_STAGED;
}

/* Stored in any case: what an earlier call has put may not be durable. */
int boot_health_ok(struct nexus_client client)
{
    struct bootctl state;
    const int result = load(&state);

    (void)client;
    if (result != 0) {
        return result;
    }
    (void)bootctl_healthy(&state, boot.chosen);
    return kept_store(&state);
}

int boot_status(struct nexus_client client, struct BootStatus *status)
{
    struct bootctl state;
    const int result = load(&state);

    (void)client;
    if (result == 0) {
        *status = (struct BootStatus){.active = state.active,
                                      .chosen = boot.chosen,
                                      .pending = state.pending,
                                      .staged = state.staged,
                                      .tries = state.tries,
                                      .health = (enum Health)state.health};
    }
    return result;
}

int main(void)
{
    look_at_kept();
    if (boot.phase == COUNTED) {
        printf("goes on: slot %c is chosen: recorded, not booted\n", 'A' + boot.chosen);
    } else {
        (void)count_boot(); /* what is wrong was said, and each call tries again */
    }
    printf("ready\n");
    nexus_serve();
}
