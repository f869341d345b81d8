/*
 * The policy as the generator writes it from the policy file: one row for each task of the system, so that
 * row n tells what task n may do. Nothing changes it at run time.
 */
#ifndef NEXUS_POLICY_TABLE_H
#define NEXUS_POLICY_TABLE_H

#include <stdint.h>

struct policy_subject {
    const char *name;                /* of the instance */
    const char *const *capabilities; /* what it holds, each in full */
    uint32_t count;                  /* of capabilities */
};

extern const struct policy_subject policy_subjects[];
extern const uint32_t policy_subject_count;

#endif
