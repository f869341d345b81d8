/* Makes the calls of a list. */
#ifndef REPLAY_PLAY_H
#define REPLAY_PLAY_H

#include "steps.h"

/* What was made so far: in a dataport, for the list goes on where it was when its task is started again. */
struct board {
    uint64_t made;  /* steps */
    uint64_t agree; /* of them came back as they should */
    struct {
        uint64_t turn;
        uint64_t when; /* retired instructions */
    } log[STEPS];
};

/* Makes step after step until the last. Does not return if anything is not as the list says. */
void play(struct board *board);

/* Says that the replay failed, and ends the machine. */
void disagree(const struct step *step, const char *what, uint64_t expected, uint64_t seen)
    __attribute__((noreturn));

#endif
