/* The frames of the fuzzer of statefsd (frames.c): made of a step of the input, and read without the generated glue. */
#ifndef FUZZ_FRAMES_SENT_H
#define FUZZ_FRAMES_SENT_H

#include "statefsd.nexus.h"

#include <neuron/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STEP = 64 };
enum { CALL, NOISE, WINDOW, DEATH, KINDS };
enum { PUT = 1, GET, REMOVE, SYNC, LIST, BEGIN, COMMIT, CANCEL, PUT_LONG, GET_LONG, METHODS };
enum step_byte {
    KIND = 0,
    SENDER = 1,
    METHOD = 2,
    PATH = 3,
    AFTER = 4,
    WORDS = 5, /* that the tag counts */
    CHANGING = 6,
    DAMAGE = 7,    /* is added to a byte of the message */
    DAMAGE_AT = 8, /* 2 bytes */
    MORE = 10,     /* 2 bytes: what the tag counts beyond the message */
    BYTES = 12,    /* 4: of the value */
    TEXT = 16
};

/* The frame of this step, as this program reads it. */
extern struct frame {
    uint64_t sender, method, words;
    size_t bytes, at;
    uint8_t page[NEURON_PAGE];
    bool sound;
    char path[STATE_PUT_PATH_MAX + 1], after[STATE_PUT_PATH_MAX + 1];
    const uint8_t *value;
    size_t value_length;
    uint32_t length;
} frame;

/* Packs a string. */
void put_text(uint8_t **at, const char *text);

/* Makes one of a step, in the message page. */
void make_frame(const uint8_t *step);

#endif
