/* arch.h under Eva: the machine answers anything that its contract allows. */
#include "arch.h"

#include "any.h"

volatile u64 any_u64;

u64 arch_now(void)
{
    return any_u64;
}

void arch_timer_arm(u64 deadline)
{
    (void)deadline;
}

int arch_uart_offer(u8 byte)
{
    (void)byte;
    return any_u64 % 2 == 1;
}

void arch_power_off(u64 status)
{
    (void)status;
}

void arch_page_restore(u64 phys, u64 source, u64 bytes)
{
    (void)phys;
    (void)source;
    (void)bytes;
}

u64 arch_phys(u32 pages)
{
    return NEURON_KERNEL_BASE + (u64)pages * NEURON_BLOCK;
}

void arch_flush_page(u32 task, u64 va)
{
    (void)task;
    (void)va;
}

u32 arch_device_read(u64 base, u64 offset)
{
    (void)base;
    (void)offset;
    return (u32)any_u64;
}

void arch_device_write(u64 base, u64 offset, u32 value)
{
    (void)base;
    (void)offset;
    (void)value;
}

void arch_device_fence(void)
{
}

void arch_irq_order(u32 irq, u32 order)
{
    (void)irq;
    (void)order;
}

u32 arch_irq_claim(void)
{
    return (u32)any_u64;
}
