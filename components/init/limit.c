/* Restarts in a sliding period. The last `most` of them are all that a decision needs. */
#include "limit.h"

uint32_t limit_used(const struct limit *limit, uint64_t now)
{
    uint32_t known = limit->taken < limit->most ? (uint32_t)limit->taken : limit->most;
    uint32_t used = 0;

    /* From the newest back: whoever is too old has only older ones behind it. */
    while (used < known &&
           now - limit->times[(limit->taken - 1 - used) % limit->most] <= limit->period) {
        used++;
    }
    return used;
}

bool limit_take(struct limit *limit, uint64_t now)
{
    if (limit_used(limit, now) >= limit->most) {
        return false;
    }
    limit->times[limit->taken++ % limit->most] = now;
    return true;
}
