/* What the image carries behind the kernel: header, system table, images of the tasks. */
#ifndef CORE_PAYLOAD_H
#define CORE_PAYLOAD_H

#include <neuron/limits.h>
#include <neuron/table.h>

#include "types.h"

/*@
  // Header, table and images lie within the bytes that are readable.
  predicate payload_fits{L}(u64 *payload, integer bytes) =
    payload[NEURON_PAYLOAD_BYTES] <= bytes && payload[NEURON_PAYLOAD_BYTES] % 8 == 0 &&
    8 * (NEURON_PAYLOAD_HEADER_WORDS + payload[NEURON_PAYLOAD_TABLE_WORDS]) <= payload[NEURON_PAYLOAD_BYTES];
*/

/* The header of a payload of which `bytes` are readable: 1 if magic, length and table fit, else 0. */
/*@ requires \valid_read(payload + (0 .. bytes / 8 - 1));
    assigns \nothing;
    ensures accepted: \result != 0 ==> payload_fits(payload, bytes);
    ensures refused: \result == 0 && bytes >= NEURON_PAYLOAD_HEADER_WORDS * 8 &&
      payload[NEURON_PAYLOAD_MAGIC_WORD] == NEURON_PAYLOAD_MAGIC ==> !payload_fits(payload, bytes); */
int payload_header_ok(const u64 *payload, u64 bytes);

/* The first physical address behind the payload: the table has to say the same. The header must be ok. */
/*@ requires \valid_read(payload + (0 .. NEURON_PAYLOAD_HEADER_WORDS - 1));
    requires payload[NEURON_PAYLOAD_BYTES] <= NEURON_RAM_END_MAX - NEURON_PAYLOAD_BASE;
    assigns \nothing;
    ensures \result == NEURON_PAYLOAD_BASE + payload[NEURON_PAYLOAD_BYTES]; */
u64 payload_end(const u64 *payload);

/* Whether the payload's checksum matches. The header must be ok. */
/*@ requires payload_fits(payload, payload[NEURON_PAYLOAD_BYTES]);
    requires \valid_read(payload + (0 .. payload[NEURON_PAYLOAD_BYTES] / 8 - 1));
    assigns \nothing; */
int payload_checksum_ok(const u64 *payload);

#endif
