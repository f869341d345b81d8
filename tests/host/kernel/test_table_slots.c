/* table_validate(): slots and device windows; each rule from both sides of its bound. */
#include "verdict.h"

#define WINDOW_BASE UINT64_C(0x10001000)

/* Rows: 0..4 init (console, task, factory, ceiling, region), 5..9 client, 10.. server. */
enum {
    INIT_TASK = 1,
    INIT_FACTORY,
    CEILING,
    REGION,
    CONSOLE,
    CALL,
    NOTIFY,
    BOTH,
    EMPTY,
    SERVER_CONSOLE
};

static u32 init, client, server;

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(20);
    client = world_task(10);
    server = world_task(30);
    u64 *ceiling = world_slot_row(init, world_slot(init, NEURON_CAP_MMIO));
    ceiling[NEURON_SLOT_RUNTIME] = 1;
    ceiling[NEURON_SLOT_RIGHTS] = NEURON_RIGHT_READ | NEURON_RIGHT_MAP;
    ceiling[NEURON_SLOT_OBJECT] = NEURON_CLASS_VIRTIO_NET;
    ceiling[NEURON_SLOT_BASE] = WINDOW_BASE;
    ceiling[NEURON_SLOT_BYTES] = 2 * NEURON_PAGE;
    u64 *region = world_slot_row(init, world_slot(init, NEURON_CAP_REGION));
    region[NEURON_SLOT_RIGHTS] = NEURON_RIGHT_READ;
    region[NEURON_SLOT_OBJECT] = 3;
    world_port(client, server, NEURON_RIGHT_CALL, 0);
    world_port(client, server, NEURON_RIGHT_NOTIFY, 2);
    world_port(client, server, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    world_slot(client, NEURON_CAP_NONE);
    world_window(WINDOW_BASE, 1);
    world_window(WINDOW_BASE + NEURON_PAGE, 2);
    world_window(WINDOW_BASE + 3 * NEURON_PAGE, 0);
    accepts();
    return 0;
}

static void slots_belong_to_the_tasks_in_order(void **state)
{
    (void)state;
    refuses(SLOTS, CALL, NEURON_SLOT_OWNER, init, NEURON_RULE_SLOT_OWNER);
    refuses(SLOTS, CALL, NEURON_SLOT_OWNER, server, NEURON_RULE_SLOT_OWNER);
    refuses(SLOTS, CALL, NEURON_SLOT_OWNER, UINT64_MAX, NEURON_RULE_SLOT_OWNER);
    refuses(SLOTS, CALL, NEURON_SLOT_RUNTIME, 2, NEURON_RULE_SLOT_OWNER);
}

static void kinds_are_those_that_can_be_given_in_this_way(void **state)
{
    (void)state;
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_MMIO, NEURON_RULE_SLOT_KIND);
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, 4, NEURON_RULE_SLOT_KIND);
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_DMA, NEURON_RULE_SLOT_RIGHTS);
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_KINDS, NEURON_RULE_SLOT_KIND);
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, (UINT64_C(1) << 32) + NEURON_CAP_CONSOLE,
            NEURON_RULE_SLOT_KIND);
    allows(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_CONSOLE);
    allows(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_POWER);
    refuses(SLOTS, CALL, NEURON_SLOT_RUNTIME, 1, NEURON_RULE_SLOT_KIND);
    refuses(SLOTS, EMPTY, NEURON_SLOT_RUNTIME, 1, NEURON_RULE_SLOT_KIND);
}

static void only_init_holds_task_and_factory(void **state)
{
    (void)state;
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_TASK, NEURON_RULE_SLOT_AUTHORITY);
    refuses(SLOTS, EMPTY, NEURON_SLOT_KIND, NEURON_CAP_FACTORY, NEURON_RULE_SLOT_AUTHORITY);
    world_table();
    world.words[NEURON_TABLE_INIT] = server;
    refuses_words(NEURON_RULE_SLOT_AUTHORITY, INIT_TASK);
}

static void port_rights_are_call_notify_or_both(void **state)
{
    (void)state;
    refuses(SLOTS, CALL, NEURON_SLOT_RIGHTS, 0, NEURON_RULE_SLOT_RIGHTS);
    refuses(SLOTS, CALL, NEURON_SLOT_RIGHTS, NEURON_RIGHT_CALL | NEURON_RIGHT_READ,
            NEURON_RULE_SLOT_RIGHTS);
    refuses(SLOTS, CALL, NEURON_SLOT_RIGHTS, NEURON_RIGHT_CALL | UINT64_C(1) << 32,
            NEURON_RULE_SLOT_RIGHTS);
}

