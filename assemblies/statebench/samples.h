/* Samples of how long operations took, printed when nothing is measured: `sample NAME TICKS` in their order. */
#ifndef SAMPLES_H
#define SAMPLES_H

/* Measures an operation once. The name is kept, not copied. */
void sample(const char *name, void (*operation)(void));
/* Prints what was measured since the last time, and waits until the console is quiet. */
void samples_print(void);

#endif
