/*
 * The kernel's own mappings, the same in every address space: memory and devices at their physical
 * addresses, supervisor only. W^X holds here too: kernel text R X; its constants and the whole payload,
 * which holds the tasks' text, R; all other RAM R W.
 */
#include "machine.h"

#include "../../core/arch.h"

/* Page-table entry bits (RISC-V privileged architecture, 4.4.1). */
#define PTE_V 0x01u
#define PTE_R 0x02u
#define PTE_W 0x04u
#define PTE_X 0x08u
#define PTE_G 0x20u
#define PTE_AD 0xc0u

#define KERNEL_R (PTE_V | PTE_R | PTE_G | PTE_AD)
#define KERNEL_RW (KERNEL_R | PTE_W)
#define KERNEL_RX (KERNEL_R | PTE_X)

#define GIB 0x40000000
#define ROOT_DEVICES 0
#define DEVICE_BLOCKS 8 /* 2 MiB blocks that hold devices: more than the platform has */
#define ROOT_RAM (NEURON_RAM_BASE / GIB)

u64 kernel_root[KERNEL_ROOT_ENTRIES];

extern const char __text_end[], __rodata_end[];

struct kernel_table {
    u64 entry[NEURON_PT_ENTRIES];
} __attribute__((aligned(NEURON_PAGE)));

static struct kernel_table devices;               /* GiB 0 */
static struct kernel_table blocks[DEVICE_BLOCKS]; /* blocks of it that hold devices, page by page */
static u64 block_of[DEVICE_BLOCKS];
static u32 used_blocks;
static struct kernel_table ram;    /* the GiB of RAM */
static struct kernel_table kernel; /* block 1 of it: kernel text and constants, page by page */

static u64 leaf(u64 phys, u64 bits)
{
    return phys / NEURON_PAGE * 1024 + bits;
}

static u64 table(const struct kernel_table *next)
{
    return leaf((u64)next, PTE_V);
}

static void map_kernel_block(void)
{
    for (u64 i = 0; i < NEURON_PT_ENTRIES; i++) {
        u64 phys = NEURON_KERNEL_BASE + i * NEURON_PAGE;
        u64 bits = KERNEL_RW;
        if (phys < (u64)__text_end) {
            bits = KERNEL_RX;
        } else if (phys < (u64)__rodata_end) {
            bits = KERNEL_R;
        }
        kernel.entry[i] = leaf(phys, bits);
    }
}

void kernel_map(u64 payload_end, u64 ram_end)
{
    kernel_root[ROOT_DEVICES] = table(&devices);
    kernel_root[ROOT_RAM] = table(&ram);
    map_kernel_block();
    ram.entry[(NEURON_KERNEL_BASE - NEURON_RAM_BASE) / NEURON_BLOCK] = table(&kernel);
    for (u64 phys = NEURON_KERNEL_BASE + NEURON_BLOCK; phys < ram_end; phys += NEURON_BLOCK) {
        int payload = phys >= NEURON_PAYLOAD_BASE && phys < payload_end;
        ram.entry[(phys - NEURON_RAM_BASE) / NEURON_BLOCK] =
            leaf(phys, payload ? KERNEL_R : KERNEL_RW);
    }

    (void)kernel_map_device(TEST_BASE, 1);
    (void)kernel_map_device(UART_BASE, 1);
}

int kernel_map_device(u64 base, u64 pages)
{
    for (u64 phys = base; phys < base + pages * NEURON_PAGE; phys += NEURON_PAGE) {
        u64 block = phys / NEURON_BLOCK;
        if (block >= NEURON_PT_ENTRIES) {
            return 0;
        }
        if (devices.entry[block] == 0) {
            if (used_blocks == DEVICE_BLOCKS) {
                return 0;
            }
            block_of[used_blocks] = block;
            devices.entry[block] = table(&blocks[used_blocks]);
            used_blocks++;
        }
        u32 b = 0;
        while (block_of[b] != block) {
            b++;
        }
        blocks[b].entry[phys % NEURON_BLOCK / NEURON_PAGE] = leaf(phys, KERNEL_RW);
    }
    return 1;
}
