/* Console lines of a component, and printf's stdout on top of them. */
#include "../line.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <stdio.h>
#include <string.h>

extern char __nexus_out[NEURON_MESSAGE_BYTES]; /* the OUT page, from the linker script */

void line_show(const char *text, size_t length)
{
    memcpy(__nexus_out, text, length);
    /* A full ring drops the line and counts it, and the kernel shows the count: nothing to add here. */
    (void)neuron_console_write(NEURON_SLOT_CONSOLE, length);
}

static int put(char c, FILE *file)
{
    (void)file;
    line_put(c);
    return (unsigned char)c;
}

static int flush(FILE *file)
{
    (void)file;
    line_end();
    return 0;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE);

FILE *const stdout = &console;
FILE *const stderr = &console;

void line_print(const char *format, va_list arguments)
{
    (void)vfprintf(stdout, format, arguments); /* put() cannot fail */
}
