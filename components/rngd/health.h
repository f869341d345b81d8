/*
 * Health tests of a noise source, on each byte that it delivers (NIST SP 800-90B, 4.4): the repetition count test sees
 * one that is stuck, the adaptive proportion test one that prefers a value.
 *
 * The cut-offs are for H = 8 bits of entropy in a byte, which is what virtio-rng promises (virtio 1.2, 5.4), and for a
 * probability of a false alarm of 2^-40, the smallest that the standard recommends:
 *   repetition count     1 + ceil(40 / H)                                (4.4.1)
 *   adaptive proportion  1 + CRITBINOM(512, 2^-H, 1 - 2^-40)             (4.4.2; windows of 512, values not binary)
 */
#ifndef RNGD_HEALTH_H
#define RNGD_HEALTH_H

#include <stdint.h>

enum {
    HEALTH_REPETITIONS = 6, /* that many equal bytes in a row are a failure */
    HEALTH_WINDOW = 512,
    HEALTH_PROPORTION = 19, /* or so many in a window that equal its first */
    HEALTH_STARTUP = 1024   /* bytes to test before the first one is used (4.3) */
};

/* Begins as all zeroes. */
struct health {
    uint32_t repetitions; /* of `last`, which came last; 0: none came */
    uint32_t in_window;   /* bytes of the window that came; 0: the next byte begins one */
    uint32_t proportion;  /* of them, how many equal `first` */
    uint8_t last, first;
};

/* Tests one byte. NULL, or the name of the test that failed. */
const char *health_test(struct health *health, uint8_t byte);

#endif
