/* How long it takes to open a disk with so many keys, regions of such a size, and a log that is full or not. */
#ifndef OPENING_H
#define OPENING_H

void measure_openings(void);

#endif
