/* Reads packages: every number is compared with what is there before it is used. */
#include "package.h"

#include <sodium/crypto_hash_sha256.h>
#include <stdbool.h>
#include <string.h>

static const uint8_t magic[4] = {'N', 'X', 'P', 'K'};

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static bool is_text(const uint8_t path[PACKAGE_PATH])
{
    size_t length = 0;

    while (length < PACKAGE_PATH && path[length] > ' ' && path[length] < 0x7f) {
        length++;
    }
    for (size_t i = length; i < PACKAGE_PATH; i++) {
        if (path[i] != 0) {
            return false;
        }
    }
    return length < PACKAGE_PATH;
}

static bool is_component(const char *name, size_t length)
{
    return length > 0 && !(name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')));
}

/* An absolute path begins with an empty component. */
static bool is_relative(const char *path)
{
    for (;;) {
        const size_t length = strcspn(path, "/\\");
        if (!is_component(path, length)) {
            return false;
        }
        if (path[length] == '\0') {
            return true;
        }
        if (path[length] == '\\') {
            return false;
        }
        path += length + 1;
    }
}

static bool is_new(const struct package *package, const char *path)
{
    for (uint32_t i = 0; i < package->bundles; i++) {
        if (strcmp(package->bundle[i].path, path) == 0) {
            return false;
        }
    }
    return true;
}

/* The next entry of the index; `left` bytes are left for bundles. */
static enum package_result read_entry(const uint8_t *entry, const uint8_t *bytes, size_t left,
                                      struct package *package)
{
    const uint32_t length = number_at(entry + PACKAGE_PATH);
    const char *path = (const char *)entry;

    if (!is_text(entry) || length == 0 || length > left) {
        return PACKAGE_MALFORMED;
    }
    if (!is_relative(path) || !is_new(package, path)) {
        return PACKAGE_BAD_PATH;
    }
    package->bundle[package->bundles].path = path;
    package->bundle[package->bundles].hash = entry + PACKAGE_PATH + 4;
    package->bundle[package->bundles].bytes = bytes;
    package->bundle[package->bundles].length = length;
    package->bundles++;
    return PACKAGE_GOOD;
}

static enum package_result read_index(const uint8_t *bytes, size_t length, uint32_t bundles,
                                      struct package *package)
{
    size_t at = package->signed_bytes + PACKAGE_SIGNATURE;

    for (uint32_t i = 0; i < bundles; i++) {
        const uint8_t *entry = bytes + PACKAGE_HEADER + (size_t)i * PACKAGE_ENTRY;
        const enum package_result result = read_entry(entry, bytes + at, length - at, package);
        if (result != PACKAGE_GOOD) {
            return result;
        }
        at += package->bundle[i].length;
    }
    return at == length ? PACKAGE_GOOD : PACKAGE_MALFORMED;
}

enum package_result package_read(const uint8_t *bytes, size_t length, struct package *package)
{
    *package = (struct package){0};
    if (length < PACKAGE_HEADER) {
        return PACKAGE_TRUNCATED;
    }
    const uint32_t version = number_at(bytes + 4);
    const uint32_t bundles = number_at(bytes + 8);
    const uint32_t total = number_at(bytes + 12);
    if (memcmp(bytes, magic, sizeof(magic)) != 0 || version != PACKAGE_VERSION) {
        return PACKAGE_MALFORMED;
    }
    if (total > PACKAGE_MAX) {
        return PACKAGE_TOO_LARGE;
    }
    if (total > length) {
        return PACKAGE_TRUNCATED;
    }
    if (total < length || bundles == 0 || bundles > PACKAGE_BUNDLES ||
        total < PACKAGE_HEADER + bundles * PACKAGE_ENTRY + PACKAGE_SIGNATURE) {
        return PACKAGE_MALFORMED;
    }
    package->signed_bytes = PACKAGE_HEADER + (size_t)bundles * PACKAGE_ENTRY;
    package->signature = bytes + package->signed_bytes;
    return read_index(bytes, length, bundles, package);
}

enum package_result package_check_bundles(const struct package *package)
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    for (uint32_t i = 0; i < package->bundles; i++) {
        (void)crypto_hash_sha256(hash, package->bundle[i].bytes, package->bundle[i].length);
        if (memcmp(hash, package->bundle[i].hash, sizeof(hash)) != 0) {
            return PACKAGE_BAD_HASH;
        }
    }
    return PACKAGE_GOOD;
}

const char *package_error(enum package_result result)
{
    static const char *const texts[] = {
        [PACKAGE_GOOD] = "good",
        [PACKAGE_TOO_LARGE] = "it is larger than 8 KiB",
        [PACKAGE_TRUNCATED] = "it is shorter than it says",
        [PACKAGE_MALFORMED] = "it is malformed",
        [PACKAGE_BAD_PATH] = "a path is not plain and relative, or is there twice",
        [PACKAGE_BAD_HASH] = "a bundle is not what the index says",
    };

    return texts[result];
}
