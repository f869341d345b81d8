/* What the raw server understands: the label of a call is one of these. */
#ifndef IPCTEST_RAW_H
#define IPCTEST_RAW_H

#include <stdint.h>

enum label {
    ECHO = 1,     /* reply with the same tag, words and bytes */
    HOLD = 2,     /* keep the token; answered by RELEASE */
    RELEASE = 3,  /* w0: which held token to answer, with word w0; reply: the status of that */
    TWICE = 4,    /* answer this call twice; LAST tells the status of the second answer */
    LAST = 5,     /* reply: the status that was remembered */
    REST = 6,     /* reply, then sleep w0 ticks without receiving; w1 != 0: then fault */
    SLOW = 7,     /* sleep w0 ticks, then reply; remember the status of the reply */
    ORDER = 8,    /* reply: the badges of the MARKs since the last ORDER, 8 bits each, oldest low */
    MARK = 9,     /* note the badge */
    NEST = 10,    /* call the inner server; reply: 1 if the request was still intact afterwards */
    FAULT = 11,   /* store to address 0 */
    LEAVE = 12,   /* exit */
    FOREIGN = 13, /* w0: a token of another server; reply: the status of answering it */
    SECRETS = 14, /* reply with no words while all registers that could leak hold a pattern */
    LOOK = 15,    /* the next receive notes all registers; reply to this call first */
    SEEN = 16,    /* reply: how many registers of that receive should have been zero and were not */
    POKED_FIRST = 17, /* reply: 1 if the poke came before the message of the last REST */
    DEAD_PEERS = 18,  /* reply: the tasks that peers_changed named since the start */
    TOKEN = 19        /* hold the token, and tell LAST its value */
};

#define PATTERN UINT64_C(0xdeadbeefcafe0000)

/* A system call with all registers under control: x1, x5..x31 are loaded from `x`, and every register is
 * stored there afterwards. x2 (sp), x3 (gp) and x4 (tp) are not loaded. */
void raw_syscall(uint64_t x[32]);

#endif
