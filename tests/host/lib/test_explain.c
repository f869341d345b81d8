/* Faults in words: each reason, with the addresses at both sides of its bounds. */
#include "explain.h"

#include "cmocka_all.h"

#include <neuron/abi.h>
#include <neuron/table.h>

#define BASE NEURON_USER_BASE
#define STACK (BASE + 0x8000)
#define TEXT (BASE + 0x10000)
#define RODATA (BASE + 0x12000)

static const struct init_range ranges[] = {
    {BASE + NEURON_ARENA_OFFSET, BASE + NEURON_ARENA_OFFSET + 0x1000, INIT_RANGE_ARENA, 0},
    {STACK, STACK + 0x2000, INIT_RANGE_STACK, NEURON_PROT_RW},
    {TEXT, TEXT + 0x1000, INIT_RANGE_TEXT, NEURON_PROT_RX},
    {RODATA, RODATA + 0x1000, INIT_RANGE_RODATA, NEURON_PROT_R},
};

const struct init_task init_plan[] = {
    {.name = "first", .task = 0, .ranges = ranges, .range_count = 4},
    {.name = "second", .task = 1},
};
const uint32_t init_plan_count = 2;
const uint32_t init_self = 2;

static char text[160];

static const char *explain(uint64_t cause, uint64_t address)
{
    const struct fault fault = {.cause = cause, .pc = TEXT, .address = address, .ra = TEXT};
    explain_fault(&init_plan[0], &fault, text, sizeof(text));
    return text;
}

static void null_pointer_is_named(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, 0), "store fault at 0x0 (null pointer)");
    assert_string_equal(explain(NEURON_FAULT_LOAD_PAGE, 0xfff),
                        "load fault at 0xfff (null pointer)");
    assert_string_equal(explain(NEURON_FAULT_LOAD_PAGE, 0x1000),
                        "load fault at 0x1000 (nobody grants this address)");
}

static void page_below_the_stack_is_an_overflow(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, STACK - 1),
                        "store fault at 0x100007fff (stack overflow: raise `stack`)");
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, STACK - NEURON_PAGE),
                        "store fault at 0x100007000 (stack overflow: raise `stack`)");
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, STACK - NEURON_PAGE - 1),
                        "store fault at 0x100006fff (nobody grants this address)");
}

static void read_only_memory_is_named(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, TEXT),
                        "store fault at 0x100010000 (this is read-only)");
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, RODATA + 0xfff),
                        "store fault at 0x100012fff (this is read-only)");
    assert_string_equal(explain(NEURON_FAULT_STORE_PAGE, RODATA + 0x1000),
                        "store fault at 0x100013000 (nobody grants this address)");
}

static void data_is_not_executable(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_FETCH_PAGE, STACK),
                        "fetch fault at 0x100008000 (this is not executable)");
}

static void address_of_another_task_names_it(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_LOAD_PAGE, BASE + NEURON_USER_SPAN),
                        "load fault at 0x110000000 (this belongs to second)");
    assert_string_equal(explain(NEURON_FAULT_LOAD_PAGE, BASE + 2 * (uint64_t)NEURON_USER_SPAN),
                        "load fault at 0x120000000 (this belongs to init)");
    assert_string_equal(explain(NEURON_FAULT_LOAD_PAGE, BASE + 3 * (uint64_t)NEURON_USER_SPAN),
                        "load fault at 0x130000000 (nobody grants this address)");
}

static void unmapped_device_place_is_named(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_LOAD_PAGE, BASE + NEURON_ARENA_OFFSET),
                        "load fault at 0x100005000 (no device page grants this access)");
}

static void causes_without_an_address_are_named(void **state)
{
    (void)state;
    assert_string_equal(explain(NEURON_FAULT_ILLEGAL, 0), "illegal instruction at 0x100010000");
    assert_string_equal(explain(NEURON_FAULT_BREAKPOINT, 0), "breakpoint at 0x100010000");
    assert_string_equal(explain(NEURON_FAULT_OVERRUN, 0), "overrun: it used up its `run_limit`");
    assert_string_equal(explain(77, 0), "fault 77 at 0x100010000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_pointer_is_named),
        cmocka_unit_test(page_below_the_stack_is_an_overflow),
        cmocka_unit_test(read_only_memory_is_named),
        cmocka_unit_test(data_is_not_executable),
        cmocka_unit_test(address_of_another_task_names_it),
        cmocka_unit_test(unmapped_device_place_is_named),
        cmocka_unit_test(causes_without_an_address_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