static void port_leads_to_another_task(void **state)
{
    (void)state;
    refuses(SLOTS, CALL, NEURON_SLOT_OBJECT, 3, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, CALL, NEURON_SLOT_OBJECT, UINT64_MAX, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_OBJECT, client, NEURON_RULE_SLOT_OBJECT);
}

static void calls_go_to_a_strictly_higher_level(void **state)
{
    (void)state;
    world_table();
    *world_word(TASKS, server, NEURON_TASK_LEVEL) = 10;
    refuses_words(NEURON_RULE_SLOT_LEVEL, CALL);
    *world_word(TASKS, server, NEURON_TASK_LEVEL) = 9;
    refuses_words(NEURON_RULE_SLOT_LEVEL, CALL);
    *world_word(TASKS, server, NEURON_TASK_LEVEL) = 11;
    refuses_words(NEURON_RULE_OK, 0);
    *world_word(SLOTS, NOTIFY, NEURON_SLOT_OBJECT) = init; /* notifying may go anywhere */
    *world_word(TASKS, init, NEURON_TASK_LEVEL) = 0;
    refuses_words(NEURON_RULE_OK, 0);
}

static void badges_increase_at_each_server(void **state)
{
    (void)state;
    refuses(SLOTS, CALL, NEURON_SLOT_BADGE, 0, NEURON_RULE_SLOT_BADGE);
    refuses(SLOTS, BOTH, NEURON_SLOT_BADGE, 1, NEURON_RULE_SLOT_BADGE);
    refuses(SLOTS, BOTH, NEURON_SLOT_BADGE, 0, NEURON_RULE_SLOT_BADGE);
    allows(SLOTS, BOTH, NEURON_SLOT_BADGE, UINT64_MAX);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_BADGE, 2, NEURON_RULE_SLOT_UNUSED);
}

static void bits_are_free_and_given_to_one_slot(void **state)
{
    (void)state;
    refuses(SLOTS, NOTIFY, NEURON_SLOT_BITS, 0, NEURON_RULE_SLOT_BITS);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_BITS, 1u << NEURON_BIT_LIFECYCLE, NEURON_RULE_SLOT_BITS);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_BITS, 1u << NEURON_BIT_PEER_DIED, NEURON_RULE_SLOT_BITS);
    allows(SLOTS, NOTIFY, NEURON_SLOT_BITS, 1u << NEURON_BIT_FIRST_FREE);
    allows(SLOTS, NOTIFY, NEURON_SLOT_BITS, UINT64_C(1) << 63);
    u64 taken = word_of(SLOTS, NOTIFY, NEURON_SLOT_BITS);
    refuses(SLOTS, BOTH, NEURON_SLOT_BITS, taken & (~taken + 1), NEURON_RULE_SLOT_BITS);
    refuses(SLOTS, CALL, NEURON_SLOT_BITS, UINT64_C(1) << 40, NEURON_RULE_SLOT_UNUSED);
}

static void regions_name_an_extent(void **state)
{
    (void)state;
    const u64 extents = 6; /* a text and a stack for each task */
    allows(SLOTS, REGION, NEURON_SLOT_OBJECT, extents - 1);
    refuses(SLOTS, REGION, NEURON_SLOT_OBJECT, extents, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, REGION, NEURON_SLOT_OBJECT, UINT64_MAX, NEURON_RULE_SLOT_OBJECT);
}

static void fields_that_a_kind_does_not_use_are_zero(void **state)
{
    static const u32 fields[] = {NEURON_SLOT_RIGHTS, NEURON_SLOT_OBJECT, NEURON_SLOT_BADGE,
                                 NEURON_SLOT_BITS,   NEURON_SLOT_BASE,   NEURON_SLOT_BYTES};
    static const u32 rows[] = {INIT_TASK, INIT_FACTORY, CONSOLE, EMPTY};
    (void)state;

    for (u32 r = 0; r < 4; r++) {
        for (u32 f = 0; f < 6; f++) {
            refuses(SLOTS, rows[r], fields[f], 1, NEURON_RULE_SLOT_UNUSED);
            refuses(SLOTS, rows[r], fields[f], UINT64_C(1) << 63, NEURON_RULE_SLOT_UNUSED);
        }
    }
    refuses(SLOTS, CALL, NEURON_SLOT_BASE, NEURON_PAGE, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, CALL, NEURON_SLOT_BYTES, NEURON_PAGE, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, CEILING, NEURON_SLOT_BADGE, 1, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, CEILING, NEURON_SLOT_BITS, 4, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, REGION, NEURON_SLOT_BADGE, 1, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, REGION, NEURON_SLOT_BITS, 4, NEURON_RULE_SLOT_UNUSED);
}

