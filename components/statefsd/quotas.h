/* How much may be kept under which prefix, as the attribute `quotas` says. */
#ifndef STATEFSD_QUOTAS_H
#define STATEFSD_QUOTAS_H

#include <statefs.h>
#include <stdbool.h>
#include <stdint.h>

/* Reads "/state/a/ 4096, /state/b/ 65536" into `quotas`, which has room for STATEFS_QUOTAS_MAX. False: it is no such
 * text. The prefixes lie in static memory. */
bool quotas_read(const char *text, struct statefs_quota *quotas, uint32_t *count);

#endif
