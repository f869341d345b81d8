/* What keystored promises, also from one boot to the next. This component may not sign. */
#include "selftest.h"

#include <nexus/status.h>
#include <string.h>

enum { KEY = KEYSTORE_PUBLIC_KEY_KEY_MAX };

static const char seen_path[] = "/state/selftest/key";

/* The key, which the device may have from an earlier boot. Whether it has. */
static bool test_public_key(uint8_t key[KEY])
{
    static const uint8_t zero[KEY];
    uint8_t again[KEY];
    size_t length = 0;

    const int made = keystore_keygen();
    CHECK(made == 0 || made == KEYSTORE_KEY_EXISTS);
    CHECK(keystore_keygen() == KEYSTORE_KEY_EXISTS);
    CHECK(keystore_public_key(key, &length) == 0 && length == KEY);
    CHECK(memcmp(key, zero, KEY) != 0 && keystore_reload() == 0);
    CHECK(keystore_public_key(again, &length) == 0 && memcmp(again, key, KEY) == 0);
    promise_kept("device key pubkey");
    return made != 0;
}

static void test_export(void)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    CHECK(keystore_export_private_key() == KEYSTORE_EXPORT_REFUSED);
    CHECK(state_get("/state/keystore/device.key", value, &length) == STATE_ACCESS_DENIED);
    CHECK(keystore_get("device.key", value, &length) == KEYSTORE_NOT_FOUND);
    promise_kept("device key private export rejected");
}

static void test_denial(void)
{
    uint8_t signature[KEYSTORE_SIGN_SIGNATURE_MAX];
    size_t length = 0;

    CHECK(keystore_sign("x", 1, signature, &length) == NEXUS_DENIED);
    const struct seen_audit denied = find_audit(0, "policy.check by ", "crypto.sign");
    CHECK(denied.sequence != 0 && denied.decision == DECISION_DENY);
    promise_kept("keystored sign denied");
}

void test_keys(void)
{
    uint8_t key[KEY], seen[STATE_GET_VALUE_MAX];
    size_t length = 0;
    const bool old = test_public_key(key);

    test_export();
    test_denial();
    const int status = state_get(seen_path, seen, &length);
    CHECK(status == STATE_NOT_FOUND || (status == 0 && old));
    if (status == 0) {
        CHECK(length == KEY && memcmp(seen, key, KEY) == 0);
        promise_kept("device key persist");
    }
    CHECK(state_put(seen_path, key, KEY) == 0 && state_sync() == 0);
}
