/* The console ring. */
#include "console.h"

#include "arch.h"
#include "slot.h"
#include "state.h"

/* Tries of a UART that takes nothing before the rest of the ring is given up at the end. */
#define FLUSH_TRIES 1000000u

/* Bytes drained by the one who writes, so that a busy system still shows its lines. */
#define WRITER_SLICE 32u

BOOT_FILLED static u8 ring[NEURON_RING_BYTES];
static u32 ring_first; /* the oldest byte */
static u32 ring_used;
static u64 dropped; /* lines since the last one that said so */

void console_reset(void)
{
    ring_first = 0;
    ring_used = 0;
    dropped = 0;
}

static void put(u8 byte)
{
    ring[(ring_first + ring_used) % NEURON_RING_BYTES] = byte;
    ring_used = ring_used + 1;
}

static u32 text_length(const char *text)
{
    u32 length = 0;

    while (length < NEURON_LINE_BYTES && text[length] != 0) {
        length = length + 1;
    }
    return length;
}

static void put_text(const char *text, u32 length)
{
    for (u32 i = 0; i < length; i++) {
        put((u8)text[i]);
    }
}

static void put_hex(u64 value)
{
    put('0');
    put('x');
    for (u32 i = 0; i < 16; i++) {
        u32 digit = (u32)((value >> (60 - 4 * i)) % 16);
        put((u8)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

void console_say(const char *text, const struct console_number *numbers, u32 count)
{
    u32 length = text_length(text) + 1;

    for (u32 i = 0; i < count; i++) {
        length = length + text_length(numbers[i].label) + 20;
    }
    if (length > NEURON_RING_BYTES - ring_used) {
        dropped = dropped + 1;
        return;
    }
    put_text(text, text_length(text));
    for (u32 i = 0; i < count; i++) {
        put(' ');
        put_text(numbers[i].label, text_length(numbers[i].label));
        put(' ');
        put_hex(numbers[i].value);
    }
    put('\n');
}

/* A line is one line and moves no cursor, whatever its writer put in it. */
static u8 printable(u64 byte)
{
    return (byte < ' ' && byte != '\t') || byte == 0x7f ? '?' : (u8)byte;
}

int console_write(u64 slot, u64 bytes)
{
    static const char dropped_text[] = "neuron: console full, lines dropped:";
    const u32 dropped_bytes = sizeof(dropped_text) + 20;
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_CONSOLE, 0, &row);

    if (status != NEURON_OK) {
        return status;
    }
    if (bytes == 0 || bytes > NEURON_LINE_BYTES) {
        return NEURON_BAD_LENGTH;
    }
    u32 room = NEURON_RING_BYTES - ring_used;
    if (bytes + 1 + (dropped != 0 ? dropped_bytes : 0) > room) {
        dropped = dropped + 1;
        console_drain(WRITER_SLICE);
        return NEURON_DROPPED;
    }
    if (dropped != 0) {
        struct console_number number = {"", dropped};
        console_say(dropped_text, &number, 1);
        dropped = 0;
    }
    u64 word = 0;
    for (u32 i = 0; i < bytes; i++) {
        word = i % 8 == 0 ? message_pages[out_page(current)][i / 8] : word >> 8;
        put(printable(word % 256));
    }
    put('\n');
    console_drain(WRITER_SLICE);
    return NEURON_OK;
}

int console_drain(u32 bytes)
{
    while (bytes > 0 && ring_used > 0 && arch_uart_offer(ring[ring_first])) {
        ring_first = (ring_first + 1) % NEURON_RING_BYTES;
        ring_used = ring_used - 1;
        bytes = bytes - 1;
    }
    return ring_used == 0;
}

void console_flush(void)
{
    for (u32 tries = 0; tries < FLUSH_TRIES; tries++) {
        if (console_drain(1)) {
            return;
        }
    }
}

void console_panic_init(u32 task)
{
    /* Makes room: these lines must not be dropped. */
    console_flush();
    if (tasks[task].state == NEURON_TASK_FAULTED) {
        struct console_number numbers[3] = {
            {"cause", tasks[task].fault_cause},
            {"pc", tasks[task].fault_pc},
            {"address", tasks[task].fault_address},
        };
        console_say("neuron: init faulted:", numbers, 3);
    } else {
        struct console_number number = {"code", tasks[task].exit_code};
        console_say("neuron: init ended:", &number, 1);
    }
    console_flush();
    arch_power_off(NEURON_POWER_INIT_DIED);
}
