/* The host's clock stands still until a test moves it; sleeping moves it to the deadline. */
#ifndef NEXUS_HOST_CLOCK_H
#define NEXUS_HOST_CLOCK_H

#include <stdint.h>

void host_clock_set(uint64_t ticks);

#endif
