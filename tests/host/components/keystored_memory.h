/* Searching the memory of this process for what must not be there. */
#ifndef KEYSTORED_MEMORY_H
#define KEYSTORED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes, which are given masked, are in the variables of the program or in the stack below the caller. */
bool memory_has(const uint8_t *masked, size_t bytes, uint8_t mask);

/* Zeroes the stack below the caller, for what tests themselves left there. */
void memory_scrub_stack(void);

#endif
