/* The small worlds, and all that can happen in one. */
#ifndef EXPLORE_WORLDS_H
#define EXPLORE_WORLDS_H

#include "types.h"

/* An entry into the kernel, with what the machine does before it. */
enum event {
    EVENT_CALL,     /* the current task makes system call `number` */
    EVENT_FAULT,    /* it makes an exception */
    EVENT_DEADLINE, /* the earliest deadline passes */
    EVENT_QUANTUM,  /* the quantum ends */
    EVENT_BOTH,     /* both at once */
    EVENT_IDLE,
    EVENT_RAISE,     /* the device of window `number` wants to interrupt; no entry yet */
    EVENT_INTERRUPT, /* the interrupt controller interrupts, for whom may be or for nobody */
    EVENT_USED,      /* the device says of queue `number` that it used descriptor in[0]; no entry */
    EVENT_STUCK      /* the device of window `number` will not reset, or will again; no entry */
};

struct step {
    enum event event;
    u64 number;
    u64 in[7];
};

#define STEPS_MAX 1024u

struct small_world {
    const char *name;
    const char *promise;
    void (*build)(void); /* says what the table says */
    void (*plug)(void);  /* what the machine has; what is done before all else */
    const u8 (
        *calls)[8]; /* number, then the domain of each argument; ends with one of number END */
    u64 bound;      /* states to stop at, unless told otherwise */
};

extern const struct small_world small_worlds[];
extern const u32 small_world_count;

/* All steps that are possible in the state as it is now. */
u32 worlds_steps(const struct small_world *in, struct step *steps);

/* What became of a step. */
enum taken {
    NOT_ENTERED, /* nobody entered the kernel */
    ENTERED,
    ENTERED_FAST /* by a fast path, which did it all */
};

/* Takes one; `fast`: by a fast path if there is one. */
enum taken worlds_take(const struct step *step, int fast);

/* Prints one. */
void worlds_print(const struct step *step);

#endif
