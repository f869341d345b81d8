/* One identity: through deaths of keystored and statefsd, and from one boot to the next. */
#include "selftest.nexus.h"

#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>
#include <string.h>

enum { KEY = KEYSTORE_PUBLIC_KEY_KEY_MAX, SIGNATURE = KEYSTORE_SIGN_SIGNATURE_MAX };

static const char message[] = "signed by the device";
static uint8_t key[KEY];
static uint8_t signature[SIGNATURE];

static void end(void)
{
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
}

/* What does not answer because it or what it needs was stabbed is asked again. */
static bool was_stabbed(int status)
{
    return status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED ||
           status == KEYSTORE_NO_STATE;
}

static int read_key(uint8_t out[KEY])
{
    size_t length = 0;
    int status = 0;

    do {
        status = keystore_public_key(out, &length);
    } while (was_stabbed(status));
    CHECK(status != 0 || length == KEY);
    return status;
}

static int sign(uint8_t out[SIGNATURE])
{
    size_t length = 0;
    int status = 0;

    do {
        status = keystore_sign(message, sizeof(message), out, &length);
    } while (was_stabbed(status));
    CHECK(status != 0 || length == SIGNATURE);
    return status;
}

/* Without a disk or without entropy there is no key, and each call says why. False: there is one, or can be. */
static bool test_machine(void)
{
    uint8_t none[SIGNATURE];
    size_t length = 0;

    const int status = keystore_public_key(key, &length);
    if (status == KEYSTORE_NO_STATE) {
        CHECK(keystore_keygen() == KEYSTORE_NO_STATE && keystore_reload() == KEYSTORE_NO_STATE);
        CHECK(keystore_sign("x", 1, none, &length) == KEYSTORE_NO_STATE);
        promise_kept("device key none without state");
        return true;
    }
    if (status == KEYSTORE_NO_KEY) {
        CHECK(keystore_sign("x", 1, none, &length) == KEYSTORE_NO_KEY);
        const int made = keystore_keygen();
        if (made == KEYSTORE_NO_ENTROPY) {
            CHECK(keystore_keygen() == KEYSTORE_NO_ENTROPY);
            CHECK(keystore_reload() == KEYSTORE_NO_KEY);
            promise_kept("device key none without entropy");
            return true;
        }
        CHECK(made == 0);
        promise_kept("device key made");
    }
    return false;
}

/* An earlier boot has left the key that it saw. */
static void test_persistence(void)
{
    uint8_t seen[KEYSTORE_GET_VALUE_MAX];
    size_t length = 0;

    const int status = keystore_get("theirs", seen, &length);
    CHECK(status == 0 || status == KEYSTORE_NOT_FOUND);
    if (status == 0) {
        CHECK(length == KEY && memcmp(seen, key, KEY) == 0);
        promise_kept("device key persist");
    }
    CHECK(keystore_put("theirs", key, KEY) == 0);
}

static void test_signatures(void)
{
    CHECK(read_key(key) == 0 && keystore_keygen() == KEYSTORE_KEY_EXISTS);
    CHECK(sign(signature) == 0);
    CHECK(crypto_sign_ed25519_verify_detached(signature, (const uint8_t *)message, sizeof(message),
                                              key) == 0);
    CHECK(keystore_verify(key, KEY, message, sizeof(message), signature, SIGNATURE) == 0);
    signature[0] ^= 1;
    CHECK(keystore_verify(key, KEY, message, sizeof(message), signature, SIGNATURE) ==
          KEYSTORE_BAD_SIGNATURE);
    signature[0] ^= 1;
    promise_kept("device key signs");
}

/* The same key, and it signs the same: Ed25519 has no chance in it. */
static void check_same(void)
{
    uint8_t key_now[KEY], signature_now[SIGNATURE];

    CHECK(read_key(key_now) == 0 && memcmp(key_now, key, KEY) == 0);
    CHECK(sign(signature_now) == 0 && memcmp(signature_now, signature, SIGNATURE) == 0);
    CHECK(keystore_keygen() == KEYSTORE_KEY_EXISTS);
}

/* statefsd first: a restart of keystored would make durable what was only put. */
static void test_deaths(void)
{
    CHECK(statefsd_stab() == 0);
    check_same();
    CHECK(keystore_reload() == 0);
    check_same();
    promise_kept("device key survives statefsd");
    CHECK(keystored_stab() == 0);
    check_same();
    promise_kept("device key survives keystored");
    CHECK(statefsd_stab() == 0 && keystored_stab() == 0);
    check_same();
    promise_kept("device key survives both");
}

static void test_export(void)
{
    char path[STATE_LIST_PATH_MAX + 1];
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;
    uint32_t bytes = 0;
    int status = 0;

    CHECK(keystore_export_private_key() == KEYSTORE_EXPORT_REFUSED);
    CHECK(keystore_get("device.key", value, &length) == KEYSTORE_NOT_FOUND);
    CHECK(keystore_get("../../device.key", value, &length) == KEYSTORE_NOT_FOUND);
    do {
        status = state_get("/state/keystore/device.key", value, &length);
    } while (was_stabbed(status));
    CHECK(status == STATE_ACCESS_DENIED);
    CHECK(state_get_long("/state/keystore/device.key", &bytes) == STATE_ACCESS_DENIED);
    CHECK(state_put("/state/keystore/device.key", "x", 1) == STATE_ACCESS_DENIED);
    CHECK(state_remove("/state/keystore/device.key") == STATE_ACCESS_DENIED);
    CHECK(state_list("/state", "", path, &bytes) == STATE_NOT_FOUND);
    promise_kept("device key private export rejected");
}

static void test_quota(void)
{
    static const uint8_t full[KEYSTORE_PUT_VALUE_MAX];
    char name[] = "a";
    int status = 0;

    while (status == 0) {
        status = keystore_put(name, full, sizeof(full));
        name[0]++;
    }
    CHECK(status == KEYSTORE_NO_SPACE);
    while (--name[0] > 'a') {
        status = keystore_remove((char[]){(char)(name[0] - 1), '\0'});
        CHECK(status == 0 || status == KEYSTORE_NOT_FOUND);
    }
    CHECK(keystore_put("theirs", key, KEY) == 0);
    check_same();
    promise_kept("keystored values quota");
}

int main(void)
{
    CHECK(stranger_done() == 0);
    if (!test_machine()) {
        test_signatures();
        test_persistence();
        test_deaths();
        test_export();
        test_quota();
    }
    end();
    return 1;
}
