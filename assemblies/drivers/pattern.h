/* What is written to blocks, so that each sector says whose it is, which one, and of which write. */
#ifndef DRIVERS_PATTERN_H
#define DRIVERS_PATTERN_H

#include <nexus/block.h>
#include <stdbool.h>
#include <stdint.h>

/* Fills `sectors` sectors from `sector` on of client `owner` with version `version`; 0 is nothing but zeroes. */
void pattern_write(uint8_t *data, uint32_t owner, uint32_t sector, uint32_t sectors,
                   uint32_t version);

/* Whether they are that. */
bool pattern_is(const uint8_t *data, uint32_t owner, uint32_t sector, uint32_t sectors,
                uint32_t version);

#endif
