/* The console ring. */
#include "console.h"

#include "arch.h"
#include "slot.h"
#include "state.h"

/* Tries of a UART that takes nothing before the rest of the ring is given up at the end. */
#define FLUSH_TRIES 1000000u

/* Bytes drained by the one who writes, so that a busy system still shows its lines. */
#define WRITER_SLICE 32u

/* Of a number in a line: a blank, 0x, its digits; a blank stands in front of its label too. */
#define NUMBER_BYTES 20u

BOOT_FILLED u8 console_ring[NEURON_RING_BYTES];
u32 console_first;
u32 console_used;
u64 console_dropped;

void console_reset(void)
{
    console_first = 0;
    console_used = 0;
    console_dropped = 0;
}

/*@ requires console: console_inv;
    requires room: console_used < NEURON_RING_BYTES;
    assigns console_ring[(console_first + console_used) % NEURON_RING_BYTES], console_used;
    ensures used: console_used == \old(console_used) + 1;
    ensures byte: console_ring[(console_first + \old(console_used)) % NEURON_RING_BYTES] == byte; */
static void put(u8 byte)
{
    console_ring[(console_first + console_used) % NEURON_RING_BYTES] = byte;
    console_used = console_used + 1;
}

/*@ requires text: is_text(text);
    assigns \nothing;
    ensures bytes: \result <= NEURON_LINE_BYTES;
    ensures readable: \forall integer i; 0 <= i < \result ==> \valid_read(text + i); */
static u32 text_length(const char *text)
{
    u32 length = 0;

    /*@ loop invariant bound: 0 <= length <= NEURON_LINE_BYTES;
        loop invariant readable: \forall integer i; 0 <= i < length ==> \valid_read(text + i);
        loop invariant before_end: \forall integer n; 0 <= n < length ==> !text_of(text, n);
        loop assigns length;
        loop variant NEURON_LINE_BYTES - length; */
    while (length < NEURON_LINE_BYTES && text[length] != 0) {
        length = length + 1;
    }
    return length;
}

/*@ requires console: console_inv;
    requires room: length <= NEURON_RING_BYTES - console_used;
    requires readable: \forall integer i; 0 <= i < length ==> \valid_read(text + i);
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
    ensures used: console_used == \old(console_used) + length; */
static void put_text(const char *text, u32 length)
{
    /*@ loop invariant bound: 0 <= i <= length;
        loop invariant used: console_used == \at(console_used, Pre) + i;
        loop assigns i, console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
        loop variant length - i; */
    for (u32 i = 0; i < length; i++) {
        put((u8)text[i]);
    }
}

/*@ requires console: console_inv;
    requires room: 18 <= NEURON_RING_BYTES - console_used;
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
    ensures used: console_used == \old(console_used) + 18; */
