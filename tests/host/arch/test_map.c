/* The kernel's own mappings, W^X among them, and the interrupt controller's registers. */
#include <string.h>
#include <sys/mman.h>

#include "cmocka_all.h"
/* NOLINTNEXTLINE(bugprone-suspicious-include): its tables begin afresh for each test */
#include "kernel_map.c"

/* Where CMakeLists.txt puts the ends of the kernel's text and constants. */
#define TEXT_PAGES 5u
#define RODATA_PAGES 3u
#define PAYLOAD_END (NEURON_PAYLOAD_BASE + 2 * (u64)NEURON_BLOCK)
#define RAM_END (NEURON_RAM_BASE + 16 * (u64)NEURON_BLOCK)
#define CONTEXT_PAGE (PLIC_BASE + 0x201000) /* of S mode of hart 0 */
#define LOST_HART 0x2000u                   /* its enable bits lie in a block of their own */

/* The registers of the interrupt controller that are asked for by number. */
static u32 enabled[NEURON_IRQS_MAX / 32];
static u32 priorities[NEURON_IRQS_MAX];
static u32 thresholds;

u32 arch_device_read(u64 base, u64 offset)
{
    assert_int_equal(base, PLIC_BASE + 0x2080);
    return enabled[offset / 4];
}

void arch_device_write(u64 base, u64 offset, u32 value)
{
    if (base == PLIC_BASE) {
        priorities[offset / 4] = value;
    } else if (base == PLIC_BASE + 0x2080) {
        enabled[offset / 4] = value;
    } else {
        assert_int_equal(base, CONTEXT_PAGE);
        assert_int_equal(offset + value, 0);
        thresholds++;
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&devices, 0, sizeof(devices));
    memset(blocks, 0, sizeof(blocks));
    memset(&ram, 0, sizeof(ram));
    used_blocks = 0;
    kernel_map(PAYLOAD_END, RAM_END);
    return 0;
}

/* The entry of a table that another one leads to. */
static u64 below(u64 entry, u64 index)
{
    assert_int_equal(entry % 1024, PTE_V);
    return ((const struct kernel_table *)(entry / 1024 * NEURON_PAGE))->entry[index];
}

/* What maps an address; 0: nothing. A block is its first page. */
static u64 mapping(u64 address)
{
    u64 entry = below(kernel_root[address / GIB], address % GIB / NEURON_BLOCK);

    return entry == 0 || entry % 16 > PTE_V ? entry
                                            : below(entry, address % NEURON_BLOCK / NEURON_PAGE);
}

static void text_and_constants_and_payload_are_not_written(void **state)
{
    (void)state;
    for (u64 phys = NEURON_KERNEL_BASE; phys < RAM_END; phys += NEURON_PAGE) {
        u64 kernel_page = (phys - NEURON_KERNEL_BASE) / NEURON_PAGE;
        u64 bits = PTE_V | PTE_R | PTE_W;
        if (kernel_page < TEXT_PAGES) {
            bits = PTE_V | PTE_R | PTE_X;
        } else if (kernel_page < TEXT_PAGES + RODATA_PAGES ||
                   (phys >= NEURON_PAYLOAD_BASE && phys < PAYLOAD_END)) {
            bits = PTE_V | PTE_R;
        }
        assert_int_equal(mapping(phys) % 32, bits); /* no task's: bit 4 is U */
    }
}

static void every_page_is_where_its_address_says(void **state)
{
    (void)state;
    for (u64 phys = NEURON_KERNEL_BASE; phys < RAM_END; phys += NEURON_PAGE) {
        u64 unit = phys < NEURON_KERNEL_BASE + NEURON_BLOCK ? NEURON_PAGE : NEURON_BLOCK;
        assert_int_equal(mapping(phys) / 1024, phys / unit * unit / NEURON_PAGE);
    }
    assert_int_equal(mapping(NEURON_RAM_BASE), 0); /* the firmware's */
    assert_int_equal(mapping(RAM_END), 0);
}

