/*
 * Packages of updates: an index, its Ed25519 signature, and the bundles that the index names with their SHA-256.
 * docs/updates.md has the format. Nothing of a package is used before all of it was checked.
 *
 *     result = package_read(bytes, length, &package);       its form; then the signature of the signed bytes,
 *     crypto_sign_ed25519_verify_detached(package.signature, bytes, package.signed_bytes, key);
 *     result = package_check_bundles(&package);             then what it names
 */
#ifndef PACKAGE_H
#define PACKAGE_H

#include <stddef.h>
#include <stdint.h>

enum {
    PACKAGE_MAX = 8192,
    PACKAGE_VERSION = 1,
    PACKAGE_BUNDLES = 8, /* at most; the signed bytes are at most 1024 then */
    PACKAGE_PATH =
        64, /* bytes of a path with the zeroes behind it, of which there is at least one */
    PACKAGE_HASH = 32,
    PACKAGE_SIGNATURE = 64,
    PACKAGE_HEADER = 16,
    PACKAGE_ENTRY = PACKAGE_PATH + 4 + PACKAGE_HASH
};

enum package_result {
    PACKAGE_GOOD,
    PACKAGE_TOO_LARGE, /* it says that it is longer than PACKAGE_MAX */
    PACKAGE_TRUNCATED, /* it is shorter than it says */
    PACKAGE_MALFORMED,
    PACKAGE_BAD_PATH, /* absolute, or with an empty component, `.` or `..`, or twice */
    PACKAGE_BAD_HASH
};

/* What a package consists of; all pointers are into it. */
struct package {
    uint32_t bundles;
    size_t signed_bytes; /* the first ones */
    const uint8_t *signature;
    struct {
        const char *path;
        const uint8_t *hash;
        const uint8_t *bytes;
        uint32_t length;
    } bundle[PACKAGE_BUNDLES];
};

/* All but signature and hashes. */
enum package_result package_read(const uint8_t *bytes, size_t length, struct package *package);

enum package_result package_check_bundles(const struct package *package);

const char *package_error(enum package_result result);

/* --- making one ---------------------------------------------------------------------------------- */

struct package_part {
    const char *path;
    const uint8_t *bytes;
    uint32_t length;
};

/* Makes and signs a package of any paths that fit: who reads it refuses. Its length; 0 if it does not fit. */
size_t package_make(uint8_t package[PACKAGE_MAX], const struct package_part *parts, uint32_t count,
                    const uint8_t private_key[64]);

#endif
