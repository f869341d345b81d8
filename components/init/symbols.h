/*
 * Looking up a pc in a .sym blob, as nexusgen writes it: little-endian 32-bit words
 *   magic, functions, lines, files, string bytes
 *   functions: pc offset, name; sorted      lines: pc offset, file << 24 | line; sorted
 *   files: name                             strings: NUL-terminated, named by their offset
 */
#ifndef INIT_SYMBOLS_H
#define INIT_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#define SYMBOLS_MAGIC 0x4d59534eU /* "NSYM" */

/* Where a pc is; unknown parts are NULL and 0. */
struct symbols_place {
    const char *function;
    const char *file;
    uint32_t line;
};

/* Looks up a pc offset (from the task's base) in the blob [start, end). Any bytes are safe to read. */
struct symbols_place symbols_find(const uint8_t *start, const uint8_t *end, uint64_t offset);

#endif
