/* What the core asks of the machine (core/arch.h): time, UART, power, physical pages. */
#include "machine.h"

#include "../../core/arch.h"

#define LINE_STATUS 5 /* UART register; bit 5: the transmitter takes a byte (16550, LSR.THRE) */
#define TRANSMIT_READY 0x20u
#define TEST_PASS 0x5555u /* test device: ends with status 0 */
#define TEST_FAIL 0x3333u /* ... with the status in the upper half */

const u64 pages_phys[] = {
    [PAGE_TABLES] = (u64)page_tables,
    [MESSAGE_PAGE_PAIRS] = (u64)message_pages,
    [QUEUE_PAGES] = (u64)queue_pages,
};

u64 arch_now(void)
{
    u64 now;

    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

void arch_timer_arm(u64 deadline)
{
    /* stimecmp (Sstc extension, 2.1). */
    __asm__ volatile("csrw 0x14d, %0" : : "r"(deadline));
}

int arch_uart_offer(u8 byte)
{
    if ((((volatile u8 *)UART_BASE)[LINE_STATUS] & TRANSMIT_READY) == 0) {
        return 0;
    }
    ((volatile u8 *)UART_BASE)[0] = byte;
    return 1;
}

NOINLINE void arch_power_off(u64 status)
{
    *(volatile u32 *)TEST_BASE = status == 0 ? TEST_PASS : (u32)(status << 16) | TEST_FAIL;
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void arch_page_restore(u64 phys, u64 source, u64 bytes)
{
    u64 *to = (u64 *)phys;
    const u64 *from = (const u64 *)source;
    u64 whole = bytes / 8;
    u64 rest = bytes % 8;
    u64 i = 0;

    for (; i < whole; i++) {
        to[i] = from[i];
    }
    if (rest != 0) {
        to[i] = from[i] & ((UINT64_C(1) << (8 * rest)) - 1);
        i++;
    }
    for (; i < NEURON_PAGE / 8; i++) {
        to[i] = 0;
    }
}

void arch_flush_page(u32 task, u64 va)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(va), "r"((u64)task + 1) : "memory");
}

u32 arch_device_read(u64 base, u64 offset)
{
    return *(volatile u32 *)(base + offset);
}

void arch_device_write(u64 base, u64 offset, u32 value)
{
    *(volatile u32 *)(base + offset) = value;
}

void arch_device_fence(void)
{
    __asm__ volatile("fence iorw, iorw" : : : "memory");
}
