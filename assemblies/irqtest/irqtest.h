/* What the parts of the test agree on. */
#ifndef IRQTEST_H
#define IRQTEST_H

#include <nexus/time.h>

#define SLEEPERS 20
#define GAP NEXUS_US(500) /* between two turns */
#define ROUND (SLEEPERS * GAP)

#endif
