/*
 * What claims to be a package: whatever it is, what the reader finds in it lies in it, each thing once, under plain
 * relative paths; and whoever makes a package of these bundles gets the same bytes but for the signature.
 *
 * An input: a package.
 */
#include "cmocka_all.h"

#include "package.h"

#include <string.h>

static void check_path(const char *path)
{
    assert_true(strlen(path) > 0 && strlen(path) < PACKAGE_PATH && path[0] != '/');
    assert_null(strstr(path, "//"));
    assert_true(strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 &&
                strstr(path, "/../") == NULL);
    assert_true(strlen(path) < 3 || strcmp(path + strlen(path) - 3, "/..") != 0);
}

/* Of a package that was read: it is nothing but its parts. */
static void check(const uint8_t *bytes, size_t length, const struct package *package)
{
    static const uint8_t private_key[64];
    static uint8_t again[PACKAGE_MAX];
    struct package_part parts[PACKAGE_BUNDLES];
    size_t at = package->signed_bytes + PACKAGE_SIGNATURE;

    assert_true(package->bundles > 0 && package->bundles <= PACKAGE_BUNDLES);
    assert_ptr_equal(package->signature, bytes + package->signed_bytes);
    for (uint32_t i = 0; i < package->bundles; i++) {
        check_path(package->bundle[i].path);
        assert_ptr_equal(package->bundle[i].bytes, bytes + at);
        at += package->bundle[i].length;
        parts[i] = (struct package_part){package->bundle[i].path, package->bundle[i].bytes,
                                         package->bundle[i].length};
    }
    assert_int_equal(at, length);
    if (package_check_bundles(package) == PACKAGE_GOOD) {
        assert_int_equal(package_make(again, parts, package->bundles, private_key), length);
        assert_memory_equal(again, bytes, package->signed_bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
    struct package package;

    if (package_read(input, length, &package) == PACKAGE_GOOD) {
        check(input, length, &package);
    }
    return 0;
}
