/*
 * When everybody does what. At the beginning of a phase all members act, at its middle somebody else does:
 *
 *   1  all call the hub, which holds the calls         the hub faults: each gets PEER_DIED, warden restarts it
 *   2  all call with one deadline                      it passes for all of them at once
 *   3  all call with a whole page while the hub sleeps the hub answers each together with the next receive
 *   4  all wait in recv                                their common client faults: each is notified
 *   5  warden has stopped the hub, all queue           it starts it again: each gets PEER_RESTARTED
 *   6  all call the hub, which holds the calls         warden gives it up: each gets PEER_DIED
 */
#ifndef CROWD_SCHEDULE_H
#define CROWD_SCHEDULE_H

#include <nexus/time.h>
#include <stdint.h>

enum label {
    HOLD = 1, /* never answered */
    ECHO = 2  /* answered with the same tag */
};

enum { FAULT, DEADLINE, PAGES, CLIENT, RESTART, GIVE_UP, END };

/* Ticks at the beginning and the middle of a phase. */
static inline uint64_t beginning(uint32_t phase)
{
    return NEXUS_MS(100) + phase * NEXUS_MS(20);
}

static inline uint64_t middle(uint32_t phase)
{
    return beginning(phase) + NEXUS_MS(10);
}

#endif
