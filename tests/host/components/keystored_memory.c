/* Searching memory: byte by byte and past what ASan allows, because what is searched is what nobody may use any more. */
#include "keystored_memory.h"

#include <string.h>

#define UNCHECKED __attribute__((noinline, no_sanitize("address", "undefined")))

enum { STACK_SEARCHED = 64 * 1024 };

extern uint8_t __data_start[], _end[];

static UNCHECKED bool range_has(const volatile uint8_t *at, const volatile uint8_t *end,
                                const uint8_t *masked, size_t bytes, uint8_t mask)
{
    for (; at + bytes <= end; at++) {
        size_t equal = 0;
        while (equal < bytes && at[equal] == (masked[equal] ^ mask)) {
            equal++;
        }
        if (equal == bytes) {
            return true;
        }
    }
    return false;
}

UNCHECKED bool memory_has(const uint8_t *masked, size_t bytes, uint8_t mask)
{
    const uint8_t *top = __builtin_frame_address(0);

    return range_has(__data_start, _end, masked, bytes, mask) ||
           range_has(top - STACK_SEARCHED, top, masked, bytes, mask);
}

UNCHECKED void memory_scrub_stack(void)
{
    uint8_t below[STACK_SEARCHED];

    memset(below, 0, sizeof(below));
    __asm__ volatile("" : : "r"(below) : "memory");
}
