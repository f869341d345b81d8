/*
 * Memory that survives a restart. It is all zeroes when the machine has booted; from then on what a life of
 * the component wrote there is what the next one finds, whatever instruction that life ended at. So write
 * in an order that makes sense at every cut, and check at the start what is there.
 */
#ifndef NEXUS_KEEP_H
#define NEXUS_KEEP_H

/*
 * Behind the name of a static or global variable: `static struct ring ring NEXUS_KEEP;`. It has no initial
 * value: the compiler refuses one in a section of this name. All of a component's lie together, on pages of
 * their own, never executable.
 */
#define NEXUS_KEEP __attribute__((section(".bss.keep")))

/* What was written before is in memory before what is written after: the compiler moves no store across. */
#define NEXUS_KEEP_ORDER() __asm__ volatile("" ::: "memory")

#endif
