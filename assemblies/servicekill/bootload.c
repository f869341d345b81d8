/*
 * Asks updated all the time, which dies meanwhile, now and then so that the next life is another boot to it. What it has
 * answered is so; of what it has not, all is done or nothing, or a slot is empty that was to be written. Each boot is
 * counted once, and what a state names is whole.
 */
#include "model.h"

#include <neuron/status.h>
#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <package.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>
#include <string.h>

enum { PACKAGES = 2, DEATHS = 250, LATEST = 14, TRIES = 3, CANDIDATES = 16 };
enum { DIGEST = crypto_hash_sha256_BYTES, KEPT_BYTES = 80 };

static uint8_t packages[PACKAGES + 1][PACKAGE_MAX]; /* none has the number 0 */
static size_t lengths[PACKAGES + 1];
static uint8_t digests[PACKAGES + 1][DIGEST];
static struct model now;
static uint32_t deaths, answers, boots;
static bool told;

int load_done(struct nexus_client client, bool *done)
{
    (void)client;
    *done = told;
    return 0;
}

static void make_packages(void)
{
    static uint8_t kernel[6000];
    uint8_t private_key[crypto_sign_ed25519_SECRETKEYBYTES];
    uint8_t public_key[crypto_sign_ed25519_PUBLICKEYBYTES];
    const uint8_t seed[crypto_sign_ed25519_SEEDBYTES] = "a test key, and no secret: 32 b.";

    (void)crypto_sign_ed25519_seed_keypair(public_key, private_key, seed);
    for (uint32_t i = 1; i <= PACKAGES; i++) {
        memset(kernel, (int)i, sizeof(kernel));
        const struct package_part part = {"boot/kernel.elf", kernel,
                                          (uint32_t)(sizeof(kernel) - i)};
        lengths[i] = package_make(packages[i], &part, 1, private_key);
        CHECK(lengths[i] > 0);
        (void)crypto_hash_sha256(digests[i], packages[i], lengths[i]);
    }
}

static bool is_gone(int status)
{
    return status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED;
}

/* Whether nobody knows what was done. */
static bool is_open(int status)
{
    return is_gone(status) || status == BOOT_NO_STATE || status == BOOT_NO_VERIFIER;
}

static void end_statefsd(void)
{
    CHECK(is_gone(statefsd_die_at(1, 0, false)));
}

/* --- deaths of updated --------------------------------------------------------------------------- */

static void threaten(bool boot)
{
    int status = 0;

    do {
        status = updated_die_at(2 + roll(LATEST), roll(2) * roll(LATEST), boot);
    } while (is_gone(status));
    CHECK(status == 0);
}

/* How often it died since the last time. */
static uint32_t spare(void)
{
    const uint32_t before = deaths;
    int status = 0;

    do {
        status = updated_die_at(0, 0, false);
    } while (is_gone(status));
    CHECK(status == 0 && updated_deaths(&deaths) == 0);
    return deaths - before;
}

/* --- what there is ------------------------------------------------------------------------------- */

static void read_status(struct BootStatus *status)
{
    int result = 0;

    memset(status, 0, sizeof(*status));
    do {
        result = boot_status(status);
    } while (is_open(result));
    CHECK(result == 0);
}

static bool holds(uint32_t slot, uint32_t package)
{
    static uint8_t bytes[SLOTS_READ_CONTENT_MAX];
    size_t length = 0;
    int status = 0;

    do {
        status = slots_read(slot, bytes, &length);
    } while (is_gone(status));
    CHECK(status == 0 && length == sizeof(bytes));
    return memcmp(bytes, packages[package], lengths[package]) == 0;
}

/* What updated keeps, as docs/updates.md says. */
static void read_kept(uint8_t kept[STATE_GET_VALUE_MAX])
{
    size_t length = 0;
    int status = 0;

    do {
        status = state_get("/state/boot/bootctl.v1", kept, &length);
    } while (is_gone(status));
    CHECK((status == 0 && length == KEPT_BYTES) || status == STATE_NOT_FOUND);
}

