/* What policyd decides, apart from how it is asked and where it is recorded. */
#ifndef POLICYD_DECIDE_H
#define POLICYD_DECIDE_H

#include "policyd.nexus.h"

/* A decision and what its audit record says. */
struct verdict {
    enum Decision decision;
    enum Reason reason;
    uint32_t
        subject; /* whom the record is about: the asker if it had no right to ask about another */
    const char
        *target; /* the capability; empty if it was none, so that no record holds arbitrary text */
};

/* Whether this task holds the capability. Matching is exact; an unknown task holds nothing. */
bool policy_holds(uint32_t task, const char *capability);

/* Decides whether `subject` may use `capability`; `asker` is the task that the kernel says is asking. */
struct verdict policy_decide(uint32_t asker, uint32_t subject, const char *capability);

#endif
