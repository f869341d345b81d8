/* Cutting a piece of work off at each of its instructions, as a fault on the machine may. */
#ifndef LOGD_CUT_H
#define LOGD_CUT_H

#include <stddef.h>

/*
 * Runs `work` in a child that stops after every instruction. Whenever it has changed journal_memory since the
 * last stop, its journal_memory is copied into ours and at_cut() called, so once for each store and part of
 * one. Returns how often.
 */
size_t cut_everywhere(void (*work)(void), void (*at_cut)(void));

#endif
