/* What is around statefsd in its fuzzer (frames.c): policyd, virtioblkd with its disk, and clients with their windows. */
#ifndef FUZZ_FRAMES_WORLD_H
#define FUZZ_FRAMES_WORLD_H

#include "statefsd.nexus.h"

#include <statefs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Connections 1 to CLIENTS. The last one may all, and sends no frames of the input. */
enum { ANYONE = 1, KEEPER, THIEF, READER, WRITER, LOOKING, CLIENTS = LOOKING };

extern uint8_t windows[CLIENTS + 1][STATE_WINDOW_BYTES];
extern uint32_t disk_writes; /* requests of the run that change the disk, and flushes */

/* A blank disk. */
void world_begin(void);

/* The disk without statefsd, and what fsck says of it if it is wrong. */
struct statefs_disk disk_itself(void);
void finding_is_wrong(void *context, const struct statefs_finding *finding);

bool is_client(uint64_t sender);

/* What the policy lets a client do; `path` is a key. */
bool may_read(uint64_t client, const char *path);
bool may_write(uint64_t client, const char *path);
bool may_write_any(uint64_t client);

void window_fill(uint64_t client, uint8_t fill);

/* Around a frame. Its sender's window changes whenever statefsd waits for the disk, if `changing`. */
void window_begin(uint64_t client, bool changing);
void window_end(void);

/* The window as it was when the frame was sent; so many bytes of one were written by statefsd. */
const uint8_t *window_sent(void);
void window_written(uint64_t client, size_t bytes);

/* Nothing else was written to any window. Then each is as its client filled it. */
void windows_check(void);

#endif
