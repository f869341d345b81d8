/* keystored: one identity, whatever fails when; it signs and leaves nothing behind; and values apart for each client. */
#include "keystored_memory.h"
#include "keystored_values.h"
#include "keystored_world.h"
#include "lives.h"

#include <neuron/status.h>
#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char key_path[] = "/state/keystore/device.key";

/* RFC 8032, 7.1, test 1; the seed is masked. */
static const char rfc_seed[] = "c73bebc7b5a7003ae0de10aec8b6769e1e139f33216833432a61f65946f4253a";
static const char rfc_key[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
static const char rfc_signature[] = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901"
                                    "555fb8821590a33bacc61e39701cf9b46b"
                                    "d25bf5f0595bbe24655141438e7a100b";

static void read_hex(const char *text, uint8_t *bytes)
{
    for (size_t i = 0; i < strlen(text) / 2; i++) {
        const char digits[] = {text[2 * i], text[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
}

static void assert_hex(const uint8_t *bytes, const char *text)
{
    uint8_t wanted[128];

    read_hex(text, wanted);
    assert_memory_equal(bytes, wanted, strlen(text) / 2);
}

/* A new life of keystored knows nothing; and another seed comes next. */
static int new_life(void)
{
    world.masked_seed[0]++;
    return keystore_reload(alice);
}

static int start(void **state)
{
    (void)state;
    world_begin();
    (void)keystore_reload(alice);
    world_call_again();
    read_hex(rfc_seed, world.masked_seed);
    return 0;
}

static int public_key(uint8_t key[32])
{
    size_t bytes = 0;
    const int result = keystore_public_key(alice, key, &bytes);

    assert_int_equal(bytes, 32);
    return result;
}

static int sign(const void *message, size_t bytes, uint8_t signature[64])
{
    size_t length = 0;
    const int result = keystore_sign(alice, message, bytes, signature, &length);

    assert_int_equal(length, 64);
    return result;
}

static bool no_key(uint8_t key[64])
{
    return public_key(key) == KEYSTORE_NO_KEY && sign("", 0, key) == KEYSTORE_NO_KEY;
}

/* --- the identity -------------------------------------------------------------------------------- */

static void key_is_made_once_and_durable_before_it_is_told(void **state)
{
    uint8_t key[64], signature[64];
    (void)state;

    assert_true(no_key(key));
    world_call_again();
    assert_int_equal(keystore_keygen(alice), 0);
    assert_string_equal(world.calls, "geps");
    world_cut();
    assert_int_equal(public_key(key), 0);
    assert_hex(key, rfc_key);
    assert_int_equal(sign("", 0, signature), 0);
    assert_hex(signature, rfc_signature);
    for (int life = 0; life < 3; life++) {
        world_call_again();
        assert_int_equal(keystore_keygen(bob), KEYSTORE_KEY_EXISTS);
        assert_string_equal(world.calls, "g");
        assert_int_equal(new_life(), 0);
        assert_int_equal(public_key(key), 0);
        assert_hex(key, rfc_key);
    }
}

static void key_that_may_be_gone_tomorrow_is_not_told(void **state)
{
    uint8_t key[64];
    (void)state;

    world_break_call(4, 1, STATE_IO_ERROR, false);
    assert_int_equal(keystore_keygen(alice), KEYSTORE_NO_STATE);
    assert_true(world_has(key_path));
    world_break_call(2, 1, STATE_READ_ONLY, false);
    assert_int_equal(public_key(key), KEYSTORE_NO_STATE);
    assert_string_equal(world.calls, "gs");
    world_call_again();
    assert_int_equal(public_key(key), 0);
    assert_string_equal(world.calls, "gs");
    world_cut();
    world_call_again();
    assert_int_equal(public_key(key), 0);
    assert_string_equal(world.calls, "");
    assert_int_equal(new_life(), 0);
}

static void state_that_cannot_be_asked_is_not_a_blank_one(void **state)
{
    static const int failures[] = {NEURON_TIMEOUT,       NEURON_PEER_DIED, NEURON_PEER_GONE,
                                   NEXUS_UNDECIDED,      STATE_IO_ERROR,   STATE_ACCESS_DENIED,
                                   NEURON_PEER_RESTARTED};
    uint8_t key[64];
    (void)state;

    for (unsigned i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        world_break_call(1, 2, failures[i], false);
        assert_int_equal(keystore_keygen(alice), KEYSTORE_NO_STATE);
        assert_string_equal(world.calls, failures[i] == NEURON_PEER_RESTARTED ? "gg" : "g");
        world_break_call(1, 2, failures[i], false);
        assert_int_equal(public_key(key), KEYSTORE_NO_STATE);
        world_break_call(1, 2, failures[i], false);
        assert_int_equal(sign("x", 1, key), KEYSTORE_NO_STATE);
        world_break_call(1, 2, failures[i], false);
        assert_int_equal(keystore_reload(alice), KEYSTORE_NO_STATE);
    }
    world_break_call(0, 0, 0, false);
    assert_true(no_key(key));
}

static void restart_of_a_server_is_passed_over(void **state)
{
    uint8_t key[64];
    (void)state;

    world_break_call(1, 1, NEURON_PEER_RESTARTED, false);
    assert_int_equal(keystore_keygen(alice), 0);
    assert_string_equal(world.calls, "ggeps");
    assert_int_equal(new_life(), 0);
    world_break_call(1, 1, NEURON_PEER_RESTARTED, false);
    assert_int_equal(sign("", 0, key), 0);
    assert_hex(key, rfc_signature);
}

static void without_entropy_there_is_no_key(void **state)
{
    static const int failures[] = {NEURON_TIMEOUT, NEURON_PEER_GONE, NEURON_PEER_RESTARTED,
                                   NEXUS_DENIED, ENTROPY_BAD_SIZE};
    uint8_t key[64];
    (void)state;

    for (unsigned i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        world_break_call(2, 2, failures[i], false);
        assert_int_equal(keystore_keygen(alice), KEYSTORE_NO_ENTROPY);
        assert_string_equal(world.calls, failures[i] == NEURON_PEER_RESTARTED ? "gee" : "ge");
    }
    for (world.entropy_bytes = 0; world.entropy_bytes < SEED; world.entropy_bytes++) {
        world_break_call(0, 0, 0, false);
        assert_int_equal(keystore_keygen(alice), KEYSTORE_NO_ENTROPY);
        assert_string_equal(world.calls, "ge");
    }
    assert_false(world_has(key_path));
    assert_true(no_key(key));
    world_break_call(2, 1, NEURON_PEER_RESTARTED, false);
    assert_int_equal(keystore_keygen(alice), 0);
    assert_string_equal(world.calls, "geeps");
}

static void interrupted_making_leaves_one_key_or_none(void **state)
{
    static const int failures[] = {NEURON_TIMEOUT, NEURON_PEER_DIED, NEURON_PEER_RESTARTED,
                                   STATE_IO_ERROR, STATE_NO_SPACE,   STATE_OVER_QUOTA};
    (void)state;

    for (unsigned i = 0; i < 6u * 5 * 2 * 2 * 2; i++) {
        uint8_t first[64], second[64];
        const bool lost = i % 2, early_look = i / 2 % 2, done = i / 4 % 2;

        (void)start(NULL);
        world_break_call(1 + i / 8 % 5, 1, failures[i / 40], done);
        const int made = keystore_keygen(alice);
        world_break_call(0, 0, 0, false);
        const int looked = early_look || made == 0 ? public_key(first) : KEYSTORE_NO_KEY;
        assert_true(made != 0 || looked == 0);
        assert_true(looked == 0 || looked == KEYSTORE_NO_KEY);
        if (lost) {
            world_cut();
        }
        const int reloaded = new_life();
        assert_true(reloaded == 0 || (reloaded == KEYSTORE_NO_KEY && looked == KEYSTORE_NO_KEY));
        assert_int_equal(keystore_keygen(bob), reloaded == 0 ? KEYSTORE_KEY_EXISTS : 0);
        assert_int_equal(public_key(second), 0);
        assert_true(looked != 0 || memcmp(first, second, 32) == 0);
        world_cut();
        assert_int_equal(new_life(), 0);
    }
}

/* It is told as what it is, nobody signs with it, and it is not replaced. */
static void assert_damaged(void)
{
    const struct world before = world;
    uint8_t out[64];

    assert_int_equal(sign("x", 1, out), KEYSTORE_DAMAGED);
    assert_int_equal(keystore_keygen(alice), KEYSTORE_DAMAGED);
    assert_int_equal(keystore_reload(alice), KEYSTORE_DAMAGED);
    assert_int_equal(public_key(out), KEYSTORE_DAMAGED);
    assert_memory_equal(world.now, before.now, sizeof(world.now));
}

static void damaged_key_is_neither_used_nor_replaced(void **state)
{
    (void)state;

    assert_int_equal(keystore_keygen(alice), 0);
    struct world_value *kept = world_value(key_path);
    for (unsigned byte = 0; byte < PAIR; byte++) {
        assert_int_equal(new_life(), 0);
        kept->masked[byte] ^= 0x10;
        (void)keystore_reload(alice);
        assert_damaged();
        kept->masked[byte] ^= 0x10;
    }
    static const size_t lengths[] = {1, 32, 63, 65, STATE_GET_VALUE_MAX};
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        kept->length = lengths[i];
        assert_damaged();
    }
    kept->length = PAIR;
    assert_int_equal(new_life(), 0);
    static const int failures[] = {STATE_CORRUPTED, STATE_VALUE_TOO_LARGE};
    for (unsigned i = 0; i < 2; i++) {
        world_break_call(1, 4, failures[i], false);
        assert_damaged();
        world_break_call(0, 0, 0, false);
    }
    assert_int_equal(new_life(), 0);
}

static void key_that_changes_in_a_life_is_damage(void **state)
{
    uint8_t key[64];
    (void)state;

    assert_int_equal(keystore_keygen(alice), 0);
    const struct world with_first = world;
    (void)start(NULL);
    world.masked_seed[0] ^= 1;
    assert_int_equal(keystore_keygen(alice), 0);
    memcpy(world.now, with_first.now, sizeof(world.now));
    assert_int_equal(sign("", 0, key), KEYSTORE_DAMAGED);
    assert_int_equal(keystore_keygen(alice), KEYSTORE_DAMAGED);
    assert_int_equal(keystore_reload(alice), 0); /* who may do this means it */
    assert_int_equal(public_key(key), 0);
    assert_hex(key, rfc_key);
    memset(world.now, 0, sizeof(world.now));
    assert_int_equal(sign("", 0, key), KEYSTORE_DAMAGED);
    assert_int_equal(keystore_keygen(alice), KEYSTORE_DAMAGED);
    assert_int_equal(keystore_reload(alice), KEYSTORE_NO_KEY);
}

static void what_is_signed_is_verified(void **state)
{
    static uint8_t message[1024];
    uint8_t key[64], signature[65];
    (void)state;

    assert_int_equal(keystore_keygen(alice), 0);
    assert_int_equal(public_key(key), 0);
    for (size_t bytes = 0; bytes <= sizeof(message); bytes += 128) {
        message[bytes / 2] ^= 7;
        assert_int_equal(sign(message, bytes, signature), 0);
        assert_int_equal(keystore_verify(bob, key, 32, message, bytes, signature, 64), 0);
        signature[bytes % 64] ^= 1;
        assert_int_equal(keystore_verify(bob, key, 32, message, bytes, signature, 64),
                         KEYSTORE_BAD_SIGNATURE);
        signature[bytes % 64] ^= 1;
    }
    assert_int_equal(keystore_verify(bob, key, 31, message, 1024, signature, 64),
                     KEYSTORE_BAD_SIGNATURE);
    assert_int_equal(keystore_verify(bob, key, 0, message, 1024, signature, 64),
                     KEYSTORE_BAD_SIGNATURE);
    assert_int_equal(keystore_verify(bob, key, 32, message, 1024, signature, 63),
                     KEYSTORE_BAD_SIGNATURE);
    assert_int_equal(keystore_verify(bob, key, 32, message, 1023, signature, 64),
                     KEYSTORE_BAD_SIGNATURE);
}

static void private_key_is_never_exported(void **state)
{
    (void)state;
    assert_int_equal(keystore_export_private_key(alice), KEYSTORE_EXPORT_REFUSED);
    assert_int_equal(keystore_keygen(alice), 0);
    world_call_again();
    assert_int_equal(keystore_export_private_key(alice), KEYSTORE_EXPORT_REFUSED);
    assert_string_equal(world.calls, "");
}

/* --- what is left in memory ---------------------------------------------------------------------- */

/* All masked: the seed, the private scalar, and what the nonces are made with. */
static struct {
    uint8_t seed[32], scalar[32], prefix[32];
} secret;

static void __attribute__((noinline)) learn_secrets(void)
{
    uint8_t seed[32], hash[64];

    for (unsigned i = 0; i < 32; i++) {
        seed[i] = world.masked_seed[i] ^ WORLD_MASK;
    }
    (void)crypto_hash_sha512(hash, seed, sizeof(seed));
    hash[0] &= 248;
    hash[31] = (hash[31] & 127) | 64;
    for (unsigned i = 0; i < 32; i++) {
        secret.seed[i] = world.masked_seed[i];
        secret.scalar[i] = hash[i] ^ WORLD_MASK;
        secret.prefix[i] = hash[32 + i] ^ WORLD_MASK;
    }
}

static void assert_nothing_left(void)
{
    enum { PART = 12 };

    for (unsigned at = 0; at + PART <= 32; at += 4) {
        assert_false(memory_has(secret.seed + at, PART, WORLD_MASK));
        assert_false(memory_has(secret.scalar + at, PART, WORLD_MASK));
        assert_false(memory_has(secret.prefix + at, PART, WORLD_MASK));
    }
}

/* What the search is to find. */
static void __attribute__((noinline)) leave_traces(void)
{
    uint8_t seed[32], hash[64];

    for (unsigned i = 0; i < 32; i++) {
        seed[i] = secret.seed[i] ^ WORLD_MASK;
        hash[i] = secret.scalar[i] ^ WORLD_MASK;
        hash[32 + i] = secret.prefix[i] ^ WORLD_MASK;
    }
    __asm__ volatile("" : : "r"(seed), "r"(hash) : "memory");
}

static void nothing_of_the_private_key_stays_in_memory(void **state)
{
    uint8_t out[64];
    (void)state;

    learn_secrets();
    leave_traces();
    assert_true(memory_has(secret.seed, 32, WORLD_MASK));
    assert_true(memory_has(secret.scalar, 32, WORLD_MASK));
    assert_true(memory_has(secret.prefix, 32, WORLD_MASK));
    memory_scrub_stack();
    assert_nothing_left();

    assert_int_equal(keystore_keygen(alice), 0);
    assert_nothing_left();
    assert_int_equal(sign("message", 7, out), 0);
    assert_nothing_left();
    assert_int_equal(keystore_keygen(alice), KEYSTORE_KEY_EXISTS);
    assert_nothing_left();
    assert_int_equal(keystore_reload(alice), 0);
    assert_nothing_left();
    assert_int_equal(public_key(out), 0);
    assert_nothing_left();
    world_value(key_path)->length = 65;
    assert_int_equal(sign("message", 7, out), KEYSTORE_DAMAGED);
    assert_nothing_left();
}

static void nothing_of_a_key_that_was_not_kept_stays_in_memory(void **state)
{
    (void)state;

    learn_secrets();
    memory_scrub_stack();
    for (unsigned call = 1; call <= 4; call++) {
        world_break_call(call, 2, STATE_IO_ERROR, true);
        assert_true(keystore_keygen(alice) != 0);
        assert_nothing_left();
        memset(world.now, 0, sizeof(world.now));
    }
}

static void life(void)
{
    assert_int_equal(keystore_export_private_key(alice), KEYSTORE_EXPORT_REFUSED);
}

static void it_serves(void **state)
{
    (void)state;
    assert_int_equal(live(life), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(key_is_made_once_and_durable_before_it_is_told, start),
        cmocka_unit_test_setup(key_that_may_be_gone_tomorrow_is_not_told, start),
        cmocka_unit_test_setup(state_that_cannot_be_asked_is_not_a_blank_one, start),
        cmocka_unit_test_setup(restart_of_a_server_is_passed_over, start),
        cmocka_unit_test_setup(without_entropy_there_is_no_key, start),
        cmocka_unit_test_setup(interrupted_making_leaves_one_key_or_none, start),
        cmocka_unit_test_setup(damaged_key_is_neither_used_nor_replaced, start),
        cmocka_unit_test_setup(key_that_changes_in_a_life_is_damage, start),
        cmocka_unit_test_setup(what_is_signed_is_verified, start),
        cmocka_unit_test_setup(private_key_is_never_exported, start),
        cmocka_unit_test_setup(nothing_of_the_private_key_stays_in_memory, start),
        cmocka_unit_test_setup(nothing_of_a_key_that_was_not_kept_stays_in_memory, start),
        cmocka_unit_test_setup(values_are_apart_for_each_client, start),
        cmocka_unit_test_setup(no_key_leads_out_of_the_values_of_the_client, start),
        cmocka_unit_test_setup(failures_of_values_are_told, start),
        cmocka_unit_test_setup(it_serves, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
