/*
 * The image of a state: the words in which it differs from the booted world. A state is all that the core keeps in
 * variables, static ones too, and of the machine what decides how it answers: devices, lines and the timer. Left out are
 * the contents of message pages and RAM, which nothing depends on but what shape.h and rules.h look at, and the console.
 */
#ifndef EXPLORE_IMAGE_H
#define EXPLORE_IMAGE_H

#include "types.h"

#define IMAGE_WORDS_MAX 65536u

struct change {
    u32 word;
    u32 value;
};

/* The state as it is now is the one that others are told apart from. */
void image_base(void);

/* The words of the state as it is now that differ, in their order; returns how many. They stay where they are until the
 * next call. */
u32 image_take(const struct change **changes);

/* Makes this the state. They stay where they are. */
void image_load(const struct change *changes, u32 count);

/* Whether the state as it is now is the one that was loaded. */
int image_unchanged(void);

u32 image_words(void);

#endif
