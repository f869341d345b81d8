/*
 * Asks keystored all the time, which dies meanwhile. What it has answered is so: a value has the version that was put last,
 * and there is one identity from the first time that it was seen. Of what it has not answered, all is done or nothing.
 */
#include "keyload.nexus.h"

#include <neuron/status.h>
#include <nexus/selftest.h>
#include <nexus/time.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>
#include <string.h>

enum { KEYS = 4, ABSENT = 0, VALUE_MAX = KEYSTORE_PUT_VALUE_MAX, DEATHS = 250, LATEST = 6 };
enum { KEY = KEYSTORE_PUBLIC_KEY_KEY_MAX, SIGNATURE = KEYSTORE_SIGN_SIGNATURE_MAX };

static const char path[] = "/state/keystore/device.key";
static const char message[] = "signed by the device";

static uint32_t last; /* version */
static uint32_t versions[KEYS];
static bool known; /* there is an identity */
static uint8_t public_key[KEY];
static uint8_t signature[SIGNATURE];
static uint32_t answers, identities;

/* Whether nobody knows what was done: keystored or statefsd died. */
static bool is_open(int status)
{
    return status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED ||
           status == KEYSTORE_NO_STATE;
}

static void end_statefsd(void)
{
    const int status = statefsd_die_at(1, 0, false);

    CHECK(status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
}

/* --- deaths of keystored ------------------------------------------------------------------------- */

static void threaten(void)
{
    int status = 0;

    do {
        status = keystored_die_at(2 + roll(LATEST), roll(2) * roll(LATEST), false);
    } while (is_open(status));
    CHECK(status == 0);
}

/* How often it died. */
static uint32_t spare(void)
{
    uint32_t deaths = 0;
    int status = 0;

    do {
        status = keystored_die_at(0, 0, false);
    } while (is_open(status));
    CHECK(status == 0 && keystored_deaths(&deaths) == 0);
    return deaths;
}

/* --- values -------------------------------------------------------------------------------------- */

static void name_of(uint32_t key, char name[2])
{
    name[0] = (char)('a' + key);
    name[1] = '\0';
}

/* A value tells its version in every byte and in its length. */
static size_t value_of(uint32_t version, uint8_t value[VALUE_MAX])
{
    const size_t length = 8 + version % (VALUE_MAX - 8);

    for (size_t i = 0; i < length; i++) {
        value[i] = (uint8_t)(version >> (8 * (i % 4)));
    }
    return length;
}

static uint32_t read_version(uint32_t key)
{
    char name[2];
    uint8_t value[KEYSTORE_GET_VALUE_MAX];
    uint8_t expected[VALUE_MAX];
    uint32_t version = ABSENT;
    size_t length = 0;
    int status = 0;

    name_of(key, name);
    do {
        status = keystore_get(name, value, &length);
    } while (is_open(status));
    if (status == KEYSTORE_NOT_FOUND) {
        return ABSENT;
    }
    CHECK(status == 0 && length >= 8);
    memcpy(&version, value, sizeof(version));
    CHECK(length == value_of(version, expected) && memcmp(value, expected, length) == 0);
    return version;
}

/* What was read after a change of which nobody knows is durable when the same statefsd answers a sync before and after. */
static uint32_t settle(uint32_t key)
{
    uint32_t version = ABSENT;

    do {
        while (state_sync() != 0) {
        }
        version = read_version(key);
    } while (state_sync() != 0);
    return version;
}

static void change_value(void)
{
    const uint32_t key = roll(KEYS);
    const uint32_t wanted = roll(4) == 0 ? ABSENT : ++last;
    uint8_t value[VALUE_MAX];
    char name[2];
    int status = 0;

    name_of(key, name);
    if (wanted == ABSENT) {
        status = keystore_remove(name);
        status = status == KEYSTORE_NOT_FOUND ? 0 : status;
    } else {
        status = keystore_put(name, value, value_of(wanted, value));
    }
    (void)spare();
    CHECK(status == 0 || is_open(status));
    if (status == 0) {
        versions[key] = wanted;
        answers++;
    } else {
        const uint32_t found = settle(key);
        CHECK(found == wanted || found == versions[key]);
        versions[key] = found;
    }
}

static void check_values(void)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        CHECK(read_version(key) == versions[key]);
    }
}

