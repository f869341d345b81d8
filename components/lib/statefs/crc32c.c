/* CRC32-C over bytes, eight at a time by tables. */
#include "crc32c.h"

#define POLYNOMIAL 0x82f63b78u /* bits reflected */
#define WORD sizeof(uint64_t)

/* remainders[n][b]: what byte b leaves when n zero bytes follow it. Made at the first use. */
static uint32_t remainders[WORD][256];

static void make_remainders(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t remainder = byte;
        for (int bit = 0; bit < 8; bit++) {
            remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? POLYNOMIAL : 0);
        }
        remainders[0][byte] = remainder;
    }
    for (uint32_t n = 1; n < WORD; n++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            const uint32_t before = remainders[n - 1][byte];
            remainders[n][byte] = remainders[0][before % 256] ^ (before / 256);
        }
    }
}

static uint32_t of_byte(uint32_t state, uint8_t byte)
{
    return remainders[0][(state ^ byte) % 256] ^ (state / 256);
}

/* The bytes of `word` follow, the lowest first. */
static uint32_t of_word(uint32_t state, uint64_t word)
{
    word ^= state;
    return remainders[7][word % 256] ^ remainders[6][(word >> 8) % 256] ^
           remainders[5][(word >> 16) % 256] ^ remainders[4][(word >> 24) % 256] ^
           remainders[3][(word >> 32) % 256] ^ remainders[2][(word >> 40) % 256] ^
           remainders[1][(word >> 48) % 256] ^ remainders[0][word >> 56];
}

uint32_t crc32c_more(uint32_t state, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    const uint8_t *end = byte + length;

    if (remainders[0][1] == 0) {
        make_remainders();
    }
    while (byte != end && (uintptr_t)byte % WORD != 0) {
        state = of_byte(state, *byte++);
    }
    for (; (size_t)(end - byte) >= WORD; byte += WORD) {
        uint64_t word = 0;
        __builtin_memcpy(&word, __builtin_assume_aligned(byte, WORD), WORD);
        state = of_word(state, word);
    }
    while (byte != end) {
        state = of_byte(state, *byte++);
    }
    return state;
}
