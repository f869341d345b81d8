/* Log lines with levels. */
#include "line.h"

#include <nexus/log.h>

static enum nexus_log_level highest = NEXUS_LOG_INFO;

void nexus_log_set_level(enum nexus_log_level level)
{
    highest = level;
}

static void put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        line_put(*text);
    }
}

void nexus_log(enum nexus_log_level level, const char *format, ...)
{
    if (level > highest) {
        return;
    }
    line_end(); /* half a line of printf keeps a line of its own */
    switch (level) {
    case NEXUS_LOG_ERROR:
        put_text("error: ");
        break;
    case NEXUS_LOG_WARN:
        put_text("warning: ");
        break;
    case NEXUS_LOG_INFO:
        break;
    case NEXUS_LOG_DEBUG:
        put_text("debug: ");
        break;
    }
    va_list arguments;
    va_start(arguments, format);
    line_print(format, arguments);
    va_end(arguments);
    line_put('\n');
}

void nexus_log_about(const char *name, const char *text)
{
    line_begin(name);
    put_text(text);
    line_put('\n');
}
