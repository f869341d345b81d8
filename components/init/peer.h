/*
 * Whether those whom init calls are there. A server that is down waits for init to restart it: a call to it
 * could only wait for its own deadline, so init does not call it.
 */
#ifndef INIT_PEER_H
#define INIT_PEER_H

#include <nexus/time.h>
#include <stdbool.h>
#include <stdint.h>

/* How long init waits for an answer of logd or policyd. Both answer without waiting for anybody else for
 * long: whoever takes longer is not well. */
#define PATIENCE NEXUS_MS(500)

/* Whether the server behind one of init's own slots runs; false too if the slot is not connected. */
bool peer_runs(uint64_t slot);

#endif
