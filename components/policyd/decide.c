/* Decisions: each reason to refuse on its own, and one way to be allowed. */
#include "decide.h"

#include <nexus/policy_table.h>
#include <string.h>

/* The generator knows it too: codegen/nexusgen/checks_policy.py. */
static const char delegate[] = "policy.delegate";

bool policy_holds(uint32_t task, const char *capability)
{
    if (task >= policy_subject_count) {
        return false;
    }
    const struct policy_subject *subject = &policy_subjects[task];
    for (uint32_t i = 0; i < subject->count; i++) {
        if (strcmp(subject->capabilities[i], capability) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_parameter(char c)
{
    return is_word(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '/' || c == ':' || c == '-';
}

/* Lower-case words joined by dots, then perhaps a colon and a parameter. */
static bool well_formed(const char *capability)
{
    const char *c = capability;
    bool in_word = false;

    for (; *c != '\0' && *c != ':'; c++) {
        if (*c == '.' ? !in_word : !is_word(*c)) {
            return false;
        }
        in_word = *c != '.';
    }
    if (!in_word || *c == '\0') {
        return in_word;
    }
    const char *const parameter = ++c;
    while (is_parameter(*c)) {
        c++;
    }
    return c != parameter && *c == '\0';
}

struct verdict policy_decide(uint32_t asker, uint32_t subject, const char *capability)
{
    if (!well_formed(capability)) {
        return (struct verdict){DECISION_DENY, REASON_MALFORMED, asker, ""};
    }
    if (subject != asker && !policy_holds(asker, delegate)) {
        return (struct verdict){DECISION_DENY, REASON_IDENTITY, asker, capability};
    }
    const enum Decision decision =
        policy_holds(subject, capability) ? DECISION_ALLOW : DECISION_DENY;
    return (struct verdict){decision, REASON_POLICY, subject, capability};
}
