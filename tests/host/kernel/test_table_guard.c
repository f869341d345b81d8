/* table_validate(): interrupts, DMA regions, and how many slots and devices a task may have. */
#include "verdict.h"

#define WINDOW_BASE UINT64_C(0x10001000)
#define RIGHTS_IRQ (NEURON_RIGHT_READ | NEURON_RIGHT_MAP | NEURON_RIGHT_IRQ)
#define BIT(number) (UINT64_C(1) << (number))

/* Rows: 0..2 init, 3..7 driver, 8.. client, whose port notifies the driver. */
enum { CONSOLE = 3, IRQ_A, IRQ_B, NO_IRQ, DMA, CLIENT_CONSOLE, NOTIFY, CLIENT_DMA };

static u32 init, driver, client;
static u64 driver_memory, client_memory, plain_memory; /* rows of extents in the table */

static int set_up(void **state)
{
    (void)state;
    world_begin();
    init = world_task(40);
    driver = world_task(10);
    client = world_task(20);
    u64 class = NEURON_CLASS_VIRTIO_BLK;
    world_ceiling(driver, class, RIGHTS_IRQ, WINDOW_BASE, NEURON_PAGE);
    world_ceiling(driver, class, RIGHTS_IRQ, WINDOW_BASE, 2 * NEURON_PAGE);
    world_ceiling(driver, class, RIGHTS_IRQ - NEURON_RIGHT_IRQ, WINDOW_BASE, NEURON_PAGE);
    world_dma(driver, world_extent(driver, 2, NEURON_MEMORY_DMA, 0), NEURON_RIGHT_READ);
    world_port(client, driver, NEURON_RIGHT_NOTIFY, 1);
    u64 flags = NEURON_MEMORY_DMA | NEURON_MEMORY_SHARED | NEURON_MEMORY_KEEP;
    world_dma(client, world_extent(client, 1, flags, 0), NEURON_RIGHT_WRITE);
    world_extent(driver, 1, 0, 0);
    world_window(WINDOW_BASE, 1);
    world_window(WINDOW_BASE + NEURON_PAGE, 0);
    accepts();
    driver_memory = word_of(SLOTS, DMA, NEURON_SLOT_OBJECT);
    client_memory = word_of(SLOTS, CLIENT_DMA, NEURON_SLOT_OBJECT);
    plain_memory = client_memory + 1;
    return 0;
}

static void interrupt_sets_exactly_one_bit(void **state)
{
    (void)state;
    refuses(SLOTS, IRQ_A, NEURON_SLOT_BITS, 0, NEURON_RULE_SLOT_BITS);
    for (u32 bit = 0; bit < 64; bit++) {
        int kernels = bit == NEURON_BIT_LIFECYCLE || bit == NEURON_BIT_PEER_DIED;
        int taken = (word_of(SLOTS, IRQ_B, NEURON_SLOT_BITS) & BIT(bit)) != 0;
        int notified = (word_of(SLOTS, NOTIFY, NEURON_SLOT_BITS) & BIT(bit)) != 0;
        if (kernels) {
            refuses(SLOTS, IRQ_A, NEURON_SLOT_BITS, BIT(bit), NEURON_RULE_SLOT_BITS);
        } else if (!taken && !notified) {
            allows(SLOTS, IRQ_A, NEURON_SLOT_BITS, BIT(bit));
        }
        u64 two = BIT(bit) | BIT((bit + 1) % 64);
        refuses(SLOTS, IRQ_A, NEURON_SLOT_BITS, two, NEURON_RULE_SLOT_BITS);
    }
    refuses(SLOTS, IRQ_A, NEURON_SLOT_BITS, UINT64_MAX, NEURON_RULE_SLOT_BITS);
}

