/*
 * The console: whole lines go into a ring, the kernel drains it to the UART in short slices. A line
 * that does not fit is dropped and counted, and the count is shown as soon as there is room.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include "types.h"

void console_reset(void);

/* System call: a line of `bytes` bytes from the OUT page of the current task. */
int console_write(u64 slot, u64 bytes);

/* A line of the kernel's own: a text, and up to three labelled numbers in hexadecimal. */
struct console_number {
    const char *label;
    u64 value;
};
void console_say(const char *text, const struct console_number *numbers, u32 count);

/* Gives the UART up to `bytes` bytes as far as it takes them now. Returns whether the ring is empty. */
int console_drain(u32 bytes);

/* Gives the UART all that is in the ring; for the moment before the machine ends. */
void console_flush(void);

/* Init died: says why and ends the machine. */
void console_panic_init(u32 task);

#endif
