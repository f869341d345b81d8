/* Makes packages. */
#include "package.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_sign_ed25519.h>
#include <string.h>

static void put_number(uint8_t *bytes, size_t number)
{
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(number >> 8 * i);
    }
}

static size_t length_of(const struct package_part *parts, uint32_t count)
{
    size_t length = PACKAGE_HEADER + (size_t)count * PACKAGE_ENTRY + PACKAGE_SIGNATURE;

    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].length > PACKAGE_MAX || strlen(parts[i].path) >= PACKAGE_PATH) {
            return 0;
        }
        length += parts[i].length;
    }
    return length <= PACKAGE_MAX ? length : 0;
}

size_t package_make(uint8_t package[PACKAGE_MAX], const struct package_part *parts, uint32_t count,
                    const uint8_t private_key[64])
{
    static const uint8_t magic[] = {'N', 'X', 'P', 'K'};
    const size_t length = count > 0 && count <= PACKAGE_BUNDLES ? length_of(parts, count) : 0;
    uint8_t *entry = package + PACKAGE_HEADER;
    uint8_t *signature = entry + (size_t)count * PACKAGE_ENTRY;
    uint8_t *bundle = signature + PACKAGE_SIGNATURE;

    if (length == 0) {
        return 0;
    }
    memset(package, 0, PACKAGE_MAX);
    memcpy(package, magic, sizeof(magic));
    put_number(package + 4, PACKAGE_VERSION);
    put_number(package + 8, count);
    put_number(package + 12, length);
    for (uint32_t i = 0; i < count; i++, entry += PACKAGE_ENTRY) {
        memcpy(entry, parts[i].path, strlen(parts[i].path));
        put_number(entry + PACKAGE_PATH, parts[i].length);
        (void)crypto_hash_sha256(entry + PACKAGE_PATH + 4, parts[i].bytes, parts[i].length);
        memcpy(bundle, parts[i].bytes, parts[i].length);
        bundle += parts[i].length;
    }
    (void)crypto_sign_ed25519_detached(signature, NULL, package, (size_t)(signature - package),
                                       private_key);
    return length;
}
