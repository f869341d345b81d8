/* The small worlds. */
#ifndef EXPLORE_WORLDS_H
#define EXPLORE_WORLDS_H

#include "types.h"

struct small_world {
    const char *name;
    const char *promise;
    void (*build)(void); /* says what the table says */
    void (*plug)(void);  /* what the machine has; what is done before all else */
    const u8 (
        *calls)[8]; /* number, then the domain of each argument; ends with one of number END */
    u64 bound;      /* states to stop at, unless told otherwise */
};

extern const struct small_world small_worlds[];
extern const u32 small_world_count;

#endif
