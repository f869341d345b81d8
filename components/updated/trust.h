/* Whether a package may be used. */
#ifndef UPDATED_TRUST_H
#define UPDATED_TRUST_H

#include <stddef.h>
#include <stdint.h>

/* 0 if its form, its signature by the trusted key and all its hashes are right; else the error of Boot. */
int trust_check(const uint8_t *package, size_t length);

#endif
