/*
 * The identity of the device. What is kept of it is what libsodium takes for a private key: the seed and the
 * public key. The public key stays in memory once it was read, found to be that of the seed, and is durable.
 */
#include "identity.h"

#include "keystored.nexus.h"
#include "state.h"

#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>
#include <stdbool.h>
#include <string.h>

enum {
    SEED_BYTES = crypto_sign_ed25519_SEEDBYTES,
    PAIR_BYTES = crypto_sign_ed25519_SECRETKEYBYTES,
    STACK_WIPED = 8 * 1024 /* libsodium takes less than 3 KiB to sign */
};

/* rngd gives up a source that takes 5 s. */
#define ENTROPY_PATIENCE NEXUS_S(6)

static const char path[] = "/state/keystore/device.key";

static bool known;
static uint8_t public_key[IDENTITY_KEY_BYTES];

/* --- forgetting ---------------------------------------------------------------------------------- */

/* Zeroes the stack below the caller, where those that it called have left parts of the key. */
static void __attribute__((noinline)) wipe_stack(void)
{
    uint8_t below[STACK_WIPED];

    sodium_memzero(below, sizeof(below));
}

static void forget(uint8_t pair[PAIR_BYTES])
{
    sodium_memzero(pair, PAIR_BYTES);
    kept_forget_messages();
    wipe_stack();
}

/* --- reading ------------------------------------------------------------------------------------- */

static bool is_pair(const uint8_t pair[PAIR_BYTES])
{
    uint8_t derived[PAIR_BYTES];
    uint8_t key[IDENTITY_KEY_BYTES];

    (void)crypto_sign_ed25519_seed_keypair(key, derived, pair);
    const bool equal = sodium_memcmp(derived, pair, PAIR_BYTES) == 0;
    sodium_memzero(derived, sizeof(derived));
    return equal;
}

/* The first time: a key that might be gone after a power cut is not shown to anybody. */
static int get_to_know(const uint8_t pair[PAIR_BYTES])
{
    if (!is_pair(pair)) {
        LOG_ERROR("the device's key is damaged");
        return KEYSTORE_DAMAGED;
    }
    const int result = kept_sync();
    if (result == 0) {
        memcpy(public_key, pair + SEED_BYTES, sizeof(public_key));
        known = true;
    }
    return result;
}

static int load(uint8_t pair[PAIR_BYTES])
{
    size_t bytes = 0;
    const int result = kept_get(path, pair, PAIR_BYTES, &bytes);

    if (result == KEYSTORE_NOT_FOUND && !known) {
        return KEYSTORE_NO_KEY;
    }
    if (result == KEYSTORE_NOT_FOUND || (result == 0 && bytes != PAIR_BYTES)) {
        LOG_ERROR("the device's key is damaged");
        return KEYSTORE_DAMAGED;
    }
    if (result != 0) {
        return result;
    }
    if (!known) {
        return get_to_know(pair);
    }
    return memcmp(pair + SEED_BYTES, public_key, sizeof(public_key)) == 0 ? 0 : KEYSTORE_DAMAGED;
}

/* --- making -------------------------------------------------------------------------------------- */

static int get_seed(uint8_t seed[SEED_BYTES])
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX];
    size_t bytes = 0;

    int status = entropy_get_until(nexus_now() + ENTROPY_PATIENCE, SEED_BYTES, entropy, &bytes);
    if (status == NEURON_PEER_RESTARTED) { /* said once, and the call was not delivered */
        status = entropy_get_until(nexus_now() + ENTROPY_PATIENCE, SEED_BYTES, entropy, &bytes);
    }
    const bool enough = status == 0 && bytes == SEED_BYTES;
    if (enough) {
        memcpy(seed, entropy, SEED_BYTES);
    } else {
        LOG_WARN("no entropy: %s", status == 0 ? "too little" : nexus_strerror(status));
    }
    sodium_memzero(entropy, sizeof(entropy));
    return enough ? 0 : KEYSTORE_NO_ENTROPY;
}

static int make(uint8_t pair[PAIR_BYTES])
{
    uint8_t seed[SEED_BYTES];
    uint8_t key[IDENTITY_KEY_BYTES];
    int result = get_seed(seed);

    if (result == 0) {
        (void)crypto_sign_ed25519_seed_keypair(key, pair, seed);
        result = kept_put(path, pair, PAIR_BYTES);
    }
    sodium_memzero(seed, sizeof(seed));
    if (result == 0) {
        memcpy(public_key, key, sizeof(public_key));
        known = true;
    }
    return result;
}

/* --- for the clients ----------------------------------------------------------------------------- */

int identity_make(void)
{
    uint8_t pair[PAIR_BYTES];
    int result = load(pair);

    if (result == KEYSTORE_NO_KEY) {
        result = make(pair);
    } else if (result == 0) {
        result = KEYSTORE_KEY_EXISTS;
    }
    forget(pair);
    return result;
}

int identity_public_key(uint8_t key[IDENTITY_KEY_BYTES])
{
    const int result = known ? 0 : identity_reload();

    if (result == 0) {
        memcpy(key, public_key, sizeof(public_key));
    }
    return result;
}

int identity_sign(const void *message, size_t bytes, uint8_t signature[IDENTITY_SIGNATURE_BYTES])
{
    uint8_t pair[PAIR_BYTES];
    const int result = load(pair);

    if (result == 0) {
        (void)crypto_sign_ed25519_detached(signature, NULL, message, bytes, pair);
    }
    forget(pair);
    return result;
}

int identity_reload(void)
{
    uint8_t pair[PAIR_BYTES];

    known = false;
    const int result = load(pair);
    forget(pair);
    return result;
}