/* --- the identity -------------------------------------------------------------------------------- */

static bool read_key(uint8_t key[KEY])
{
    size_t length = 0;
    int status = 0;

    do {
        status = keystore_public_key(key, &length);
    } while (is_open(status));
    CHECK((status == 0 && length == KEY) || status == KEYSTORE_NO_KEY);
    return status == 0;
}

static void sign(uint8_t out[SIGNATURE])
{
    size_t length = 0;
    int status = 0;

    do {
        status = keystore_sign(message, sizeof(message), out, &length);
    } while (is_open(status));
    CHECK(status == 0 && length == SIGNATURE);
}

static void get_to_know(void)
{
    known = read_key(public_key);
    if (known) {
        sign(signature);
        CHECK(crypto_sign_ed25519_verify_detached(signature, (const uint8_t *)message,
                                                  sizeof(message), public_key) == 0);
        identities++;
    }
}

static void check_identity(void)
{
    uint8_t key_now[KEY];
    uint8_t signature_now[SIGNATURE];

    CHECK(read_key(key_now) == known);
    if (known) {
        CHECK(memcmp(key_now, public_key, KEY) == 0);
        sign(signature_now);
        CHECK(memcmp(signature_now, signature, SIGNATURE) == 0);
    }
}

static void make_identity(void)
{
    const int status = keystore_keygen();

    (void)spare();
    if (known) {
        CHECK(status == KEYSTORE_KEY_EXISTS || is_open(status));
        return;
    }
    CHECK(status == 0 || is_open(status));
    if (status == 0 && roll(2) == 0) {
        end_statefsd();
    }
    get_to_know();
    CHECK(known || status != 0);
}

/* Another device, as far as keystored can know. */
static void remove_identity(void)
{
    int status = 0;

    (void)spare();
    do {
        status = state_remove(path);
        status = status == 0 || status == STATE_NOT_FOUND ? state_sync() : status;
    } while (status != 0);
    do {
        status = keystore_reload();
    } while (is_open(status));
    CHECK(status == KEYSTORE_NO_KEY);
    known = false;
}

/* --- all together -------------------------------------------------------------------------------- */

static void turn(void)
{
    threaten();
    if (roll(3) != 0) {
        change_value();
    } else if (known && roll(2) == 0) {
        remove_identity();
    } else {
        make_identity();
    }
    if (roll(4) == 0) {
        end_statefsd();
    }
    check_values();
    check_identity();
}

/* For those who look at the disk: it is there to stay. */
static void tell_identity(void)
{
    char text[2 * KEY + 1];

    while (!known) {
        make_identity();
    }
    for (uint32_t i = 0; i < KEY; i++) {
        (void)snprintf(text + (size_t)2 * i, 3, "%02x", public_key[i]);
    }
    printf("the identity is %s\n", text);
}

int main(void)
{
    uint32_t deaths = 0;
    bool others_done = false;

    for (uint32_t key = 0; key < KEYS; key++) {
        versions[key] = settle(key);
    }
    get_to_know();
    tell_identity();
    while (deaths < DEATHS || !others_done) {
        turn();
        deaths = spare();
        CHECK(bootload_done(&others_done) == 0);
    }
    printf("%u deaths of keystored, %u changes answered, %u identities: none lost, none changed\n",
           (unsigned)deaths, (unsigned)answers, (unsigned)identities);
    tell_identity();
    promise_kept("services die and lose nothing acknowledged");
    for (;;) {
        change_value();
        check_identity();
    }
}
