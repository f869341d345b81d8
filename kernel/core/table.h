/* The check of the system table: total over arbitrary words, no state, no side effect. The same source
 * runs in the build and at boot. */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include <neuron/table.h>

#include "types.h"

struct table_verdict {
    u32 rule; /* enum neuron_rule; NEURON_RULE_OK if the table is accepted */
    u64 row;  /* the row that breaks it, in the section that the rule is about */
};

/* Where the sections of a table with these counts begin, in words from its start. */
struct table_sections {
    u64 tasks;
    u64 memories;
    u64 maps;
    u64 slots;
    u64 windows;
    u64 end;
};

/* `count` words are readable at `words`. Checks everything that kernel/include/neuron/table.h says. */
struct table_verdict table_validate(const u64 *words, u64 count);

/* The sections of a table whose counts are within their limits. */
struct table_sections table_sections(const u64 *words);

#endif
