/* Faults in the way that its attribute says. */
#include "crasher.nexus.h"

#include <assert.h>
#include <nexus/keep.h>
#include <stdint.h>

static volatile uint64_t sink; /* keeps the compiler from leaving out what is not used */

__attribute__((noinline)) static void store(uint64_t address)
{
    *(volatile uint64_t *)address = 1;
}

__attribute__((noinline)) static void load(uint64_t address)
{
    sink = *(volatile uint64_t *)address;
}

__attribute__((noinline)) static void jump(uint64_t address)
{
    ((void (*)(void))address)();
}

/* Each level takes 512 bytes of stack; there is no end to it that the stack could hold. */
__attribute__((noinline)) static uint64_t deeper(uint64_t n)
{
    volatile uint64_t frame[64];

    frame[n % 64] = n;
    return n == UINT64_MAX ? 0 : deeper(n + 1) + frame[0];
}

int main(void)
{
    static uint64_t data = 0x13;
    static uint64_t kept NEXUS_KEEP;

    switch (way) {
    case 0:
        store(0);
        break;
    case 1:
        load(8);
        break;
    case 2:
        store((uint64_t)&main);
        break;
    case 3:
        jump((uint64_t)&data);
        break;
    case 4:
        sink = deeper(0);
        break;
    case 5:
        load((uint64_t)&data ^ 0x10000000);
        break;
    case 6:
        load(0x80200000);
        break;
    case 7:
        __asm__ volatile(".word 0");
        break;
    case 8:
        jump(0x123456);
        break;
    case 9:
        for (;;) {
            sink = sink + 1;
        }
    case 10:
        __asm__ volatile("ebreak");
        break;
    case 11:
        store(0x10000000);
        break;
    case 13:
        jump((uint64_t)&kept);
        break;
    default:
        assert(way == 0);
        break;
    }
    return 0;
}