/* A verdict names the second slot that wants the bit. */
static void bit_of_an_interrupt_is_given_once(void **state)
{
    u64 first = word_of(SLOTS, IRQ_A, NEURON_SLOT_BITS);
    u64 notified = word_of(SLOTS, NOTIFY, NEURON_SLOT_BITS);
    (void)state;
    refuses(SLOTS, IRQ_B, NEURON_SLOT_BITS, first, NEURON_RULE_SLOT_BITS);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_BITS, first, NEURON_RULE_SLOT_BITS);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_BITS, first | BIT(60), NEURON_RULE_SLOT_BITS);
    world_table();
    *world_word(SLOTS, IRQ_A, NEURON_SLOT_BITS) = notified;
    refuses_words(NEURON_RULE_SLOT_BITS, NOTIFY);
    /* Another task's bits are others. */
    world_table();
    *world_word(SLOTS, NOTIFY, NEURON_SLOT_OBJECT) = init;
    *world_word(SLOTS, NOTIFY, NEURON_SLOT_BITS) = first;
    refuses_words(NEURON_RULE_OK, 0);
}

static void bits_and_the_right_go_together(void **state)
{
    (void)state;
    refuses(SLOTS, NO_IRQ, NEURON_SLOT_BITS, BIT(50), NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, NO_IRQ, NEURON_SLOT_RIGHTS, RIGHTS_IRQ, NEURON_RULE_SLOT_BITS);
    refuses(SLOTS, IRQ_A, NEURON_SLOT_RIGHTS, RIGHTS_IRQ - NEURON_RIGHT_IRQ,
            NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, IRQ_A, NEURON_SLOT_RIGHTS, RIGHTS_IRQ + NEURON_RIGHTS_ALL + 1,
            NEURON_RULE_SLOT_RIGHTS);
    refuses(SLOTS, IRQ_A, NEURON_SLOT_RIGHTS, NEURON_RIGHT_IRQ, NEURON_RULE_SLOT_RIGHTS);
    refuses(SLOTS, IRQ_A, NEURON_SLOT_BADGE, 1, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, CONSOLE, NEURON_SLOT_RIGHTS, NEURON_RIGHT_IRQ, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, NOTIFY, NEURON_SLOT_RIGHTS, NEURON_RIGHT_NOTIFY | NEURON_RIGHT_IRQ,
            NEURON_RULE_SLOT_RIGHTS);
}

static void dma_rights_are_read_write_or_both(void **state)
{
    (void)state;
    for (u64 rights = 0; rights <= 2 * NEURON_RIGHTS_ALL; rights++) {
        if (rights == NEURON_RIGHT_READ || rights == NEURON_RIGHT_WRITE ||
            rights == (NEURON_RIGHT_READ | NEURON_RIGHT_WRITE)) {
            allows(SLOTS, DMA, NEURON_SLOT_RIGHTS, rights);
        } else {
            refuses(SLOTS, DMA, NEURON_SLOT_RIGHTS, rights, NEURON_RULE_SLOT_RIGHTS);
        }
    }
    refuses(SLOTS, DMA, NEURON_SLOT_RIGHTS, BIT(32) | NEURON_RIGHT_READ, NEURON_RULE_SLOT_RIGHTS);
}

static void dma_region_is_marked_memory_of_the_holder(void **state)
{
    u64 memories = word_of(SLOTS, CLIENT_DMA, NEURON_SLOT_OBJECT) + 2;
    (void)state;
    refuses(SLOTS, DMA, NEURON_SLOT_OBJECT, memories, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, DMA, NEURON_SLOT_OBJECT, BIT(32) + driver_memory, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, DMA, NEURON_SLOT_OBJECT, UINT64_MAX, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, DMA, NEURON_SLOT_OBJECT, client_memory, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, DMA, NEURON_SLOT_OBJECT, plain_memory, NEURON_RULE_SLOT_OBJECT);
    refuses(SLOTS, CLIENT_DMA, NEURON_SLOT_OBJECT, driver_memory, NEURON_RULE_SLOT_OBJECT);
    for (u64 m = 0; m < memories; m++) { /* texts and stacks neither */
        if (m != driver_memory) {
            refuses(SLOTS, DMA, NEURON_SLOT_OBJECT, m, NEURON_RULE_SLOT_OBJECT);
        }
    }
    world_table();
    *world_word(MEMORIES, driver_memory, NEURON_MEMORY_FLAGS) =
        NEURON_MEMORY_SHARED | NEURON_MEMORY_KEEP;
    refuses_words(NEURON_RULE_SLOT_OBJECT, DMA);
    world_table();
    *world_word(MEMORIES, plain_memory, NEURON_MEMORY_FLAGS) = NEURON_MEMORY_DMA;
    *world_word(SLOTS, DMA, NEURON_SLOT_OBJECT) = plain_memory;
    refuses_words(NEURON_RULE_OK, 0);
}

