/* The line buffer behind printf and the log: whole lines, each with the instance's name in front. */
#include "line.h"

#include <neuron/limits.h>
#include <nexus/log.h>

static char buffer[NEURON_LINE_BYTES];
static size_t used; /* bytes in the buffer */

void line_end(void)
{
    if (used > 0) {
        line_show(buffer, used);
        used = 0;
    }
}

void line_begin(const char *name)
{
    line_end();
    /* A name that fills the line would leave no room for text: it is cut at half. */
    for (size_t i = 0; name[i] != '\0' && used < sizeof(buffer) / 2; i++) {
        buffer[used++] = name[i];
    }
    buffer[used++] = ':';
    buffer[used++] = ' ';
}

void line_put(char c)
{
    if (used == 0) {
        line_begin(nexus_name);
    }
    if (c == '\n') {
        line_end();
        return;
    }
    if (used == sizeof(buffer)) {
        line_begin(nexus_name);
    }
    buffer[used++] = c;
}
