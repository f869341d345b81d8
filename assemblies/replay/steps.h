/* The list of a task: what the generator of traces writes (kernel/proof/model/replay.c) and a component makes. */
#ifndef REPLAY_STEPS_H
#define REPLAY_STEPS_H

#include <stdint.h>

#define STEPS 4096u     /* room for so many, with the last */
#define STEP_INPUTS 7u  /* a0.. */
#define STEP_OUTPUTS 8u /* a0, the status, and a1.. */

/* What follows a step. */
enum { STEP_LAST = 0, STEP_STAYS = 1, STEP_RETURNS = 2 };

/* One call. The last one of a list is none: of boss it says in `in` how many calls there are, how many come back,
 * of how many tasks, and the seed. */
struct step {
    uint64_t number;
    uint64_t in[STEP_INPUTS];
    uint64_t store; /* written to the first word of the OUT page before */
    uint64_t out[STEP_OUTPUTS];
    uint64_t in_word; /* of the IN and the OUT page, when the call came back */
    uint64_t out_word;
    uint32_t turn; /* among the calls of all tasks */
    uint32_t then; /* whether it comes back, as far as the trace goes */
};

extern const struct step steps[STEPS];

#endif
