/*
 * How the bytes of a fuzzer are read: a header, then records of one size. A record means the same wherever
 * it stands, so that records can be inserted, removed and exchanged (records.c).
 *
 *   header  shape of the world, seed (2 bytes), flags, 4 bytes left
 *   record  8 bytes that the fuzzer chooses among likely values with, 8 bytes for any 64-bit value
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "types.h"

#define HEADER_BYTES 8u
#define RECORD_BYTES 16u
#define PICKS 7u

enum header_byte { HEADER_SHAPE = 0, HEADER_SEED = 1, HEADER_FLAGS = 3 };

struct record {
    u8 op;
    u8 pick[PICKS];
    u64 raw;
};

/* What libFuzzer calls, and what it offers to a mutator of one's own. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *one, size_t one_size, const u8 *two, size_t two_size,
                                 u8 *out, size_t out_size, unsigned int seed);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size);

/* How many whole records an input has, and one of them. */
size_t records_in(size_t size);
struct record record_at(const u8 *data, size_t index);

/* A failed assertion ends the process, so that libFuzzer keeps the input. */
void input_begin(void);

/* Builds the world that a header names: world_table() or drive_boot() may follow. */
void shape_build(const u8 *header);

/* What the devices of this world report, once it was booted. */
void shape_devices(const u8 *header);

#endif
