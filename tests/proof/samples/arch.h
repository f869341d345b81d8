/* Samples for the test of the proof's judge; nothing of it is ever built. */
#ifndef SAMPLE_ARCH_H
#define SAMPLE_ARCH_H

/*@ assigns \nothing; */
unsigned arch_sample(void);

#endif
