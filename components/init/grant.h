/*
 * Handing out devices: what a task declares, policyd allows and logd has recorded goes to the slot that the
 * table declares for it. A policyd that is silent, dead or missing is a refusal, and so is a record that
 * cannot be made.
 */
#ifndef INIT_GRANT_H
#define INIT_GRANT_H

#include "plan.h"

/* Finds out which device is behind each window. Once, before the first grant. */
void grant_probe(void);

/* Gives a task that does not run yet the devices that it declares, and says for each what came of it. */
void grant_devices(const struct init_task *task);

#endif
