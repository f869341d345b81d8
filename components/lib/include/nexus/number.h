/* Numbers in the text of attributes. */
#ifndef NEXUS_NUMBER_H
#define NEXUS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads decimal digits and goes behind them. False: there is none, or the number does not fit. */
bool nexus_read_number(const char **at, uint64_t *number);

#endif
