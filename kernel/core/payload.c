/* The check of the payload's header and checksum. */
#include "payload.h"

#include "crc32c.h"

int payload_header_ok(const u64 *payload, u64 bytes)
{
    if (bytes < NEURON_PAYLOAD_HEADER_WORDS * 8 ||
        payload[NEURON_PAYLOAD_MAGIC_WORD] != NEURON_PAYLOAD_MAGIC) {
        return 0;
    }
    u64 length = payload[NEURON_PAYLOAD_BYTES];
    return length % 8 == 0 && length >= NEURON_PAYLOAD_HEADER_WORDS * 8 && length <= bytes &&
           payload[NEURON_PAYLOAD_TABLE_WORDS] <= length / 8 - NEURON_PAYLOAD_HEADER_WORDS;
}

u64 payload_end(const u64 *payload)
{
    return NEURON_PAYLOAD_BASE + payload[NEURON_PAYLOAD_BYTES];
}

int payload_checksum_ok(const u64 *payload)
{
    return payload[NEURON_PAYLOAD_CRC] ==
           crc32c_words(payload + NEURON_PAYLOAD_HEADER_WORDS,
                        payload[NEURON_PAYLOAD_BYTES] / 8 - NEURON_PAYLOAD_HEADER_WORDS);
}
