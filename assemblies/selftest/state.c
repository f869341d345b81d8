/* What /state promises, also from one boot to the next. */
#include "selftest.h"

#include <stdio.h>
#include <string.h>

static const char mark[] = "/state/selftest/boot";

/* The time at which an earlier boot of this disk left its mark. False: there is none. */
static bool find_mark(uint64_t *time)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;
    const int result = state_get(mark, value, &length);

    CHECK(result == 0 || result == STATE_NOT_FOUND);
    CHECK(result != 0 || length == sizeof(*time));
    memcpy(time, value, result == 0 ? sizeof(*time) : 0);
    return result == 0;
}

static void test_refusal(void)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    CHECK(state_put("/state/keystore/selftest", "x", 1) == STATE_ACCESS_DENIED);
    CHECK(state_get("/state/keystore/selftest/", value, &length) == STATE_ACCESS_DENIED);
    const struct seen_audit denied = find_audit(0, "policy.check by ", "statefs.keystore");
    CHECK(denied.sequence != 0 && denied.decision == DECISION_DENY);
    promise_kept("statefs unauthorized access rejected");
}

void test_state(uint64_t now)
{
    uint64_t before = 0;
    uint64_t again = 0;
    const bool found = find_mark(&before);

    CHECK(state_put(mark, &now, sizeof(now)) == 0 && state_sync() == 0);
    CHECK(find_mark(&again) && again == now);
    promise_kept("statefs put");
    test_refusal();
    if (found) {
        CHECK(before != 0 && before != now);
        promise_kept("statefs persist");
    }
}
