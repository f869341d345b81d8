/* What boot control may say and have, after what was asked of it. */
#ifndef SERVICEKILL_MODEL_H
#define SERVICEKILL_MODEL_H

#include "bootload.nexus.h"

#include <stdbool.h>
#include <stdint.h>

enum { SLOTS = 2, NO_SLOT = 255 };

struct model {
    struct BootStatus status;
    uint32_t package[SLOTS]; /* which one it has; 0: anything */
};

/* What stage and switch_slot are to answer, 0 or an error, and the model after it. */
int model_stage(struct model *model, uint32_t package);
int model_switch(struct model *model, uint32_t tries);
void model_healthy(struct model *model);
/* The slot that stage writes has nothing: how it may be left. */
void model_clear(struct model *model);
void model_boot(struct model *model);

bool model_says(const struct model *model, const struct BootStatus *status);

#endif
