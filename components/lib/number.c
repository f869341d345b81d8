#include <nexus/number.h>

bool nexus_read_number(const char **at, uint64_t *number)
{
    const char *const start = *at;

    *number = 0;
    while (**at >= '0' && **at <= '9') {
        const uint64_t digit = (uint64_t)(**at - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
        (*at)++;
    }
    return *at != start;
}
