/* CRC32-C over bytes, four bits at a time: a table of 64 bytes. */
#include "crc32c.h"

static const uint32_t crc_of_nibble[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c_more(uint32_t state, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;

    for (size_t i = 0; i < length; i++) {
        state ^= byte[i];
        state = crc_of_nibble[state % 16] ^ (state / 16);
        state = crc_of_nibble[state % 16] ^ (state / 16);
    }
    return state;
}
