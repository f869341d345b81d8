/*
 * What init tells about the tasks that it supervises: a console line at once, and the same as a record for
 * logd. The record is kept first and sent when nothing is to be restarted, so that logd may be the one that
 * it is about.
 */
#ifndef INIT_REPORT_H
#define INIT_REPORT_H

#include "init.nexus.h"

/* Writes the line `name: text` and keeps it as a record about `name`: why it faulted. */
void report_about(const char *name, const char *text);

/* Writes the line `init: text` and keeps it as a record about `name`: what init does with it. */
void report(enum LogLevel level, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Hands the kept records to logd, the oldest first, as long as it takes them; waits PATIENCE at most, and
 * not at all for a logd that does not run. Returns when to try again (ticks): NEURON_FOREVER if nothing is
 * left, or if only a restart of logd can help.
 */
uint64_t report_send(void);

#endif
