#include "images.h"

#include <string.h>

#define SEEN_SLOTS (1u << 22)

static uint64_t seen[SEEN_SLOTS];

uint64_t image_hash_block(uint32_t block, const uint8_t *bytes)
{
    uint64_t hash = (block + 1) * 0x9e3779b97f4a7c15u;

    for (const uint8_t *at = bytes; at < bytes + STATEFS_BLOCK; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return hash;
}

void image_hash(struct image_hash *hash, uint8_t image[DISK_BLOCKS][STATEFS_BLOCK])
{
    hash->sum = 0;
    for (uint32_t block = 0; block < DISK_BLOCKS; block++) {
        hash->of_block[block] = image_hash_block(block, image[block]);
        hash->sum += hash->of_block[block];
    }
}

bool images_note(uint64_t hash)
{
    hash += hash == 0;
    uint64_t slot = hash % SEEN_SLOTS;
    while (seen[slot] != 0 && seen[slot] != hash) {
        slot = (slot + 1) % SEEN_SLOTS;
    }
    const bool is_new = seen[slot] == 0;
    seen[slot] = hash;
    return is_new;
}
