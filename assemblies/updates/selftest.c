/*
 * Six boots: what boot control has kept says which one this is. Refusals, and a switch with two tries; the first and
 * the second try; the rollback, and a switch with three; a try that does well; and what is active from then on.
 */
#include "selftest.nexus.h"

#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/status.h>
#include <package.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>
#include <string.h>

enum { A, B, NONE = 255 };

static uint8_t private_key[crypto_sign_ed25519_SECRETKEYBYTES];
static uint8_t package[PACKAGE_MAX];

static size_t make(const char *path)
{
    static uint8_t kernel[6000];
    const struct package_part part = {path, kernel, sizeof(kernel)};

    memset(kernel, 0x5a, sizeof(kernel));
    const size_t length = package_make(package, &part, 1, private_key);
    CHECK(length > 0);
    return length;
}

static void make_key(uint8_t last)
{
    uint8_t public_key[crypto_sign_ed25519_PUBLICKEYBYTES];
    uint8_t seed[crypto_sign_ed25519_SEEDBYTES] = "a test key, and no secret: 32 b.";

    seed[sizeof(seed) - 1] = last;
    (void)crypto_sign_ed25519_seed_keypair(public_key, private_key, seed);
}

static void expect(uint32_t active, uint32_t chosen, uint32_t pending, uint32_t staged,
                   uint32_t tries, enum Health health)
{
    struct BootStatus status;

    CHECK(boot_status(&status) == 0);
    CHECK(status.active == active && status.chosen == chosen);
    CHECK(status.pending == pending && status.staged == staged);
    CHECK(status.tries == tries && status.health == health);
}

static void test_refusals(void)
{
    static const uint8_t too_large[PACKAGE_MAX + 1];
    size_t length = make("boot/kernel.elf");

    CHECK(boot_switch_slot(1) == BOOT_NOTHING_STAGED);
    CHECK(boot_switch_slot(0) == BOOT_BAD_TRIES);
    CHECK(boot_stage(package, length - 1) == BOOT_TRUNCATED);
    package[length - 1] ^= 1;
    CHECK(boot_stage(package, length) == BOOT_BAD_HASH);
    length = make("boot/kernel.elf");
    package[PACKAGE_HEADER + PACKAGE_ENTRY] ^= 1;
    CHECK(boot_stage(package, length) == BOOT_BAD_SIGNATURE);
    length = make("boot/kernel.elf");
    package[13] = 0xff;
    CHECK(boot_stage(package, length) == BOOT_TOO_LARGE);
    CHECK(boot_stage(too_large, PACKAGE_MAX) == BOOT_BAD_PACKAGE);
    CHECK(boot_stage(too_large, PACKAGE_MAX + 1) == NEXUS_TOO_LONG);
    length = make("boot/../kernel.elf");
    CHECK(boot_stage(package, length) == BOOT_BAD_PATH);
    length = make("/kernel.elf");
    CHECK(boot_stage(package, length) == BOOT_BAD_PATH);
    make_key('x');
    length = make("boot/kernel.elf");
    CHECK(boot_stage(package, length) == BOOT_BAD_SIGNATURE);
    make_key('.');
    expect(A, A, NONE, NONE, 0, HEALTH_GOOD);
    promise_kept("update wrong packages refused");
    CHECK(stranger_done() == 0);
    promise_kept("update strangers denied");
}

static void stage_and_switch(uint32_t tries)
{
    CHECK(boot_stage(package, make("boot/kernel.elf")) == 0);
    CHECK(boot_switch_slot(tries) == 0);
    CHECK(boot_stage(package, make("boot/kernel.elf")) == BOOT_IN_TRIAL);
}

/* updated dies: the next life says the same, and has counted nothing. */
static void test_first_try(void)
{
    struct BootStatus status;

    expect(A, B, B, NONE, 1, HEALTH_ON_TRIAL);
    promise_kept("bootctl persist");
    CHECK(stab_stab() == 0);
    const int result = boot_status(&status);
    CHECK(result == NEURON_PEER_DIED || result == NEURON_PEER_RESTARTED);
    expect(A, B, B, NONE, 1, HEALTH_ON_TRIAL);
    promise_kept("bootctl restart counts once");
}

static void test_rollback(void)
{
    expect(A, A, NONE, NONE, 0, HEALTH_ROLLED_BACK);
    promise_kept("bootctl rollback");
    stage_and_switch(3);
}

static void test_health(void)
{
    expect(A, B, B, NONE, 2, HEALTH_ON_TRIAL);
    CHECK(boot_health_ok() == 0);
    expect(B, B, NONE, NONE, 0, HEALTH_GOOD);
    promise_kept("bootctl health");
}

static void test_blank(void)
{
    expect(A, A, NONE, NONE, 0, HEALTH_GOOD);
    test_refusals();
    stage_and_switch(2);
    expect(A, A, B, NONE, 2, HEALTH_ON_TRIAL);
    promise_kept("bootctl switch");
}

int main(void)
{
    struct BootStatus status;

    make_key('.');
    CHECK(boot_status(&status) == 0);
    if (status.active == B) {
        expect(B, B, NONE, NONE, 0, HEALTH_GOOD);
        promise_kept("bootctl stays");
    } else if (status.health == HEALTH_ROLLED_BACK) {
        test_rollback();
    } else if (status.pending == NONE) {
        test_blank();
    } else if (status.tries == 2) {
        test_health();
    } else if (status.tries == 1) {
        test_first_try();
    } else {
        printf("the last try\n");
        expect(A, B, B, NONE, 0, HEALTH_ON_TRIAL);
    }
    nexus_log_about("SELFTEST", "end");
    return 0;
}
