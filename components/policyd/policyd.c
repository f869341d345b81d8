/*
 * policyd: takes the questions, decides, and has each decision recorded before it is answered. A record
 * that logd does not take becomes a console line: the decision stays as it is, and nobody waits for ever.
 */
#include "policyd.nexus.h"

#include "decide.h"

#include <inttypes.h>
#include <nexus/log.h>
#include <nexus/time.h>
#include <stdio.h>

/* Has the verdict recorded; the number of the record, or 0 if a console line had to do. */
static uint64_t record(const struct verdict *verdict, uint32_t asker)
{
    const uint64_t deadline = nexus_now() + NEXUS_MS(audit_within_ms);
    char action[AUDIT_RECORD_ACTION_MAX + 1] = "policy.check";
    uint64_t sequence = 0;

    if (verdict->subject != asker) {
        (void)snprintf(action, sizeof(action), "policy.check by %" PRIu32, asker);
    }
    int result = audit_record_until(deadline, verdict->subject, action, verdict->target,
                                    verdict->decision, verdict->reason, &sequence);
    if (result == NEURON_PEER_RESTARTED) { /* said once, and the call was not delivered */
        result = audit_record_until(deadline, verdict->subject, action, verdict->target,
                                    verdict->decision, verdict->reason, &sequence);
    }
    if (result == 0) {
        return sequence;
    }
    LOG_WARN("no record (%s): subject %" PRIu32 " %s %s %s reason %d", nexus_strerror(result),
             verdict->subject, action, verdict->target,
             verdict->decision == DECISION_ALLOW ? "ALLOW" : "DENY", (int)verdict->reason);
    return 0;
}

int policy_check(struct nexus_client client, uint32_t subject, const char *capability,
                 enum Decision *decision, uint64_t *audit_sequence)
{
    const struct verdict verdict = policy_decide(client.task, subject, capability);
    *audit_sequence = record(&verdict, client.task);
    *decision = verdict.decision;
    return 0;
}

/* What is too long or otherwise of no form never gets to policy_check(); the glue has refused it. */
void policy_client_refused(struct nexus_client client, int status)
{
    (void)status;
    const struct verdict verdict = {DECISION_DENY, REASON_MALFORMED, client.task, ""};
    (void)record(&verdict, client.task);
}

int main(void)
{
    printf("ready\n");
    nexus_serve();
}
