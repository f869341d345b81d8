/* Tests of keystored: values of clients. */
#include "keystored_values.h"

#include "cmocka_all.h"
#include "keystored_world.h"

#include <neuron/status.h>
#include <string.h>

static int get(struct nexus_client client, const char *key, const char *wanted)
{
    uint8_t value[256];
    size_t length = 0;
    const int result = keystore_get(client, key, value, &length);

    if (result == 0) {
        assert_int_equal(length, strlen(wanted));
        assert_memory_equal(value, wanted, length);
    }
    return result;
}

void values_are_apart_for_each_client(void **state)
{
    (void)state;
    assert_int_equal(get(alice, "colour", ""), KEYSTORE_NOT_FOUND);
    assert_int_equal(keystore_put(alice, "colour", "red", 3), 0);
    assert_int_equal(get(bob, "colour", ""), KEYSTORE_NOT_FOUND);
    assert_int_equal(keystore_remove(bob, "colour"), KEYSTORE_NOT_FOUND);
    assert_int_equal(keystore_put(bob, "colour", "blue", 4), 0);
    world_cut();
    assert_int_equal(get(alice, "colour", "red"), 0);
    assert_int_equal(get(bob, "colour", "blue"), 0);
    assert_true(world_has("/state/keystore/values/alice/636f6c6f7572"));
    assert_int_equal(keystore_put(alice, "colour", "green", 5), 0);
    assert_int_equal(get(alice, "colour", "green"), 0);
    world_call_again();
    assert_int_equal(keystore_remove(alice, "colour"), 0);
    assert_string_equal(world.calls, "rs");
    world_cut();
    assert_int_equal(get(alice, "colour", ""), KEYSTORE_NOT_FOUND);
    assert_int_equal(get(bob, "colour", "blue"), 0);
}

void no_key_leads_out_of_the_values_of_the_client(void **state)
{
    static const char *const keys[] = {"..",     "../bob/636f", "/",  "../../device.key", ".",
                                       "a/b//c", "\xc3\xa4",    "%s", "device.key"};
    char longest[65];
    (void)state;

    assert_int_equal(keystore_keygen(alice), 0);
    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *prefix = "/state/keystore/values/alice/";
        assert_int_equal(get(alice, keys[i], ""), KEYSTORE_NOT_FOUND);
        assert_int_equal(keystore_put(alice, keys[i], "x", 1), 0);
        const char *path = world.now[1].path;
        assert_int_equal(strncmp(path, prefix, strlen(prefix)), 0);
        assert_int_equal(strspn(path + strlen(prefix), "0123456789abcdef"), 2 * strlen(keys[i]));
        assert_int_equal(strlen(path), strlen(prefix) + 2 * strlen(keys[i]));
        assert_int_equal(keystore_remove(alice, keys[i]), 0);
    }
    memset(longest, 0xff, 64);
    longest[64] = '\0';
    const struct nexus_client far = {.name = "a_name_as_long_as_names_can_be_in_an_assembly_48"};
    assert_int_equal(keystore_put(far, longest, "long", 4), 0);
    assert_int_equal(get(far, longest, "long"), 0);
    assert_int_equal(strlen(world.now[1].path), 23 + 48 + 1 + 128);
    assert_int_equal(get(alice, "", ""), KEYSTORE_BAD_KEY);
    assert_int_equal(keystore_put(alice, "", "x", 1), KEYSTORE_BAD_KEY);
    assert_int_equal(keystore_remove(alice, ""), KEYSTORE_BAD_KEY);
}

void failures_of_values_are_told(void **state)
{
    static const struct {
        int failure, result;
    } rows[] = {{STATE_NO_SPACE, KEYSTORE_NO_SPACE},   {STATE_OVER_QUOTA, KEYSTORE_NO_SPACE},
                {STATE_IO_ERROR, KEYSTORE_NO_STATE},   {STATE_READ_ONLY, KEYSTORE_NO_STATE},
                {NEURON_PEER_DIED, KEYSTORE_NO_STATE}, {NEURON_TIMEOUT, KEYSTORE_NO_STATE}};
    (void)state;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned call = 1; call <= 2; call++) {
            world_break_call(call, 1, rows[i].failure, false);
            assert_int_equal(keystore_put(alice, "k", "v", 1), rows[i].result);
            world_break_call(0, 0, 0, false);
            assert_int_equal(keystore_put(alice, "k", "v", 1), 0);
            world_break_call(call, 1, rows[i].failure, false);
            assert_int_equal(keystore_remove(alice, "k"), rows[i].result);
        }
    }
    world_break_call(0, 0, 0, false);
    assert_int_equal(keystore_put(alice, "k", "v", 1), 0);
    world_break_call(1, 1, STATE_CORRUPTED, false);
    assert_int_equal(get(alice, "k", ""), KEYSTORE_DAMAGED);
    world_break_call(1, 1, NEURON_PEER_RESTARTED, false);
    assert_int_equal(get(alice, "k", "v"), 0);
    world_break_call(1, 1, NEURON_PEER_RESTARTED, false);
    assert_int_equal(keystore_put(alice, "k", "w", 1), 0);
    assert_string_equal(world.calls, "pps");
    world_break_call(2, 1, NEURON_PEER_RESTARTED,
                     false); /* what was put may be gone: that is not synced */
    assert_int_equal(keystore_put(alice, "k", "x", 1), KEYSTORE_NO_STATE);
    assert_string_equal(world.calls, "ps");
    world_break_call(1, 1, NEURON_PEER_RESTARTED, false);
    assert_int_equal(keystore_remove(alice, "k"), 0);
    assert_string_equal(world.calls, "rrs");
}
