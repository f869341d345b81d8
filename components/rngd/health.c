/* Health tests of a noise source (NIST SP 800-90B, 4.4). */
#include "health.h"

#include <stdbool.h>
#include <stddef.h>

/* 4.4.1 */
static bool repeats(struct health *health, uint8_t byte)
{
    health->repetitions = byte == health->last ? health->repetitions + 1 : 1;
    health->last = byte;
    return health->repetitions >= HEALTH_REPETITIONS;
}

/* 4.4.2 */
static bool prevails(struct health *health, uint8_t byte)
{
    if (health->in_window == 0) {
        health->first = byte;
        health->proportion = 0;
    }
    health->proportion += byte == health->first ? 1 : 0;
    health->in_window = (health->in_window + 1) % HEALTH_WINDOW;
    return health->proportion >= HEALTH_PROPORTION;
}

const char *health_test(struct health *health, uint8_t byte)
{
    const bool repeated = repeats(health, byte);
    const bool prevailed = prevails(health, byte);

    if (repeated) {
        return "repetition count";
    }
    return prevailed ? "adaptive proportion" : NULL;
}
