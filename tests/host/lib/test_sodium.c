/* libsodium as it is built here: known answers of Ed25519, SHA-512 and SHA-256. */
#include "answers.h"
#include "cmocka_all.h"

#include <sodium/utils.h>

static void answers_are_the_known_ones(void **state)
{
    (void)state;
    assert_null(wrong_answer());
}

static void memory_is_compared_and_zeroed(void **state)
{
    uint8_t one[] = {1, 2, 3}, other[] = {1, 2, 3};
    (void)state;

    for (size_t i = 0; i < sizeof(one); i++) {
        assert_int_equal(sodium_memcmp(one, other, sizeof(one)), 0);
        other[i] ^= 0x80;
        assert_int_equal(sodium_memcmp(one, other, sizeof(one)), -1);
        assert_int_equal(sodium_memcmp(one, other, i), 0);
        other[i] ^= 0x80;
    }
    assert_int_equal(sodium_is_zero(one, sizeof(one)), 0);
    sodium_memzero(one, 2);
    assert_int_equal(one[2], 3);
    assert_int_equal(sodium_is_zero(one, 2), 1);
    assert_int_equal(sodium_is_zero(one, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_the_known_ones),
        cmocka_unit_test(memory_is_compared_and_zeroed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
