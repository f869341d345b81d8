/* Which images of a disk were seen: by their hashes. */
#ifndef STATEFS_TEST_IMAGES_H
#define STATEFS_TEST_IMAGES_H

#include "disk.h"

/* Blocks that are the same as in an image of a known hash need not be hashed again. */
struct image_hash {
    uint64_t of_block[DISK_BLOCKS];
    uint64_t sum; /* of these: the hash of the image */
};

uint64_t image_hash_block(uint32_t block, const uint8_t *bytes);
void image_hash(struct image_hash *hash, uint8_t image[DISK_BLOCKS][STATEFS_BLOCK]);

/* Whether an image with this hash was not noted before. */
bool images_note(uint64_t hash);

#endif
