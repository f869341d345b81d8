/* What the parts of the driver of the RTC share. */
#ifndef ALARM_H
#define ALARM_H

#include "alarm.nexus.h"

#include <nexus/selftest.h>

/* Sets the alarm `ns` from now. */
void arm(uint64_t ns);

/* Waits for the interrupt until the deadline (ticks); whether it came. */
bool came(uint64_t deadline);

/* Tells the device that its interrupt was seen. */
void clear(void);

/* Makes a device that was not cleared raise its line again: QEMU's PLIC looks at a line when it is moved, and
 * not when it is completed. */
void raise_again(void);

/* An interrupt that comes again as soon as it is acknowledged, while others have work to do. */
void test_storm(void);

#endif
