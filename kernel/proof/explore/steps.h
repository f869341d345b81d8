/* All that can happen in a small world: one by one. */
#ifndef EXPLORE_STEPS_H
#define EXPLORE_STEPS_H

#include <neuron/abi.h>

#include "types.h"

#define END 0xff /* behind the calls of a world */

/* The slot of the one driver that has a queue, for its DMA memory. */
#define DMA 2u

/* Rights of a guarded device. */
#define RM (NEURON_RIGHT_READ | NEURON_RIGHT_MAP)
#define RMI (RM | NEURON_RIGHT_IRQ)

/* What an argument may be. Everything that the core tells apart, and one value beyond. */
enum domain {
    NOTHING, /* 0 */
    SLOT,
    PORTS, /* slots with a PORT, and one of another kind */
    TOKEN,
    TAG,
    PLAIN_TAG, /* of one message */
    DEADLINE,
    WAITING, /* deadlines that make one wait */
    ENDLESS, /* the deadline that never comes */
    BITS,
    MASK,
    ANY_BIT,
    TASK,
    OTHER_TASK, /* those alone that may be named */
    FLAG,
    FACTORY, /* the slots of init that it needs */
    AUTHORITY,
    BASE,
    CLASS,
    RIGHTS,
    VA,
    OFFSET,
    PROT,
    REGISTER,
    VALUE,
    QUEUE,
    SIZE,
    HEAD,
    COUNT,
    KICK, /* 2: write_pages() */
    WORD  /* what a message carries: rules.c knows it */
};

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

/* All steps that are possible in the state as it is now, if tasks make these calls (worlds.h). */
u32 steps_all(const u8 (*calls)[8], struct step *steps);

/* A page of the current task's arena. */
u64 steps_arena(u64 page);

/* What became of a step. */
enum taken {
    NOT_ENTERED, /* nobody entered the kernel */
    ENTERED,
    ENTERED_FAST /* by a fast path, which did it all */
};

/* Takes one; `fast`: by a fast path if there is one. */
enum taken steps_take(const struct step *step, int fast);

/* Prints one. */
void steps_print(const struct step *step);

#endif
