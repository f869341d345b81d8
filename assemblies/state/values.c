/* Values, paths, lists, quotas. */
#include "selftest.h"

#include <string.h>

enum { KEY_MAX = 255, LONG_BYTES = 65536 };

bool holds(const char *path, const char *text)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;

    return state_get(path, value, &length) == 0 && length == strlen(text) &&
           memcmp(value, text, length) == 0;
}

void test_values(void)
{
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 1;

    CHECK(state_get("/state/a", value, &length) == STATE_NOT_FOUND);
    CHECK(state_remove("/state/a") == STATE_NOT_FOUND);
    CHECK(state_put("/state/a", "one", 3) == 0 && holds("/state/a", "one"));
    CHECK(state_put("/state/a", "three", 5) == 0 && holds("/state/a", "three"));
    CHECK(state_put("/state/empty", "", 0) == 0);
    CHECK(state_get("/state/empty", value, &length) == 0 && length == 0);
    CHECK(state_sync() == 0 && holds("/state/a", "three"));
    CHECK(state_remove("/state/a") == 0 && state_remove("/state/empty") == 0);
    CHECK(state_get("/state/a", value, &length) == STATE_NOT_FOUND);
    promise_kept("statefs put");
}

void test_paths(void)
{
    static const char *const wrong[] = {
        "",           "/",           "/state",      "/state/",  "state/a",
        "/stat/a",    "/state//a",   "/state/a//",  "/state/.", "/state/..",
        "/state/./a", "/state/a/..", "/state/../a", "/State/a"};
    char path[KEY_MAX + 2];

    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK(state_put(wrong[i], "x", 1) == STATE_INVALID_KEY);
    }
    CHECK(state_put("/state/a/", "slash", 5) == 0 && holds("/state/a", "slash"));
    CHECK(state_remove("/state/a") == 0);
    memset(path, 'x', sizeof(path));
    memcpy(path, "/state/", strlen("/state/"));
    path[KEY_MAX + 1] = '\0';
    CHECK(state_put(path, "x", 1) == STATE_KEY_TOO_LONG);
    path[KEY_MAX] = '/';
    CHECK(state_put(path, "long", 4) == 0);
    path[KEY_MAX] = '\0';
    CHECK(holds(path, "long") && state_remove(path) == 0);
    promise_kept("statefs paths");
}

static uint8_t pattern(uint32_t i)
{
    return (uint8_t)(i * 7 + (i >> 8));
}

void test_long_values(void)
{
    uint8_t *window = state_window();
    uint8_t value[STATE_GET_VALUE_MAX];
    size_t length = 0;
    uint32_t bytes = 0;

    for (uint32_t i = 0; i < LONG_BYTES; i++) {
        window[i] = pattern(i);
    }
    CHECK(state_put_long("/state/long", LONG_BYTES + 1) == STATE_VALUE_TOO_LARGE);
    CHECK(state_put_long("/state/long", LONG_BYTES) == 0);
    memset(window, 0, LONG_BYTES);
    CHECK(state_get("/state/long", value, &length) == STATE_VALUE_TOO_LARGE);
    CHECK(state_get_long("/state/long", &bytes) == 0 && bytes == LONG_BYTES);
    for (uint32_t i = 0; i < LONG_BYTES; i++) {
        CHECK(window[i] == pattern(i));
    }
    CHECK(state_begin() == 0 && state_put_long("/state/long", LONG_BYTES) == 0);
    CHECK(state_put_long("/state/long", LONG_BYTES) == STATE_TRANSACTION_FULL);
    CHECK(state_remove("/state/long") == 0 && state_commit() == 0);
    CHECK(state_get_long("/state/long", &bytes) == STATE_NOT_FOUND);
    promise_kept("statefs long values");
}

void test_list(void)
{
    static const char *const sorted[] = {"/state/list/a", "/state/list/a/b", "/state/list/b"};
    char path[STATE_LIST_PATH_MAX + 1] = "";
    uint32_t length = 0;

    for (uint32_t i = 3; i > 0; i--) {
        CHECK(state_put(sorted[i - 1], "123", i) == 0);
    }
    CHECK(state_put("/state/lists", "x", 1) == 0);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(state_list("/state/list/", path, path, &length) == 0);
        CHECK(strcmp(path, sorted[i]) == 0 && length == i + 1);
    }
    CHECK(state_list("/state/list", path, path, &length) == STATE_NOT_FOUND);
    /* What it may not read is not there for it, though keeper has put it. */
    CHECK(keeper_done() == 0);
    CHECK(state_list("/state/keystore", "", path, &length) == STATE_ACCESS_DENIED);
    CHECK(state_list("/state", "/state/j", path, &length) == 0);
    CHECK(strcmp(path, "/state/list/a") == 0);
    promise_kept("statefs list");
}

void test_quota(void)
{
    CHECK(state_put("/state/narrow/a", "0123456789", 10) == 0);
    CHECK(state_put("/state/narrow/b", "0123456789", 10) == STATE_OVER_QUOTA);
    CHECK(state_put("/state/narrow/a", "9876543210", 10) == 0);
    CHECK(holds("/state/narrow/a", "9876543210") && state_remove("/state/narrow/a") == 0);
    CHECK(state_put("/state/narrow/b", "0123456789", 10) == 0);
    promise_kept("statefs quota");
}
