/* Dying on purpose. */
#ifndef CRASHES_CRASH_H
#define CRASHES_CRASH_H

/* Faults. */
void crash(void) __attribute__((noreturn));

#endif
