/* Console lines of a native test: they go to its standard output. */
#include "../line.h"

#include <stdio.h>

__attribute__((weak)) void line_show(const char *text, size_t length)
{
    printf("%.*s\n", (int)length, text);
}

void line_print(const char *format, va_list arguments)
{
    char text[1024];
    (void)vsnprintf(text, sizeof(text), format, arguments); /* longer text is cut, as in a log */
    for (const char *c = text; *c != '\0'; c++) {
        line_put(*c);
    }
}
