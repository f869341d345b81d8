/*
 * What holds for every single step: for what the invariant, which looks at one state, cannot know. A refusal changes
 * nothing; queues are first come, first served; only a reply with its token, its deadline or a death ends an open call; no
 * bit and no message is lost on the way.
 */
#ifndef EXPLORE_RULES_H
#define EXPLORE_RULES_H

#include "steps.h"

/* Before the step. */
void rules_before(const struct step *step);

/* Behind the entry. Returns 1 if it was a refusal, so that nothing else may have changed. */
int rules_after(const struct step *step);

#endif
