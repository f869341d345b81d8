/* docs/updates.md has the states and what leads from one to the next. */
#include "model.h"

#include <string.h>

void model_clear(struct model *model)
{
    model->status.staged = NO_SLOT;
    model->package[1 - model->status.active] = 0;
}

int model_stage(struct model *model, uint32_t package)
{
    const uint32_t slot = 1 - model->status.active;

    if (model->status.pending != NO_SLOT) {
        return BOOT_IN_TRIAL;
    }
    model->status.staged = slot;
    model->package[slot] = package;
    return 0;
}

int model_switch(struct model *model, uint32_t tries)
{
    struct BootStatus *status = &model->status;

    if (status->pending != NO_SLOT) {
        return BOOT_IN_TRIAL;
    }
    if (status->staged == NO_SLOT) {
        return BOOT_NOTHING_STAGED;
    }
    status->pending = status->staged;
    status->staged = NO_SLOT;
    status->tries = tries;
    status->health = HEALTH_ON_TRIAL;
    return 0;
}

void model_healthy(struct model *model)
{
    struct BootStatus *status = &model->status;

    if (status->pending != NO_SLOT && status->pending == status->chosen) {
        status->active = status->pending;
        status->pending = NO_SLOT;
        status->tries = 0;
        status->health = HEALTH_GOOD;
    }
}

void model_boot(struct model *model)
{
    struct BootStatus *status = &model->status;

    status->chosen = status->active;
    if (status->pending != NO_SLOT && status->tries > 0) {
        status->chosen = status->pending;
        status->tries--;
    } else if (status->pending != NO_SLOT) {
        status->pending = NO_SLOT;
        status->health = HEALTH_ROLLED_BACK;
    }
}

bool model_says(const struct model *model, const struct BootStatus *status)
{
    return memcmp(&model->status, status, sizeof(*status)) == 0;
}
