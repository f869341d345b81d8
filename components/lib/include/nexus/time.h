/*
 * Time: ticks of the machine's counter since it was switched on, sleeping, and periodic work. Every
 * deadline in Nexus is such a tick count, so it can be handed on to a call unchanged.
 */
#ifndef NEXUS_TIME_H
#define NEXUS_TIME_H

#include <neuron/limits.h>
#include <stdint.h>

/* Ticks in so many seconds, milliseconds, microseconds. */
#define NEXUS_S(n) ((uint64_t)(n)*NEURON_TIME_HZ)
#define NEXUS_MS(n) ((uint64_t)(n) * (NEURON_TIME_HZ / 1000))
#define NEXUS_US(n) ((uint64_t)(n) * (NEURON_TIME_HZ / 1000000))

/* The time now, in ticks. */
uint64_t nexus_now(void);

/*
 * Sleeps until the deadline (ticks); returns at once if it has passed. Messages and notifications wait
 * meanwhile: a server sleeps with nexus_serve_until() instead.
 */
void nexus_sleep_until(uint64_t deadline);

/* Work at a fixed rate without drift. */
struct nexus_period {
    uint64_t ticks; /* length of the period */
    uint64_t next;  /* when it begins anew */
};

/* A period of so many ticks (at least 1) that begins now. */
struct nexus_period nexus_period_start(uint64_t ticks);

/* Sleeps until the next period begins. Returns how many periods were missed, 0 if it kept pace. */
uint64_t nexus_periodic(struct nexus_period *period);

#endif
