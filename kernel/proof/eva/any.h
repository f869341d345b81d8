/* Values of which nothing is known. */
#ifndef EVA_ANY_H
#define EVA_ANY_H

#include "state.h"

extern volatile u64 any_u64;

#endif
