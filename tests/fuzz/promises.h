/* What every accepted table promises, told apart from the code that checks it. */
#ifndef FUZZ_PROMISES_H
#define FUZZ_PROMISES_H

#include "types.h"

/* Fails if an accepted table gives somebody what nobody may have. */
void promises_check(const u64 *words);

#endif
