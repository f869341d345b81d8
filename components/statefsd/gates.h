/* Who may read and write which path, as policyd decides. */
#ifndef STATEFSD_GATES_H
#define STATEFSD_GATES_H

#include <stdbool.h>
#include <stdint.h>

/* 0, NEXUS_DENIED, or NEXUS_UNDECIDED: policyd could not be asked. */
int gate_read(uint32_t task, const char *path);
int gate_write(uint32_t task, const char *path);

/* Whether a task may write anything at all. */
int gate_write_any(uint32_t task);

/* Whether `path` lies under the path `folder`. */
bool path_is_under(const char *path, const char *folder);

#endif