static void dma_slot_has_nothing_else(void **state)
{
    (void)state;
    refuses(SLOTS, DMA, NEURON_SLOT_BADGE, 1, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, DMA, NEURON_SLOT_BITS, 4, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, DMA, NEURON_SLOT_BASE, NEURON_PAGE, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, DMA, NEURON_SLOT_BYTES, NEURON_PAGE, NEURON_RULE_SLOT_UNUSED);
    refuses(SLOTS, DMA, NEURON_SLOT_RUNTIME, 1, NEURON_RULE_SLOT_KIND);
}

static void memory_is_marked_for_dma_unless_it_is_text(void **state)
{
    (void)state;
    for (u64 flags = 0; flags < 32; flags++) {
        if (flags % 2 == 0 && flags <= NEURON_MEMORY_FLAGS_ALL) {
            allows(MEMORIES, plain_memory, NEURON_MEMORY_FLAGS, flags);
        }
    }
    refuses(MEMORIES, plain_memory, NEURON_MEMORY_FLAGS, 16, NEURON_RULE_MEMORY_FLAGS);
    refuses(MEMORIES, 0, NEURON_MEMORY_FLAGS, NEURON_MEMORY_TEXT | NEURON_MEMORY_DMA,
            NEURON_RULE_MEMORY_FLAGS);
}

/* The row is that of the task. */
static void task_has_up_to_256_slots(void **state)
{
    (void)state;
    u32 slots = (u32)world.tasks[driver][NEURON_TASK_SLOTS];
    for (; slots < NEURON_TASK_SLOTS_MAX; slots++) {
        world_slot(driver, NEURON_CAP_NONE);
    }
    accepts();
    world_slot(driver, NEURON_CAP_NONE);
    world_table();
    refuses_words(NEURON_RULE_SLOT_LIMIT, driver);
}

/* The row is the ninth ceiling's; another task has its own eight. */
static void task_has_up_to_eight_devices(void **state)
{
    u64 class = NEURON_CLASS_VIRTIO_BLK;
    (void)state;
    for (u32 d = 3; d < NEURON_TASK_DEVICES_MAX; d++) {
        world_ceiling(driver, class, NEURON_RIGHT_MAP, WINDOW_BASE, NEURON_PAGE);
    }
    for (u32 d = 0; d < NEURON_TASK_DEVICES_MAX; d++) {
        world_ceiling(client, class, NEURON_RIGHT_MAP, WINDOW_BASE, NEURON_PAGE);
    }
    accepts();
    u32 slot = world_ceiling(driver, class, NEURON_RIGHT_MAP, WINDOW_BASE, NEURON_PAGE);
    world_table();
    refuses_words(NEURON_RULE_SLOT_DEVICES, CONSOLE + slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(interrupt_sets_exactly_one_bit, set_up),
        cmocka_unit_test_setup(bit_of_an_interrupt_is_given_once, set_up),
        cmocka_unit_test_setup(bits_and_the_right_go_together, set_up),
        cmocka_unit_test_setup(dma_rights_are_read_write_or_both, set_up),
        cmocka_unit_test_setup(dma_region_is_marked_memory_of_the_holder, set_up),
        cmocka_unit_test_setup(dma_slot_has_nothing_else, set_up),
        cmocka_unit_test_setup(memory_is_marked_for_dma_unless_it_is_text, set_up),
        cmocka_unit_test_setup(task_has_up_to_256_slots, set_up),
        cmocka_unit_test_setup(task_has_up_to_eight_devices, set_up),
    };
    return cmocka_run_group_tests_name("table: interrupts and DMA", tests, NULL, NULL);
}