static void device_ceiling_is_a_class_in_a_window(void **state)
{
    (void)state;
    refuses(SLOTS, CEILING, NEURON_SLOT_RIGHTS, NEURON_RIGHT_READ, NEURON_RULE_SLOT_RIGHTS);
    refuses(SLOTS, CEILING, NEURON_SLOT_RIGHTS, NEURON_RIGHT_MAP | NEURON_RIGHT_CALL,
            NEURON_RULE_SLOT_RIGHTS);
    allows(SLOTS, CEILING, NEURON_SLOT_RIGHTS,
           NEURON_RIGHT_MAP | NEURON_RIGHT_READ | NEURON_RIGHT_WRITE);
    refuses(SLOTS, CEILING, NEURON_SLOT_OBJECT, 0, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, CEILING, NEURON_SLOT_BASE, WINDOW_BASE + 8, NEURON_RULE_SLOT_BOUNDS);
    refuses(SLOTS, CEILING, NEURON_SLOT_BASE, WINDOW_BASE + 4 * NEURON_PAGE,
            NEURON_RULE_SLOT_BOUNDS);
    refuses(SLOTS, CEILING, NEURON_SLOT_BYTES, 100, NEURON_RULE_SLOT_BOUNDS);
    refuses(SLOTS, CEILING, NEURON_SLOT_BYTES, 0, NEURON_RULE_SLOT_BOUNDS);
    allows(SLOTS, CEILING, NEURON_SLOT_BYTES, NEURON_PAGE);
    allows(SLOTS, CEILING, NEURON_SLOT_BYTES, 4 * NEURON_PAGE);
    refuses(SLOTS, CEILING, NEURON_SLOT_BASE, WINDOW_BASE - 2 * NEURON_PAGE,
            NEURON_RULE_SLOT_BOUNDS);
}

static void device_ceiling_reaches_beyond_no_window(void **state)
{
    (void)state;
    refuses(SLOTS, CEILING, NEURON_SLOT_BYTES, 3 * NEURON_PAGE, NEURON_RULE_SLOT_BOUNDS);
    refuses(SLOTS, CEILING, NEURON_SLOT_BYTES, 5 * NEURON_PAGE, NEURON_RULE_SLOT_BOUNDS);
    refuses(SLOTS, CEILING, NEURON_SLOT_BYTES, UINT64_C(1) << 63, NEURON_RULE_SLOT_BOUNDS);
    world_table();
    *world_word(SLOTS, CEILING, NEURON_SLOT_BASE) = 0;
    *world_word(SLOTS, CEILING, NEURON_SLOT_BYTES) = WINDOW_BASE + 2 * NEURON_PAGE;
    refuses_words(NEURON_RULE_SLOT_BOUNDS, CEILING);
}

static void windows_avoid_ram_and_the_kernels_devices(void **state)
{
    (void)state;
    refuses(WINDOWS, 0, NEURON_WINDOW_BASE, WINDOW_BASE + 8, NEURON_RULE_WINDOW_PLACE);
    refuses(WINDOWS, 0, NEURON_WINDOW_BYTES, 0, NEURON_RULE_WINDOW_PLACE);
    refuses(WINDOWS, 0, NEURON_WINDOW_BYTES, 512, NEURON_RULE_WINDOW_PLACE);
    refuses(WINDOWS, 2, NEURON_WINDOW_BASE, NEURON_RAM_BASE, NEURON_RULE_WINDOW_PLACE);
    allows(WINDOWS, 2, NEURON_WINDOW_BASE, NEURON_RAM_BASE - (u64)NEURON_PAGE);
    world.windows[2][NEURON_WINDOW_BASE] = NEURON_RAM_BASE - (u64)NEURON_PAGE;
    refuses(WINDOWS, 2, NEURON_WINDOW_BYTES, 2 * NEURON_PAGE, NEURON_RULE_WINDOW_PLACE);
    world.windows[2][NEURON_WINDOW_BASE] = WINDOW_BASE + 3 * NEURON_PAGE;
    refuses(WINDOWS, 2, NEURON_WINDOW_BYTES, NEURON_RAM_BASE - WINDOW_BASE,
            NEURON_RULE_WINDOW_PLACE);
    refuses(WINDOWS, 2, NEURON_WINDOW_BYTES, UINT64_MAX - NEURON_PAGE + 1,
            NEURON_RULE_WINDOW_PLACE);
}

