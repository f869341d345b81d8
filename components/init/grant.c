/* Handing out devices: ask, record, create, transfer. */
#include "grant.h"

#include "init.nexus.h"
#include "peer.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>

enum { TARGET_BYTES = 65, REASON_BYTES = 80 };

/* What each window held when init looked; 0: nothing that anybody declares. */
static uint64_t classes[NEURON_WINDOWS_MAX];

static int64_t create(uint32_t window, const struct init_need *need)
{
    return neuron_device_cap_create(NEURON_SLOT_FACTORY, init_windows[window], need->class_number,
                                    need->rights, NEURON_SLOT_SCRATCH);
}

/* Looks whether the device in a window is of the class that is needed: the kernel reads it. */
static void probe(uint32_t window, const struct init_need *need)
{
    if (classes[window] == 0 && create(window, need) == NEURON_OK) {
        classes[window] = need->class_number;
        (void)neuron_cap_drop(NEURON_SLOT_SCRATCH); /* it was made just now, so it can be dropped */
    }
}

void grant_probe(void)
{
    for (uint32_t window = 0; window < init_window_count; window++) {
        for (uint32_t t = 0; t < init_plan_count; t++) {
            for (uint32_t n = 0; n < init_plan[t].need_count; n++) {
                probe(window, &init_plan[t].needs[n]);
            }
        }
    }
}

/* policyd's answer; the first call after its restart is not delivered, so it is made again. */
static int ask(const struct init_task *task, const struct init_need *need, enum Decision *decision,
               uint64_t *decided)
{
    const uint64_t deadline = nexus_now() + PATIENCE;

    int result = policy_check_until(deadline, task->task, need->policy, decision, decided);
    return result == NEURON_PEER_RESTARTED
               ? policy_check_until(deadline, task->task, need->policy, decision, decided)
               : result;
}

/* Has logd record a grant, in the same way. */
static int record(const struct init_task *task, const char *target)
{
    const uint64_t deadline = nexus_now() + PATIENCE;
    uint64_t sequence = 0;

    int result = audit_record_until(deadline, task->task, "device.grant", target, DECISION_ALLOW,
                                    REASON_POLICY, &sequence);
    return result == NEURON_PEER_RESTARTED
               ? audit_record_until(deadline, task->task, "device.grant", target, DECISION_ALLOW,
                                    REASON_POLICY, &sequence)
               : result;
}

/* Whether policyd allows it; the number of its record in *decided, else why not in `reason`. */
static bool allowed(const struct init_task *task, const struct init_need *need, uint64_t *decided,
                    char reason[REASON_BYTES])
{
    enum Decision decision = DECISION_DENY;

    if (!peer_runs(POLICY_SLOT)) {
        (void)snprintf(reason, REASON_BYTES, "policyd does not run");
        return false;
    }
    int result = ask(task, need, &decision, decided);

    if (result != 0) {
        (void)snprintf(reason, REASON_BYTES, "policyd: %s", nexus_strerror(result));
    } else if (decision != DECISION_ALLOW) {
        (void)snprintf(reason, REASON_BYTES, "policy: %s", need->policy);
    }
    return result == 0 && decision == DECISION_ALLOW;
}

/* Whether logd has recorded that the window is handed out, and by which decision. */
static bool recorded(const struct init_task *task, const struct init_need *need, uint64_t base,
                     uint64_t decided, char reason[REASON_BYTES])
{
    char target[TARGET_BYTES];

    (void)snprintf(target, sizeof(target), "%s 0x%" PRIx64 " decision %" PRIu64, need->class_name,
                   base, decided);
    if (!peer_runs(AUDIT_SLOT)) {
        (void)snprintf(reason, REASON_BYTES, "logd does not run");
        return false;
    }
    int result = record(task, target);
    if (result != 0) {
        (void)snprintf(reason, REASON_BYTES, "logd: %s", nexus_strerror(result));
    }
    return result == 0;
}

/* Makes a capability for the device that is needed, in the scratch slot. Which window it is in *window. */
static int64_t make(const struct init_need *need, uint32_t *window)
{
    int64_t status = NEURON_WRONG_CLASS; /* there is no such device */
    int32_t index = 0;

    for (uint32_t w = 0; w < init_window_count; w++) {
        if (classes[w] != need->class_number) {
            continue;
        }
        if (need->index < 0 || index == need->index) {
            status = create(w, need);
            if (status == NEURON_OK) {
                *window = w;
                return NEURON_OK;
            }
        }
        index++;
    }
    return status;
}

/* One device: all of it, or nothing is left of it. */
static bool grant(const struct init_task *task, const struct init_need *need, uint64_t *base,
                  char reason[REASON_BYTES])
{
    uint64_t decided = 0;
    uint32_t window = 0;

    if (!allowed(task, need, &decided, reason)) {
        return false;
    }
    int64_t status = make(need, &window);
    if (status != NEURON_OK) {
        (void)snprintf(reason, REASON_BYTES, "kernel: %s", nexus_strerror((int)status));
        return false;
    }
    *base = init_windows[window];
    bool kept = recorded(task, need, *base, decided, reason);
    if (kept) {
        status =
            neuron_cap_transfer_to(NEURON_SLOT_TASK, NEURON_SLOT_SCRATCH, task->task, need->slot);
        if (status != NEURON_OK) {
            (void)snprintf(reason, REASON_BYTES, "kernel: %s", nexus_strerror((int)status));
        }
    }
    if (!kept || status != NEURON_OK) {
        (void)neuron_cap_drop(NEURON_SLOT_SCRATCH); /* init keeps nothing */
        return false;
    }
    return true;
}

void grant_devices(const struct init_task *task)
{
    for (uint32_t n = 0; n < task->need_count; n++) {
        const struct init_need *need = &task->needs[n];
        char reason[REASON_BYTES];
        uint64_t base = 0;

        if (grant(task, need, &base, reason)) {
            printf("mmio grant svc=%s dev=%s class=%s base=0x%" PRIx64 "\n", task->name, need->name,
                   need->class_name, base);
        } else {
            printf("mmio grant DENIED svc=%s dev=%s class=%s (%s)\n", task->name, need->name,
                   need->class_name, reason);
        }
    }
}
