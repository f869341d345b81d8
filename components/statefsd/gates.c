/* Who may read and write which path: by the kernel's word about who asks and policyd's about what it may. */
#include "gates.h"

#include "statefsd.nexus.h"

#include <neuron/status.h>
#include <nexus/guard.h>
#include <string.h>

enum gate { KEYSTORE, BOOT, WRITE, READ, GATES, WRITE_GATES = READ };

static struct nexus_guard gates[GATES] = {
    [KEYSTORE] = {.capability = "statefs.keystore"},
    [BOOT] = {.capability = "statefs.boot"},
    [WRITE] = {.capability = "statefs.write"},
    [READ] = {.capability = "statefs.read"},
};

static int ask(uint32_t task, const char *capability)
{
    const uint64_t deadline = nexus_now() + NEXUS_GUARD_PATIENCE;
    enum Decision decision = DECISION_DENY;
    uint64_t recorded = 0;

    int result = policy_check_until(deadline, task, capability, &decision, &recorded);
    if (result == NEURON_PEER_RESTARTED) { /* said once, and the call was not delivered */
        result = policy_check_until(deadline, task, capability, &decision, &recorded);
    }
    if (result != 0) {
        return NEXUS_UNDECIDED;
    }
    return decision == DECISION_ALLOW ? 0 : NEXUS_DENIED;
}

bool path_is_under(const char *path, const char *folder)
{
    const size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool belongs_to(const char *path, const char *folder)
{
    return strcmp(path, folder) == 0 || path_is_under(path, folder);
}

static int pass(uint32_t task, const char *path, enum gate elsewhere)
{
    enum gate gate = elsewhere;

    if (belongs_to(path, "/state/keystore")) {
        gate = KEYSTORE;
    } else if (belongs_to(path, "/state/boot")) {
        gate = BOOT;
    }
    return nexus_guard(&gates[gate], task, ask);
}

int gate_read(uint32_t task, const char *path)
{
    return pass(task, path, READ);
}

int gate_write(uint32_t task, const char *path)
{
    return pass(task, path, WRITE);
}

int gate_write_any(uint32_t task)
{
    int answer = NEXUS_DENIED;

    for (enum gate gate = 0; gate < WRITE_GATES; gate++) {
        if ((gates[gate].allowed >> (task % 64) & 1) != 0) {
            return 0; /* known already: no question, no record */
        }
    }
    for (enum gate gate = 0; gate < WRITE_GATES && answer != 0; gate++) {
        const int one = nexus_guard(&gates[gate], task, ask);
        answer = one == NEXUS_DENIED ? answer : one;
    }
    return answer;
}