static void each_kernel_device_is_refused_from_both_ends(void **state)
{
    static const u64 devices[][2] = {
        {0x100000, 0x101000},
        {0x2000000, 0x2010000},
        {0xc000000, 0x10000000},
        {0x10000000, 0x10001000},
    };
    (void)state;

    for (u32 d = 0; d < 4; d++) {
        world_begin();
        world_task(1);
        world_window(devices[d][0], 0);
        world_table();
        refuses_words(NEURON_RULE_WINDOW_PLACE, 0);
        refuses(WINDOWS, 0, NEURON_WINDOW_BASE, devices[d][1] - NEURON_PAGE,
                NEURON_RULE_WINDOW_PLACE);
        if (d != 3) { /* the PLIC and the UART touch */
            world.windows[0][NEURON_WINDOW_BASE] = devices[d][0] - NEURON_PAGE;
            accepts();
            refuses(WINDOWS, 0, NEURON_WINDOW_BYTES, 2 * NEURON_PAGE, NEURON_RULE_WINDOW_PLACE);
        }
        if (d != 2) {
            world.windows[0][NEURON_WINDOW_BASE] = devices[d][1];
            accepts();
        }
    }
}

static void windows_are_sorted_and_disjoint(void **state)
{
    (void)state;
    refuses(WINDOWS, 1, NEURON_WINDOW_BASE, WINDOW_BASE, NEURON_RULE_WINDOW_ORDER);
    world_table();
    *world_word(WINDOWS, 0, NEURON_WINDOW_BYTES) = 2 * NEURON_PAGE;
    refuses_words(NEURON_RULE_WINDOW_ORDER, 1);
    world_table();
    *world_word(WINDOWS, 0, NEURON_WINDOW_BASE) = WINDOW_BASE + 5 * NEURON_PAGE;
    refuses_words(NEURON_RULE_WINDOW_ORDER, 1);
}

static void interrupts_are_owned_once(void **state)
{
    (void)state;
    refuses(WINDOWS, 1, NEURON_WINDOW_IRQ, 1, NEURON_RULE_WINDOW_IRQ);
    refuses(WINDOWS, 1, NEURON_WINDOW_IRQ, 10, NEURON_RULE_WINDOW_IRQ);
    refuses(WINDOWS, 1, NEURON_WINDOW_IRQ, 128, NEURON_RULE_WINDOW_IRQ);
    refuses(WINDOWS, 1, NEURON_WINDOW_IRQ, UINT64_MAX, NEURON_RULE_WINDOW_IRQ);
    allows(WINDOWS, 1, NEURON_WINDOW_IRQ, 127);
    allows(WINDOWS, 1, NEURON_WINDOW_IRQ, 0);
}

static void transport_and_class_fit_each_other(void **state)
{
    (void)state;
    refuses(WINDOWS, 0, NEURON_WINDOW_TRANSPORT, 0, NEURON_RULE_WINDOW_CLASS);
    refuses(WINDOWS, 0, NEURON_WINDOW_TRANSPORT, 3, NEURON_RULE_WINDOW_CLASS);
    refuses(WINDOWS, 0, NEURON_WINDOW_TRANSPORT, NEURON_TRANSPORT_FIXED, NEURON_RULE_WINDOW_CLASS);
    refuses(WINDOWS, 0, NEURON_WINDOW_CLASS, NEURON_CLASS_VIRTIO_NET, NEURON_RULE_WINDOW_CLASS);
    world_table();
    *world_word(WINDOWS, 0, NEURON_WINDOW_TRANSPORT) = NEURON_TRANSPORT_FIXED;
    *world_word(WINDOWS, 0, NEURON_WINDOW_CLASS) = NEURON_CLASS_RTC;
    refuses_words(NEURON_RULE_OK, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(slots_belong_to_the_tasks_in_order, set_up),
        cmocka_unit_test_setup(kinds_are_those_that_can_be_given_in_this_way, set_up),
        cmocka_unit_test_setup(only_init_holds_task_and_factory, set_up),
        cmocka_unit_test_setup(port_rights_are_call_notify_or_both, set_up),
        cmocka_unit_test_setup(port_leads_to_another_task, set_up),
        cmocka_unit_test_setup(calls_go_to_a_strictly_higher_level, set_up),
        cmocka_unit_test_setup(badges_increase_at_each_server, set_up),
        cmocka_unit_test_setup(bits_are_free_and_given_to_one_slot, set_up),
        cmocka_unit_test_setup(regions_name_an_extent, set_up),
        cmocka_unit_test_setup(fields_that_a_kind_does_not_use_are_zero, set_up),
        cmocka_unit_test_setup(device_ceiling_is_a_class_in_a_window, set_up),
        cmocka_unit_test_setup(device_ceiling_reaches_beyond_no_window, set_up),
        cmocka_unit_test_setup(windows_avoid_ram_and_the_kernels_devices, set_up),
        cmocka_unit_test(each_kernel_device_is_refused_from_both_ends),
        cmocka_unit_test_setup(windows_are_sorted_and_disjoint, set_up),
        cmocka_unit_test_setup(interrupts_are_owned_once, set_up),
        cmocka_unit_test_setup(transport_and_class_fit_each_other, set_up),
    };
    return cmocka_run_group_tests_name("table: slots and windows", tests, NULL, NULL);
}
