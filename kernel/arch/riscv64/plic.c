/* The interrupt controller, as the S mode of one hart sees it (RISC-V PLIC specification 1.0.0, 3). */
#include "machine.h"

#include "../../core/arch.h"

/* Of QEMU virt (hw/riscv/virt.c): the context of S mode of hart h is 2h + 1. */
#define PRIORITY 0x0u /* 4 bytes a line */
#define ENABLE 0x2000u
#define ENABLE_BYTES 0x80u /* of one context: a bit a line */
#define CONTEXT 0x200000u
#define CONTEXT_BYTES 0x1000u
#define THRESHOLD 0x0u /* in a context */
#define CLAIM 0x4u     /* reading claims, writing completes */

static u64 enables;
static u64 context;

int plic_map(u64 hart)
{
    enables = PLIC_BASE + ENABLE + (2 * hart + 1) * ENABLE_BYTES;
    context = PLIC_BASE + CONTEXT + (2 * hart + 1) * CONTEXT_BYTES;
    return kernel_map_device(PLIC_BASE + PRIORITY, 1) &&
           kernel_map_device(enables / NEURON_PAGE * NEURON_PAGE, 1) &&
           kernel_map_device(context, 1);
}

/* All lines are equal; whoever is more urgent is a matter of the tasks that they wake. */
void plic_reset(void)
{
    for (u32 irq = 1; irq < NEURON_IRQS_MAX; irq++) {
        arch_device_write(PLIC_BASE + PRIORITY, 4 * (u64)irq, 1);
    }
    for (u32 word = 0; word < NEURON_IRQS_MAX / 32; word++) {
        arch_device_write(enables, 4 * (u64)word, 0);
    }
    arch_device_write(context, THRESHOLD, 0);
}

void arch_irq_order(u32 irq, u32 order)
{
    u64 word = irq / 32 * 4;
    u32 bit = 1u << (irq % 32);

    if (order == ARCH_IRQ_COMPLETE) {
        *(volatile u32 *)(context + CLAIM) = irq;
        return;
    }
    u32 lines = arch_device_read(enables, word);
    arch_device_write(enables, word, order == ARCH_IRQ_OPEN ? lines | bit : lines & ~bit);
}

u32 arch_irq_claim(void)
{
    return *(volatile u32 *)(context + CLAIM);
}