static bool names(const uint8_t *kept, uint32_t slot, uint32_t package)
{
    const uint8_t *entry = kept + 8 + (size_t)36 * slot;
    uint32_t length = 0;

    memcpy(&length, entry, sizeof(length));
    return length == lengths[package] && memcmp(entry + 4, digests[package], DIGEST) == 0;
}

/* Which of the models is so; `count`: none. */
static uint32_t find(const struct model *models, uint32_t count)
{
    uint8_t kept[STATE_GET_VALUE_MAX] = {0};
    struct BootStatus status;
    uint32_t i = 0;

    read_status(&status);
    read_kept(kept);
    for (; i < count; i++) {
        bool is_so = model_says(&models[i], &status);
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            const uint32_t package = models[i].package[slot];
            is_so = is_so && (package == 0 || (names(kept, slot, package) && holds(slot, package)));
        }
        if (is_so) {
            break;
        }
    }
    return i;
}

/* After what nobody knows: what is found is durable when the same statefsd answers a sync before and after. */
static void settle(const struct model *models, uint32_t count)
{
    uint32_t found = 0;

    do {
        while (state_sync() != 0) {
        }
        found = find(models, count);
    } while (state_sync() != 0);
    CHECK(found < count);
    now = models[found];
}

/* --- what is asked ------------------------------------------------------------------------------- */

/* The ways in which it may be are those before, the last one is that after. */
static int ask(struct model models[3], uint32_t *count, int *wanted)
{
    struct model after = now;
    int status = 0;

    models[0] = now;
    *count = 1;
    switch (roll(3)) {
    case 0: {
        const uint32_t package = 1 + roll(PACKAGES);
        *wanted = model_stage(&after, package);
        if (*wanted == 0) {
            models[*count] = now;
            model_clear(&models[(*count)++]);
        }
        status = boot_stage(packages[package], lengths[package]);
        break;
    }
    case 1: {
        const uint32_t tries = 1 + roll(TRIES);
        *wanted = model_switch(&after, tries);
        status = boot_switch_slot(tries);
        break;
    }
    default:
        *wanted = 0;
        model_healthy(&after);
        status = boot_health_ok();
    }
    models[(*count)++] = after;
    return status;
}

/* After deaths that were boots each, of which only the last one was counted for certain. */
static uint32_t count_boots(struct model models[CANDIDATES], uint32_t count, uint32_t times)
{
    for (uint32_t n = 1; n <= times; n++) {
        const uint32_t known = count;
        for (uint32_t i = 0; i < known; i++) {
            if (n < times) {
                CHECK(count < CANDIDATES);
                models[count++] = models[i];
            }
            model_boot(&models[i]);
        }
    }
    boots += times;
    return count;
}

static void turn(void)
{
    struct model models[CANDIDATES];
    const bool boot = roll(2) == 0;
    uint32_t count = 0;
    int wanted = 0;

    if (roll(3) != 0) {
        threaten(boot);
    }
    const int status = ask(models, &count, &wanted);
    const uint32_t died = spare();
    if (is_open(status)) {
        count = count_boots(models, count, boot ? died : 0);
        settle(models, count);
        return;
    }
    CHECK(status == wanted && died == 0);
    now = models[count - 1];
    answers++;
    if (roll(4) == 0) {
        end_statefsd();
    }
    CHECK(find(&now, 1) == 0);
}

int main(void)
{
    struct BootStatus status;

    roll_from(88172645463325253U);
    make_packages();
    read_status(&status);
    now = (struct model){.status = status};
    while (deaths < DEATHS) {
        turn();
        nexus_serve_until(nexus_now() + NEXUS_US(200));
    }
    printf("%u deaths of updated, %u answers, %u boots: no state between two, no slot in part\n",
           (unsigned)deaths, (unsigned)answers, (unsigned)boots);
    told = true;
    for (;;) {
        turn();
        nexus_serve_until(nexus_now() + NEXUS_US(200));
    }
}
