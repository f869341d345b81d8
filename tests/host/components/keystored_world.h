/* What keystored's native tests put around it: a statefsd that forgets what was not synced, a source of entropy, and
 * calls of both that fail when they are told to. */
#ifndef KEYSTORED_WORLD_H
#define KEYSTORED_WORLD_H

#include "keystored.mock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORLD_VALUES = 8, WORLD_MASK = 0x5a, SEED = 32, PAIR = 64 };

/* A value; masked, so that no test finds it in memory by mistake. length 0: there is none. */
struct world_value {
    char path[256];
    uint8_t masked[STATE_GET_VALUE_MAX];
    size_t length;
};

struct world {
    struct world_value now[WORLD_VALUES], durable[WORLD_VALUES];
    char calls[1024];    /* g(et) p(ut) r(emove) s(ync) e(ntropy), in their order */
    unsigned count;      /* of them */
    unsigned fail_at;    /* the call with this number, from 1, returns `failure`; 0: none does */
    unsigned fail_times; /* it and those behind it: so many in all */
    bool done;           /* although it did what was asked for */
    int failure;
    uint8_t masked_seed[SEED];
    size_t entropy_bytes;
};

extern struct world world;

/* Two clients. */
extern const struct nexus_client alice, bob;

/* A blank disk. */
void world_begin(void);

/* Counts calls from here on; none of them fails. */
void world_call_again(void);

/* The same, but from the one with this number on, so many fail; `done`: although they did what was asked for. */
void world_break_call(unsigned call, unsigned times, int failure, bool done);

/* What was not synced is gone. */
void world_cut(void);

/* The value at a path, which there must be. */
struct world_value *world_value(const char *path);
bool world_has(const char *path);

#endif
