/* The tasks of this assembly, in its order; init comes first. */
#ifndef GUARDED_TASKS_H
#define GUARDED_TASKS_H

enum { TASK_POLICYD = 2, TASK_DOOR = 3, TASK_STRANGER = 4, TASK_SELFTEST = 5 };

#endif
