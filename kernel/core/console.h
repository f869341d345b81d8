/*
 * The console: whole lines go into a ring, the kernel drains it to the UART in short slices. A line
 * that does not fit is dropped and counted, and the count is shown as soon as there is room.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include "state.h"

/* The ring: `console_used` bytes from `console_first` on, the oldest one. */
extern u8 console_ring[NEURON_RING_BYTES];
extern u32 console_first;
extern u32 console_used;
extern u64 console_dropped; /* lines since the last one that said so */

#define CONSOLE_NUMBERS_MAX 3

/* A text and its end are readable, and it is no longer than a line. */
/*@ predicate console_inv{L} =
      \at(console_first, L) < NEURON_RING_BYTES && \at(console_used, L) <= NEURON_RING_BYTES;
    predicate text_of{L}(char *text, integer bytes) =
      \valid_read{L}(text + (0 .. bytes)) && \at(text[bytes], L) == 0;
    predicate is_text{L}(char *text) =
      \exists integer bytes; 0 <= bytes <= NEURON_LINE_BYTES && text_of{L}(text, bytes); */

/*@ assigns console_first, console_used, console_dropped;
    ensures inv: console_inv;
    ensures empty: console_used == 0; */
void console_reset(void);

/* System call: a line of `bytes` bytes from the OUT page of the current task. */
/*@ requires console: console_inv;
    requires tasks: tasks_inv && current < task_count;
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    ensures inv: console_inv;
    ensures length: \result == NEURON_OK ==> 1 <= bytes <= NEURON_LINE_BYTES;
    ensures dropped: \result == NEURON_DROPPED ==> console_dropped == (u64)(\old(console_dropped) + 1);
    ensures refused: \result != NEURON_OK && \result != NEURON_DROPPED ==>
      console_first == \old(console_first) && console_used == \old(console_used) &&
      console_dropped == \old(console_dropped) &&
      \forall integer i; 0 <= i < NEURON_RING_BYTES ==>
        console_ring[i] == \old(console_ring[i]); */
int console_write(u64 slot, u64 bytes);

/* A line of the kernel's own: a text, and up to three labelled numbers in hexadecimal. */
struct console_number {
    const char *label;
    u64 value;
};
/*@ requires console: console_inv;
    requires text: is_text(text);
    requires count: count <= CONSOLE_NUMBERS_MAX && \valid_read(numbers + (0 .. count - 1));
    requires labels: \forall integer i; 0 <= i < count ==> is_text(numbers[i].label);
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_used, console_dropped;
    ensures inv: console_inv;
    ensures grows: console_used >= \old(console_used);
    ensures dropped: console_used == \old(console_used) ==>
      console_dropped == (u64)(\old(console_dropped) + 1); */
void console_say(const char *text, const struct console_number *numbers, u32 count);

/* Gives the UART up to `bytes` bytes as far as it takes them now. Returns whether the ring is empty. */
/*@ requires console: console_inv;
    assigns console_first, console_used;
    ensures inv: console_inv;
    ensures slice: \old(console_used) - bytes <= console_used <= \old(console_used);
    ensures empty: \result != 0 <==> console_used == 0; */
int console_drain(u32 bytes);

/* Gives the UART all that is in the ring; for the moment before the machine ends. */
/*@ requires console: console_inv;
    assigns console_first, console_used;
    ensures inv: console_inv; */
void console_flush(void);

/* Init died: says why and ends the machine. */
/*@ requires console: console_inv;
    requires task: task < NEURON_TASKS_MAX;
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_first, console_used, console_dropped;
    ensures inv: console_inv; */
void console_panic_init(u32 task);

#endif
