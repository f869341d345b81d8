/*
 * Log lines. Each appears whole, as `name: text`; longer ones are split at 160 bytes. printf() goes the
 * same way, a line at a time.
 */
#ifndef NEXUS_LOG_H
#define NEXUS_LOG_H

enum nexus_log_level {
    NEXUS_LOG_ERROR = 0,
    NEXUS_LOG_WARN = 1,
    NEXUS_LOG_INFO = 2,
    NEXUS_LOG_DEBUG = 3
};

/* The name of this instance, from the assembly. */
extern const char nexus_name[];

/* Lines above this level are left out. Starts as NEXUS_LOG_INFO. */
void nexus_log_set_level(enum nexus_log_level level);

/* Writes one line; errors, warnings and debug lines say so: `name: error: text`. */
void nexus_log(enum nexus_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes the line `name: text` about another instance: how init reports a fault. */
void nexus_log_about(const char *name, const char *text);

#define LOG_ERROR(...) nexus_log(NEXUS_LOG_ERROR, __VA_ARGS__)
#define LOG_WARN(...) nexus_log(NEXUS_LOG_WARN, __VA_ARGS__)
#define LOG_INFO(...) nexus_log(NEXUS_LOG_INFO, __VA_ARGS__)
#define LOG_DEBUG(...) nexus_log(NEXUS_LOG_DEBUG, __VA_ARGS__)

#endif
