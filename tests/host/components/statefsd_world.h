/* The world of statefsd in its native tests: policyd and virtioblkd with a disk, and what goes wrong with them. The disk lies
 * in memory that all lives share. */
#ifndef STATEFSD_WORLD_H
#define STATEFSD_WORLD_H

#include "statefsd.mock.h"

#include <nexus/block.h>
#include <stdbool.h>
#include <stdint.h>

enum { BLOCKS = 64, SECTORS = BLOCKS * 8, TEXT_BYTES = 8192 };

extern const struct nexus_client anyone, keeper, thief, reader;

/* What lives leave behind. */
struct world {
    uint8_t disk[SECTORS][NEXUS_BLOCK_SECTOR];
    char text[TEXT_BYTES]; /* lines of the console */
    unsigned questions, flushes, most;
};
extern struct world *world;

/* What goes wrong: behind so many requests of this kind, so many times. */
struct fault {
    uint32_t operation, after, times, result;
    unsigned deaths; /* calls of go that virtioblkd dies over, behind `quiet` ones */
    unsigned quiet;
    int end;    /* what go answers behind `quiet` calls, if not 0 */
    int open;   /* what open answers */
    int reopen; /* and the second time */
    uint64_t sectors;
    bool read_only, grows;
    uint32_t wrong_tag, wrong_count;
    bool nothing; /* go answers without an answer */
};
extern struct fault fault;

/* What policyd answers instead of a decision, if not 0: always, and the next time. */
extern int policy_status, policy_status_once;

/* Makes the memory of the world; false: there is none. */
bool world_make(void);

/* Before each test: a blank disk, and nothing goes wrong. */
int fresh(void **state);

/* Whether the console has a line, and how often. */
bool said(const char *line);
unsigned times_said(const char *line);

/* Calls of a life, of the client who may do all. */
int put(const char *path, const char *text);
bool holds(const char *path, const char *text);
void store_one(void);
void find_one(void);

int get(struct nexus_client client, const char *path);

#endif
