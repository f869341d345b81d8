/* May have nothing, and learns nothing: not even what is there. */
#include "thief.nexus.h"

#include <nexus/selftest.h>
#include <nexus/serve.h>
#include <string.h>

int done_done(struct nexus_client client)
{
    (void)client;
    return 0; /* it serves when all is done */
}

int main(void)
{
    static const char *const paths[] = {"/state/keystore/secret", "/state/keystore/none",
                                        "/state/boot/bootctl.v1", "/state/elsewhere"};
    char path[STATE_LIST_PATH_MAX + 1];
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;
    uint32_t bytes = 0;

    CHECK(keeper_done() == 0); /* the secret is there */
    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        CHECK(state_get(paths[i], value, &length) == STATE_ACCESS_DENIED);
        CHECK(state_get_long(paths[i], &bytes) == STATE_ACCESS_DENIED);
        CHECK(state_put(paths[i], "x", 1) == STATE_ACCESS_DENIED);
        CHECK(state_put_long(paths[i], 1) == STATE_ACCESS_DENIED);
        CHECK(state_remove(paths[i]) == STATE_ACCESS_DENIED);
        CHECK(state_list(paths[i], "", path, &bytes) == STATE_ACCESS_DENIED);
    }
    CHECK(state_list("/state/keystore", "", path, &bytes) == STATE_ACCESS_DENIED);
    CHECK(state_list("/state", "", path, &bytes) == STATE_NOT_FOUND);
    CHECK(state_list("/state/", "", path, &bytes) == STATE_NOT_FOUND);
    CHECK(state_get("/state/x/../keystore/secret", value, &length) == STATE_INVALID_KEY);
    CHECK(state_get("/state/./keystore/secret", value, &length) == STATE_INVALID_KEY);
    CHECK(state_get("/state//keystore/secret", value, &length) == STATE_INVALID_KEY);
    CHECK(state_sync() == STATE_ACCESS_DENIED && state_begin() == STATE_ACCESS_DENIED);
    CHECK(state_commit() == STATE_NO_TRANSACTION && state_cancel() == STATE_NO_TRANSACTION);
    promise_kept("statefs unauthorized access rejected");
    nexus_serve();
}
