/* The line buffer behind printf and the log: whole lines, each with the instance's name in front. */
#ifndef NEXUS_LINE_H
#define NEXUS_LINE_H

#include <stdarg.h>
#include <stddef.h>

/* Sends what is buffered and begins a line of this name. */
void line_begin(const char *name);

/*
 * Adds one character; a newline or a full buffer sends the line.
 * The next character begins one of this instance.
 */
void line_put(char c);

/* Sends what is buffered, if anything. */
void line_end(void);

/* --- what the target and the host each define -------------------------------------------------- */

/* Shows one line without its newline, 1..NEURON_LINE_BYTES bytes. */
void line_show(const char *text, size_t length);

/* Formats into line_put(). */
void line_print(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

#endif
