/* The greeter: whom it greets, and whom not. */
#include "greeter.mock.h"

#include "cmocka_all.h"

static const struct nexus_client client = {.id = 1, .name = "tester"};

static void greets_by_name(void **state)
{
    (void)state;
    char text[65] = "";
    assert_int_equal(greeting_greet(client, "Ada", text), 0);
    assert_string_equal(text, "Hello, Ada!");
}

static void refuses_nobody(void **state)
{
    (void)state;
    char text[65] = "";
    assert_int_equal(greeting_greet(client, "", text), GREETING_NOBODY);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greets_by_name),
        cmocka_unit_test(refuses_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
