/* What the image carries behind the kernel: header, system table, images of the tasks. */
#ifndef CORE_PAYLOAD_H
#define CORE_PAYLOAD_H

#include "types.h"

/* The header of a payload of which `bytes` are readable: 1 if magic, length and table fit, else 0. */
int payload_header_ok(const u64 *payload, u64 bytes);

/* The first physical address behind the payload: the table has to say the same. The header must be ok. */
u64 payload_end(const u64 *payload);

/* Whether the payload's checksum matches. The header must be ok. */
int payload_checksum_ok(const u64 *payload);

#endif
