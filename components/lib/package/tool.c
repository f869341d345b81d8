/*
 * nexus-package: keys, and packages of updates (docs/updates.md).
 *
 *     nexus-package key FILE                               makes a key, prints the public one
 *     nexus-package public FILE
 *     nexus-package make OUTPUT FILE PATH=BUNDLE...        FILE: the key
 *     nexus-package check PACKAGE PUBLIC-KEY
 *
 * The exit status is 0, 1 if a package is refused or cannot be made, 2 for wrong usage.
 */
#include "package.h"

#include <fcntl.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SEED = crypto_sign_ed25519_SEEDBYTES, KEY = crypto_sign_ed25519_PUBLICKEYBYTES };

static int usage(void)
{
    fputs("usage: nexus-package key FILE\n"
          "       nexus-package public FILE\n"
          "       nexus-package make OUTPUT FILE PATH=BUNDLE...\n"
          "       nexus-package check PACKAGE PUBLIC-KEY\n",
          stderr);
    return 2;
}

static int failed(const char *name, const char *why)
{
    fprintf(stderr, "nexus-package: %s: %s\n", name, why);
    return 1;
}

/* At most one byte more than `size`, so that the caller sees that it is longer. */
static bool read_file(const char *name, uint8_t *bytes, size_t size, size_t *length)
{
    FILE *file = fopen(name, "rb");

    if (file == NULL) {
        return false;
    }
    *length = fread(bytes, 1, size + 1, file);
    const bool good = ferror(file) == 0;
    (void)fclose(file);
    return good;
}

static bool write_file(const char *name, int flags, mode_t mode, const uint8_t *bytes,
                       size_t length)
{
    const int file = open(name, O_WRONLY | O_CREAT | flags, mode);

    if (file < 0) {
        return false;
    }
    const bool written = write(file, bytes, length) == (ssize_t)length;
    return close(file) == 0 && written;
}

static bool read_key(const char *name, uint8_t public_key[KEY], uint8_t private_key[SEED + KEY])
{
    uint8_t seed[SEED + 1];
    size_t length = 0;

    if (!read_file(name, seed, SEED, &length) || length != SEED) {
        return false;
    }
    return crypto_sign_ed25519_seed_keypair(public_key, private_key, seed) == 0;
}

static int print_public(const char *name)
{
    uint8_t public_key[KEY];
    uint8_t private_key[SEED + KEY];

    if (!read_key(name, public_key, private_key)) {
        return failed(name, "this is no key");
    }
    for (unsigned i = 0; i < KEY; i++) {
        printf("%02x", public_key[i]);
    }
    printf("\n");
    return 0;
}

/* Never over a key that is there. */
static int make_key(const char *name)
{
    uint8_t seed[SEED];

    if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
        !write_file(name, O_EXCL, 0600, seed, sizeof(seed))) {
        return failed(name, "cannot be made");
    }
    return print_public(name);
}

static int make(const char *output, const char *key, char **arguments, uint32_t count)
{
    static uint8_t bundles[PACKAGE_BUNDLES][PACKAGE_MAX + 1];
    static uint8_t bytes[PACKAGE_MAX];
    struct package_part parts[PACKAGE_BUNDLES];
    struct package package;
    uint8_t public_key[KEY];
    uint8_t private_key[SEED + KEY];

    if (count > PACKAGE_BUNDLES) {
        return failed(output, "there are more than 8 bundles");
    }
    if (!read_key(key, public_key, private_key)) {
        return failed(key, "this is no key");
    }
    for (uint32_t i = 0; i < count; i++) {
        char *file = strchr(arguments[i], '=');
        size_t length = 0;
        if (file == NULL) {
            return usage();
        }
        *file++ = '\0';
        if (!read_file(file, bundles[i], PACKAGE_MAX, &length)) {
            return failed(file, "cannot be read");
        }
        parts[i] = (struct package_part){arguments[i], bundles[i], (uint32_t)length};
    }
    const size_t length = package_make(bytes, parts, count, private_key);
    if (length == 0) {
        return failed(output, "this is more than 8 KiB, or a path is longer than 63 bytes");
    }
    const enum package_result result = package_read(bytes, length, &package);
    if (result != PACKAGE_GOOD) {
        return failed(output, package_error(result));
    }
    return write_file(output, O_TRUNC, 0666, bytes, length) ? 0
                                                            : failed(output, "cannot be written");
}

static bool read_hex(const char *text, uint8_t key[KEY])
{
    if (strlen(text) != 2 * (size_t)KEY || strspn(text, "0123456789abcdef") != 2 * (size_t)KEY) {
        return false;
    }
    for (unsigned i = 0; i < KEY; i++) {
        const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
        key[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

static int check(const char *name, const char *key_text)
{
    static uint8_t bytes[PACKAGE_MAX + 1];
    struct package package;
    size_t length = 0;
    uint8_t key[KEY];

    if (!read_hex(key_text, key)) {
        return failed(key_text, "this is no public key: 64 digits of 0 to 9 and a to f");
    }
    if (!read_file(name, bytes, PACKAGE_MAX, &length)) {
        return failed(name, "cannot be read");
    }
    enum package_result result = package_read(bytes, length, &package);
    if (result == PACKAGE_GOOD && crypto_sign_ed25519_verify_detached(
                                      package.signature, bytes, package.signed_bytes, key) != 0) {
        return failed(name, "the signature is not by this key");
    }
    if (result == PACKAGE_GOOD) {
        result = package_check_bundles(&package);
    }
    if (result != PACKAGE_GOOD) {
        return failed(name, package_error(result));
    }
    for (uint32_t i = 0; i < package.bundles; i++) {
        printf("%s %u\n", package.bundle[i].path, (unsigned)package.bundle[i].length);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "key") == 0) {
        return make_key(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "public") == 0) {
        return print_public(argv[2]);
    }
    if (argc >= 5 && strcmp(argv[1], "make") == 0) {
        return make(argv[2], argv[3], argv + 4, (uint32_t)(argc - 4));
    }
    if (argc == 4 && strcmp(argv[1], "check") == 0) {
        return check(argv[2], argv[3]);
    }
    return usage();
}
