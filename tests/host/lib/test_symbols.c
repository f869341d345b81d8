/* Symbol blobs: look-ups, and damaged blobs of every kind. */
#include "symbols.h"

#include "cmocka_all.h"

#include <string.h>

/* Two functions, three lines, one file; strings "alpha", "beta", "a.c" at 0, 6, 11. */
static const uint32_t words[] = {
    SYMBOLS_MAGIC,
    2,
    3,
    1,
    16, /* header */
    0x1000,
    0,
    0x1100,
    6, /* functions */
    0x1000,
    10,
    0x1010,
    11,
    0x1100,
    20, /* lines of file 0 */
    11, /* files */
};
static const char strings[16] = "alpha\0beta\0a.c";

static uint8_t blob[sizeof(words) + sizeof(strings)];

static int fill(void **state)
{
    (void)state;
    memcpy(blob, words, sizeof(words));
    memcpy(blob + sizeof(words), strings, sizeof(strings));
    return 0;
}

static struct symbols_place find(uint64_t offset)
{
    return symbols_find(blob, blob + sizeof(blob), offset);
}

static void pc_inside_a_function_names_it(void **state)
{
    (void)state;
    struct symbols_place place = find(0x10fe);
    assert_string_equal(place.function, "alpha");
    assert_string_equal(place.file, "a.c");
    assert_int_equal(place.line, 11);
    place = find(0x1100);
    assert_string_equal(place.function, "beta");
    assert_int_equal(place.line, 20);
}

static void pc_below_all_functions_has_no_name(void **state)
{
    (void)state;
    assert_null(find(0xfff).function);
    assert_null(find(0xfff).file);
    assert_string_equal(find(0x1000).function, "alpha");
}

static void blob_of_any_shorter_length_is_safe(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(blob); length++) {
        assert_null(symbols_find(blob, blob + length, 0x1000).function);
    }
}

static void blob_with_any_damaged_word_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const uint32_t bad[] = {0, UINT32_MAX, 0x80000000U, 17};
        for (size_t j = 0; j < 4; j++) {
            memcpy(blob + i * 4, &bad[j], 4);
            struct symbols_place place = find(0x1010);
            if (place.function != NULL) {
                assert_in_range(strlen(place.function), 0, sizeof(strings));
            }
        }
        memcpy(blob + i * 4, &words[i], 4);
    }
}

static void strings_without_an_end_are_refused(void **state)
{
    (void)state;
    blob[sizeof(blob) - 1] = 'x';
    assert_null(find(0x1000).function);
}

static void missing_blob_is_safe(void **state)
{
    (void)state;
    assert_null(symbols_find(NULL, NULL, 0).function);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(pc_inside_a_function_names_it, fill),
        cmocka_unit_test_setup(pc_below_all_functions_has_no_name, fill),
        cmocka_unit_test_setup(blob_of_any_shorter_length_is_safe, fill),
        cmocka_unit_test_setup(blob_with_any_damaged_word_is_safe, fill),
        cmocka_unit_test_setup(strings_without_an_end_are_refused, fill),
        cmocka_unit_test_setup(missing_blob_is_safe, fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
