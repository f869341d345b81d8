/* CRC32-C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720, appendix B.4) over words. */
#ifndef CORE_CRC32C_H
#define CORE_CRC32C_H

#include "types.h"

/* Checksum of `count` words, taken as their little-endian bytes. */
/*@ requires \valid_read(words + (0 .. count - 1));
    assigns \nothing; */
u32 crc32c_words(const u64 *words, u64 count);

#endif
