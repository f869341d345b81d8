/* Keeps a secret, and finds nothing but its own. */
#include "keeper.nexus.h"

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
    char path[STATE_LIST_PATH_MAX + 1];
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;
    uint32_t bytes = 0;

    CHECK(state_put("/state/keystore/secret", "swordfish", 9) == 0);
    CHECK(state_sync() == 0);
    CHECK(state_get("/state/keystore/secret/", value, &length) == 0);
    CHECK(length == 9 && memcmp(value, "swordfish", length) == 0);
    CHECK(state_list("/state", "", path, &bytes) == 0);
    CHECK(strcmp(path, "/state/keystore/secret") == 0 && bytes == 9);
    CHECK(state_list("/state", path, path, &bytes) == STATE_NOT_FOUND);
    CHECK(state_put("/state/other", "x", 1) == STATE_ACCESS_DENIED);
    CHECK(state_put("/state/keystored", "x", 1) == STATE_ACCESS_DENIED);
    CHECK(state_get("/state/boot/bootctl.v1", value, &length) == STATE_ACCESS_DENIED);
    promise_kept("statefs keeps a secret for who may have it");
    nexus_serve();
}
