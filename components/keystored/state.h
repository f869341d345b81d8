/* What keystored keeps with statefsd. Results are those of Keystore. */
#ifndef KEYSTORED_STATE_H
#define KEYSTORED_STATE_H

#include <stddef.h>
#include <stdint.h>

/* 0 or NOT_FOUND, NO_STATE, or DAMAGED if the value is longer than `size` or its checksum is wrong. */
int kept_get(const char *path, void *value, size_t size, size_t *bytes);

/* Both are durable when they return 0. Else, but for NO_SPACE and NOT_FOUND, they may be done or not. */
int kept_put(const char *path, const void *value, size_t bytes);
int kept_remove(const char *path);

/* 0 if all that kept_get() shows is durable. */
int kept_sync(void);

/* Forgets the last message to statefsd or rngd, and the last answer. */
void kept_forget_messages(void);

#endif
