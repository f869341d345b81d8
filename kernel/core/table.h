/* The check of the system table: total over arbitrary words, no state, no side effect. The same source
 * runs in the build and at boot. */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include <neuron/table.h>

#include "table_wf.h"
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
/*@ requires \valid_read(words + (0 .. count - 1));
    assigns \nothing;
    ensures known: \result.rule < NEURON_RULES;
    ensures sound: \result.rule == NEURON_RULE_OK ==> table_wf(words, count); */
struct table_verdict table_validate(const u64 *words, u64 count);

/*@ predicate sections_of{L}(u64 *t, struct table_sections at) =
      at.tasks == NEURON_TABLE_HEADER_WORDS && at.memories == memories_at(t) && at.maps == maps_at(t) &&
      at.slots == slots_at(t) && at.windows == windows_at(t) && at.end == table_end(t); */

/* The sections of a table whose counts are within their limits. */
/*@ requires \valid_read(words + (0 .. NEURON_TABLE_HEADER_WORDS - 1)) && rule_limits(words);
    assigns \nothing;
    ensures sections: sections_of(words, \result); */
struct table_sections table_sections(const u64 *words);

#endif