static void put_hex(u64 value)
{
    put('0');
    put('x');
    /*@ loop invariant bound: 0 <= i <= 16;
        loop invariant used: console_used == \at(console_used, Pre) + 2 + i;
        loop assigns i, console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
        loop variant 16 - i; */
    for (u32 i = 0; i < 16; i++) {
        u32 digit = (u32)((value >> (60 - 4 * i)) % 16);
        put((u8)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

void console_say(const char *text, const struct console_number *numbers, u32 count)
{
    u32 text_bytes = text_length(text);
    u32 label_bytes[CONSOLE_NUMBERS_MAX] = {0};
    u32 length = text_bytes + 1;

    /*@ loop invariant bound: 0 <= i <= count;
        loop invariant labels: \forall integer j; 0 <= j < i ==>
          label_bytes[j] <= NEURON_LINE_BYTES &&
          \forall integer k; 0 <= k < label_bytes[j] ==> \valid_read(numbers[j].label + k);
        loop invariant length: length == text_bytes + 1 + (i > 0 ? label_bytes[0] + 20 : 0) +
          (i > 1 ? label_bytes[1] + 20 : 0) + (i > 2 ? label_bytes[2] + 20 : 0);
        loop assigns i, length, label_bytes[0 .. CONSOLE_NUMBERS_MAX - 1];
        loop variant count - i; */
    for (u32 i = 0; i < count; i++) {
        label_bytes[i] = text_length(numbers[i].label);
        length = length + label_bytes[i] + NUMBER_BYTES;
    }
    if (length > NEURON_RING_BYTES - console_used) {
        console_dropped = console_dropped + 1;
        return;
    }
    put_text(text, text_bytes);
    /*@ loop invariant bound: 0 <= i <= count;
        loop invariant used: console_used == \at(console_used, Pre) + text_bytes +
          (i > 0 ? label_bytes[0] + 20 : 0) + (i > 1 ? label_bytes[1] + 20 : 0) +
          (i > 2 ? label_bytes[2] + 20 : 0);
        loop assigns i, console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
        loop variant count - i; */
    for (u32 i = 0; i < count; i++) {
        put(' ');
        put_text(numbers[i].label, label_bytes[i]);
        put(' ');
        put_hex(numbers[i].value);
    }
    put('\n');
}

/* A line is one line and moves no cursor, whatever its writer put in it. */
/*@ requires byte: byte < 256;
    assigns \nothing;
    ensures printable: \result == '\t' || (\result >= ' ' && \result != 0x7f); */
static u8 printable(u64 byte)
{
    return (byte < ' ' && byte != '\t') || byte == 0x7f ? '?' : (u8)byte;
}

static const char dropped_text[] = "neuron: console full, lines dropped:  ";
#define DROPPED_BYTES (sizeof(dropped_text) + 18) /* of that line */

/*@ requires console: console_inv;
    requires room: DROPPED_BYTES <= NEURON_RING_BYTES - console_used;
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_used, console_dropped;
    ensures used: console_used == \old(console_used) + DROPPED_BYTES;
    ensures said: console_dropped == 0; */
static void say_dropped(void)
{
    put_text(dropped_text, sizeof(dropped_text) - 1);
    put_hex(console_dropped);
    put('\n');
    console_dropped = 0;
}

/* A line from the OUT page of the current task. */
/*@ requires console: console_inv;
    requires task: current < NEURON_TASKS_MAX;
    requires bytes: bytes <= NEURON_LINE_BYTES;
    requires room: bytes + 1 <= NEURON_RING_BYTES - console_used;
    assigns console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
    ensures used: console_used == \old(console_used) + bytes + 1; */
static void put_line(u64 bytes)
{
    u64 word = 0;

    /*@ loop invariant bound: 0 <= i <= bytes;
        loop invariant used: console_used == \at(console_used, Pre) + i;
        loop assigns i, word, console_ring[0 .. NEURON_RING_BYTES - 1], console_used;
        loop variant bytes - i; */
    for (u32 i = 0; i < bytes; i++) {
        word = i % 8 == 0 ? message_pages[out_page(current)][i / 8] : word >> 8;
        put(printable(word % 256));
    }
    put('\n');
}

NOINLINE int console_write(u64 slot, u64 bytes)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_CONSOLE, 0, &row);

    if (status != NEURON_OK) {
        return status;
    }
    if (bytes == 0 || bytes > NEURON_LINE_BYTES) {
        return NEURON_BAD_LENGTH;
    }
    u64 first_bytes = console_dropped != 0 ? DROPPED_BYTES : 0;
    if (first_bytes + bytes + 1 > NEURON_RING_BYTES - console_used) {
        console_dropped = console_dropped + 1;
        console_drain(WRITER_SLICE);
        return NEURON_DROPPED;
    }
    if (console_dropped != 0) {
        say_dropped();
    }
    put_line(bytes);
    console_drain(WRITER_SLICE);
    return NEURON_OK;
}

int console_drain(u32 bytes)
{
    /*@ loop invariant inv: console_inv;
        loop invariant slice: bytes <= \at(bytes, Pre) &&
          console_used <= \at(console_used, Pre) &&
          \at(console_used, Pre) - console_used == \at(bytes, Pre) - bytes;
        loop assigns bytes, console_first, console_used;
        loop variant bytes; */
    while (bytes > 0 && console_used > 0 && arch_uart_offer(console_ring[console_first])) {
        console_first = (console_first + 1) % NEURON_RING_BYTES;
        console_used = console_used - 1;
        bytes = bytes - 1;
    }
    return console_used == 0;
}

void console_flush(void)
{
    /*@ loop invariant bound: 0 <= tries <= FLUSH_TRIES;
        loop invariant inv: console_inv;
        loop assigns tries, console_first, console_used;
        loop variant FLUSH_TRIES - tries; */
    for (u32 tries = 0; tries < FLUSH_TRIES; tries++) {
        if (console_drain(1)) {
            return;
        }
    }
}

void console_panic_init(u32 task)
{
    static const char faulted[] = "neuron: init faulted:";
    static const char ended[] = "neuron: init ended:";
    static const char cause[] = "cause";
    static const char pc[] = "pc";
    static const char address[] = "address";
    static const char code[] = "code";

    /* Makes room: these lines must not be dropped. */
    console_flush();
    if (tasks[task].state == NEURON_TASK_FAULTED) {
        struct console_number numbers[CONSOLE_NUMBERS_MAX] = {
            {cause, tasks[task].fault_cause},
            {pc, tasks[task].fault_pc},
            {address, tasks[task].fault_address},
        };
        //@ assert text: text_of(&faulted[0], 21);
        //@ assert labels: text_of(&cause[0], 5) && text_of(&pc[0], 2) && text_of(&address[0], 7);
        console_say(faulted, numbers, CONSOLE_NUMBERS_MAX);
    } else {
        struct console_number number[1] = {{code, tasks[task].exit_code}};
        //@ assert text: text_of(&ended[0], 19);
        //@ assert label: text_of(&code[0], 4) ;
        console_say(ended, number, 1);
    }
    console_flush();
    arch_power_off(NEURON_POWER_INIT_DIED);
}
