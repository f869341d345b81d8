/* The slots, in updated's extent of the disk: slot n is the 8 KiB from sector 16 n on. */
#ifndef UPDATED_SLOTS_H
#define UPDATED_SLOTS_H

#include <stddef.h>
#include <stdint.h>

/* Writes a package, zeroes behind it, and flushes. 0 or NO_DISK: then anything may be in the slot. */
int slot_write(uint8_t slot, const void *package, size_t length);

#endif
