/* The state, as statefsd keeps it. Results are those of Boot. */
#ifndef UPDATED_KEPT_H
#define UPDATED_KEPT_H

#include "bootctl.h"

/* The state of the beginning only if statefsd says that there is none. */
int kept_load(struct bootctl *state);

/* Durable when it returns 0. NO_STATE: it may be done or not. */
int kept_store(const struct bootctl *state);

#endif
