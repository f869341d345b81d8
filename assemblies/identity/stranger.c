/* May have nothing of the identity; its values are its own. */
#include "stranger.nexus.h"

#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <string.h>

int done_done(struct nexus_client client)
{
    (void)client;
    return 0; /* it serves when all is done */
}

static void test_refusals(void)
{
    static const uint8_t too_long[KEYSTORE_SIGN_MESSAGE_MAX + 1];
    uint8_t bytes[KEYSTORE_SIGN_SIGNATURE_MAX] = {0};
    size_t length = 0;

    CHECK(keystore_keygen() == NEXUS_DENIED);
    CHECK(keystore_public_key(bytes, &length) == NEXUS_DENIED);
    CHECK(keystore_sign("x", 1, bytes, &length) == NEXUS_DENIED);
    CHECK(keystore_verify(bytes, 32, "x", 1, bytes, 64) == NEXUS_DENIED);
    CHECK(keystore_reload() == NEXUS_DENIED);
    CHECK(keystore_export_private_key() == KEYSTORE_EXPORT_REFUSED);
    CHECK(keystore_sign(too_long, KEYSTORE_SIGN_MESSAGE_MAX, bytes, &length) == NEXUS_DENIED);
    CHECK(keystore_sign(too_long, sizeof(too_long), bytes, &length) ==
          NEXUS_TOO_LONG); /* not asked */
    CHECK(keystore_verify(bytes, 32, too_long, sizeof(too_long), bytes, 64) == NEXUS_TOO_LONG);
    CHECK(keystore_put("mine", too_long, KEYSTORE_PUT_VALUE_MAX + 1) == NEXUS_TOO_LONG);
    CHECK(length == 0);
    promise_kept("keystored denied callers");
}

/* An earlier boot may have left the value: there is a disk or there is none. */
static void test_values(void)
{
    uint8_t value[KEYSTORE_GET_VALUE_MAX];
    size_t length = 0;

    const int status = keystore_put("mine", "stranger's", 10);
    CHECK(status == 0 || status == KEYSTORE_NO_STATE);
    if (status == 0) {
        CHECK(keystore_get("mine", value, &length) == 0);
        CHECK(length == 10 && memcmp(value, "stranger's", length) == 0);
        CHECK(keystore_get("theirs", value, &length) == KEYSTORE_NOT_FOUND);
        CHECK(keystore_get("../selftest/74686569727300", value, &length) == KEYSTORE_NOT_FOUND);
        CHECK(state_get("/state/keystore/values/stranger/6d696e65", value, &length) ==
              STATE_ACCESS_DENIED);
    }
}

int main(void)
{
    test_refusals();
    test_values();
    nexus_serve();
}
