/* What is written to blocks. */
#include "pattern.h"

#include <string.h>

enum { WORDS = NEXUS_BLOCK_SECTOR / sizeof(uint64_t) };

/* The n-th word of a sector: all of them differ. */
static uint64_t word(uint32_t owner, uint32_t sector, uint32_t version, uint32_t n)
{
    const uint64_t place = (uint64_t)owner << 56 | (uint64_t)sector << 32 | version;

    return version == 0 ? 0 : (place + n) * UINT64_C(0x9e3779b97f4a7c15);
}

void pattern_write(uint8_t *data, uint32_t owner, uint32_t sector, uint32_t sectors,
                   uint32_t version)
{
    for (uint32_t n = 0; n < sectors * WORDS; n++) {
        const uint64_t value = word(owner, sector + n / WORDS, version, n % WORDS);
        memcpy(data + n * sizeof(value), &value, sizeof(value));
    }
}

bool pattern_is(const uint8_t *data, uint32_t owner, uint32_t sector, uint32_t sectors,
                uint32_t version)
{
    for (uint32_t n = 0; n < sectors * WORDS; n++) {
        const uint64_t value = word(owner, sector + n / WORDS, version, n % WORDS);
        if (memcmp(data + n * sizeof(value), &value, sizeof(value)) != 0) {
            return false;
        }
    }
    return true;
}
