/* A policyd that answers one question properly, and fails at each other one in its own way. */
#include "policyd.nexus.h"

#include <stdlib.h>
#include <string.h>

int policy_check(struct nexus_client client, uint32_t subject, const char *capability,
                 enum Decision *decision, uint64_t *audit_sequence)
{
    (void)client;
    (void)subject;
    *audit_sequence = 0;
    *decision = DECISION_ALLOW; /* what is not taken for an answer is not harmless */
    if (strcmp(capability, "door.silent") == 0) {
        (void)nexus_defer(); /* for ever */
        return NEXUS_DEFER;
    }
    if (strcmp(capability, "door.crash") == 0) {
        abort();
    }
    if (strcmp(capability, "door.nonsense") == 0) {
        *decision = (enum Decision)(DECISION_ALLOW + 1);
    }
    return 0;
}
