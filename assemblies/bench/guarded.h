/* Rows of what a driver does with guarded devices. */
#ifndef BENCH_GUARDED_H
#define BENCH_GUARDED_H

/* Maps the windows of the driver's devices and measures registers, descriptors and interrupts. */
void measure_guarded(void);

#endif
