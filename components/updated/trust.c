/* Checks packages. The signature is keystored's to verify: so all that this component does is granted by name. */
#include "trust.h"

#include "updated.nexus.h"

#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <package.h>
#include <stdbool.h>
#include <string.h>

enum { KEY_BYTES = 32, ATTEMPTS = 4 };

#define PATIENCE NEXUS_S(5)

_Static_assert(PACKAGE_HEADER + PACKAGE_BUNDLES * PACKAGE_ENTRY <= KEYSTORE_VERIFY_MESSAGE_MAX,
               "what is signed fits into a question");

static int digit(char letter)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = letter == '\0' ? NULL : strchr(digits, letter);

    return at == NULL ? -1 : (int)(at - digits);
}

static bool read_key(uint8_t key[KEY_BYTES])
{
    const char *text = trusted_key;

    if (strlen(text) != 2 * (size_t)KEY_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < KEY_BYTES; i++) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        key[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static int check_signature(const uint8_t *bytes, const struct package *package)
{
    uint8_t key[KEY_BYTES];
    int status = 0;

    if (!read_key(key)) {
        return BOOT_NO_TRUST;
    }
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        status =
            keystore_verify_until(nexus_now() + PATIENCE, key, KEY_BYTES, bytes,
                                  package->signed_bytes, package->signature, PACKAGE_SIGNATURE);
        if (status != NEURON_PEER_RESTARTED && status != NEURON_PEER_DIED) {
            break;
        }
    }
    if (status == 0 || status == KEYSTORE_BAD_SIGNATURE) {
        return status == 0 ? 0 : BOOT_BAD_SIGNATURE;
    }
    LOG_WARN("keystored: %s", status < 0 ? nexus_strerror(status) : "an error that it has not");
    return BOOT_NO_VERIFIER;
}

static int error_of(enum package_result result)
{
    static const int errors[] = {
        [PACKAGE_GOOD] = 0,
        [PACKAGE_TOO_LARGE] = BOOT_TOO_LARGE,
        [PACKAGE_TRUNCATED] = BOOT_TRUNCATED,
        [PACKAGE_MALFORMED] = BOOT_BAD_PACKAGE,
        [PACKAGE_BAD_PATH] = BOOT_BAD_PATH,
        [PACKAGE_BAD_HASH] = BOOT_BAD_HASH,
    };

    return errors[result];
}

int trust_check(const uint8_t *package, size_t length)
{
    struct package parts;
    int result = error_of(package_read(package, length, &parts));

    if (result == 0) {
        result = check_signature(package, &parts);
    }
    return result != 0 ? result : error_of(package_check_bundles(&parts));
}