static void device_pages_are_mapped_and_nothing_beside_them(void **state)
{
    (void)state;
    assert_int_equal(kernel_map_device(0x10001000, 2), 1);
    assert_int_equal(mapping(0x10001000), 0x10001000 / NEURON_PAGE * 1024 + KERNEL_RW);
    assert_int_equal(mapping(0x10002000), 0x10002000 / NEURON_PAGE * 1024 + KERNEL_RW);
    assert_int_equal(mapping(0x10003000), 0);
    assert_int_equal(mapping(UART_BASE), UART_BASE / NEURON_PAGE * 1024 + KERNEL_RW);
    assert_int_equal(mapping(TEST_BASE), TEST_BASE / NEURON_PAGE * 1024 + KERNEL_RW);
}

static void device_without_room_is_refused(void **state)
{
    (void)state;
    for (u64 block = 2; block < DEVICE_BLOCKS; block++) { /* two are used */
        assert_int_equal(kernel_map_device(block * NEURON_BLOCK, 1), 1);
    }
    assert_int_equal(kernel_map_device(DEVICE_BLOCKS * (u64)NEURON_BLOCK, 1), 0);
    assert_int_equal(kernel_map_device(2 * (u64)NEURON_BLOCK, 4), 1);
    assert_int_equal(kernel_map_device(GIB - (u64)NEURON_PAGE, 1), 0);
    assert_int_equal(kernel_map_device(GIB, 1), 0);
    assert_int_equal(plic_map(0), 0);
}

/* Its parts are in three blocks for this hart: all but one of them have room. */
static void interrupt_controller_needs_room_for_all_its_parts(void **state)
{
    static const u64 parts[] = {PLIC_BASE, PLIC_BASE + 0x202000, UART_BASE + NEURON_BLOCK};

    for (u32 missing = 0; missing < 3; missing++) {
        set_up(state);
        for (u32 part = 0; part < 3; part++) {
            assert_int_equal(kernel_map_device(parts[part], part != missing), 1);
        }
        for (u64 block = 2; used_blocks < DEVICE_BLOCKS; block++) {
            assert_int_equal(kernel_map_device(block * NEURON_BLOCK, 1), 1);
        }
        assert_int_equal(plic_map(LOST_HART), 0);
        used_blocks--;
        assert_int_equal(plic_map(LOST_HART), 1);
    }
}

static void lines_are_opened_claimed_and_completed(void **state)
{
    (void)state;
    u32 *page = mmap((void *)CONTEXT_PAGE, NEURON_PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    assert_ptr_equal(page, CONTEXT_PAGE);
    assert_int_equal(plic_map(0), 1);
    assert_int_equal(mapping(CONTEXT_PAGE) % 1024, KERNEL_RW);
    memset(enabled, 0xff, sizeof(enabled));
    plic_reset();
    assert_int_equal(thresholds, 1);
    for (u32 irq = 1; irq < NEURON_IRQS_MAX; irq++) {
        assert_int_equal(priorities[irq], 1);
        assert_int_equal(enabled[irq / 32], 0);
        arch_irq_order(irq, ARCH_IRQ_OPEN);
        assert_int_equal(enabled[irq / 32], 1u << irq % 32);
        page[1] = irq;
        assert_int_equal(arch_irq_claim(), irq);
        page[1] = 0;
        arch_irq_order(irq, ARCH_IRQ_COMPLETE);
        assert_int_equal(page[1], irq);
        assert_int_equal(enabled[irq / 32], 1u << irq % 32);
        arch_irq_order(irq, ARCH_IRQ_SHUT);
        assert_int_equal(enabled[irq / 32], 0);
    }
    munmap(page, NEURON_PAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(text_and_constants_and_payload_are_not_written, set_up),
        cmocka_unit_test_setup(every_page_is_where_its_address_says, set_up),
        cmocka_unit_test_setup(device_pages_are_mapped_and_nothing_beside_them, set_up),
        cmocka_unit_test_setup(device_without_room_is_refused, set_up),
        cmocka_unit_test_setup(interrupt_controller_needs_room_for_all_its_parts, set_up),
        cmocka_unit_test_setup(lines_are_opened_claimed_and_completed, set_up),
    };
    return cmocka_run_group_tests_name("kernel: own mappings", tests, NULL, NULL);
}
