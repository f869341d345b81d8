/* Reports: to the console, and through the queue to logd. */
#include "report.h"

#include "peer.h"
#include "records.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/status.h>
#include <nexus/time.h>
#include <stdarg.h>
#include <stdio.h>

#define TRY_AGAIN NEXUS_S(1)

static void keep(enum LogLevel level, const char *name, const char *text)
{
    if (!records_put(level, name, text)) {
        LOG_INFO("no room to keep this as a record for logd");
    }
}

void report_about(const char *name, const char *text)
{
    nexus_log_about(name, text);
    keep(LOG_LEVEL_ERROR, name, text);
}

void report(enum LogLevel level, const char *name, const char *format, ...)
{
    char text[NEURON_LINE_BYTES];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    LOG_INFO("%s", text);
    keep(level, name, text);
}

static int append(enum LogLevel level, const char *scope, const char *message, uint64_t deadline)
{
    int result = log_append_until(deadline, level, scope, message, NULL, 0);

    /* Said once after a restart, and the call was not delivered. */
    return result == NEURON_PEER_RESTARTED
               ? log_append_until(deadline, level, scope, message, NULL, 0)
               : result;
}

/* When to try again after logd did not take a record. */
static uint64_t later(int result)
{
    if (result == NEURON_PEER_DIED || result == NEURON_PEER_GONE) {
        return NEURON_FOREVER;
    }
    return nexus_now() + TRY_AGAIN; /* it is busy, or we have sent too much */
}

/* Tells logd what it will never get. */
static void tell_lost(uint64_t deadline)
{
    char text[NEURON_LINE_BYTES];
    uint64_t lost = records_take_lost();

    if (lost > 0) {
        (void)snprintf(text, sizeof(text), "%" PRIu64 " records were lost", lost);
        LOG_INFO("%s", text);
        if (append(LOG_LEVEL_WARN, nexus_name, text, deadline) != 0) {
            keep(LOG_LEVEL_WARN, nexus_name, text);
        }
    }
}

uint64_t report_send(void)
{
    const uint64_t deadline = nexus_now() + PATIENCE;
    const struct record *record = records_first();

    if (record == NULL || !peer_runs(LOG_SLOT)) {
        return NEURON_FOREVER;
    }
    for (; record != NULL; record = records_first()) {
        int result = append((enum LogLevel)record->level, record->scope, record->message, deadline);
        if (result != 0) {
            return later(result);
        }
        records_remove_first();
    }
    tell_lost(deadline);
    return records_first() == NULL ? NEURON_FOREVER : nexus_now() + TRY_AGAIN;
}
