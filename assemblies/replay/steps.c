/* The room for the list. */
#include "steps.h"

const struct step steps[STEPS] = {{0}};
