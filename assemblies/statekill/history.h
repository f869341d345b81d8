/*
 * What one client may find of its values after a death of the server. Changes are numbered; those of one transaction have
 * one number. What was acknowledged is there, and of what came after it the first ones are, up to some change.
 */
#ifndef STATEKILL_HISTORY_H
#define STATEKILL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

enum { KEYS = 8, ABSENT = 0 };

/* A change, of which no one knows yet whether it will last: the key has this version, or is absent. */
void history_change(uint32_t key, uint32_t version, uint32_t change);

/* All changes are durable. */
void history_durable(void);

/* What the key has if all changes are done. */
uint32_t history_now(uint32_t key);

/* Whether this is what may be found; then it is what there is. */
bool history_found(const uint32_t versions[KEYS]);

#endif
