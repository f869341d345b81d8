/* Small values of the clients, apart for each: by the name of its instance. Results are those of Keystore. */
#ifndef KEYSTORED_VALUES_H
#define KEYSTORED_VALUES_H

#include <stddef.h>

int values_put(const char *client, const char *key, const void *value, size_t bytes);
int values_get(const char *client, const char *key, void *value, size_t size, size_t *bytes);
int values_remove(const char *client, const char *key);

#endif
