/* Short names for the fixed-width integers of the kernel core. */
#ifndef CORE_TYPES_H
#define CORE_TYPES_H

#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

/* For a function that is kept out of others: they need no stack then, or less; or it has to be found by its name. */
#define NOINLINE __attribute__((noinline))

#endif
