/* Dies in a transaction. Its second life finds nothing of it, and has none. */
#include "mayfly.nexus.h"

#include <nexus/selftest.h>
#include <nexus/serve.h>

int done_done(struct nexus_client client)
{
    (void)client;
    return 0; /* it serves when all is done */
}

static void die(void)
{
    static volatile int *volatile nowhere;

    *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
}

int main(void)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    const int status = state_get("/state/mayfly/lived", value, &length);
    CHECK(status == 0 || status == STATE_NOT_FOUND);
    if (status == STATE_NOT_FOUND) {
        CHECK(state_put("/state/mayfly/lived", "once", 4) == 0 && state_begin() == 0);
        CHECK(state_put("/state/mayfly/staged", "x", 1) == 0);
        die();
    }
    CHECK(state_commit() == STATE_NO_TRANSACTION);
    CHECK(state_begin() == 0 && state_commit() == 0);
    CHECK(state_get("/state/mayfly/staged", value, &length) == STATE_NOT_FOUND);
    promise_kept("statefs transaction dies with its client");
    nexus_serve();
}
