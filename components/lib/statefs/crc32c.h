/* CRC32-C (RFC 3720, appendix B.4) over bytes, in pieces. */
#ifndef STATEFS_CRC32C_H
#define STATEFS_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#define CRC32C_START 0xffffffffu

/* The state after `length` more bytes; the checksum is the complement of the last state. */
uint32_t crc32c_more(uint32_t state, const void *bytes, size_t length);

#endif
