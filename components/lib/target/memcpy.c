/* memcpy that copies words where it can: the one of the C library here is made to be small, six instructions a byte.
 * The bytes of a message pass through it up to four times on their way and back, behind a length of 4 bytes. */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;
typedef uint32_t __attribute__((may_alias)) half;

/* Both copy as much as they can, in whole units, and return how many bytes that was. */
static size_t copy_words(void *to, const void *from, size_t bytes)
{
    word *target = to;
    const word *source = from;
    size_t left = bytes / sizeof(word);

    for (; left >= 4; left -= 4, target += 4, source += 4) {
        word a = source[0];
        word b = source[1];
        word c = source[2];
        word d = source[3];
        target[0] = a;
        target[1] = b;
        target[2] = c;
        target[3] = d;
    }
    for (; left > 0; left--) {
        *target++ = *source++;
    }
    return bytes / sizeof(word) * sizeof(word);
}

static size_t copy_halves(void *to, const void *from, size_t bytes)
{
    half *target = to;
    const half *source = from;
    size_t left = bytes / sizeof(half);

    for (; left >= 2; left -= 2, target += 2, source += 2) {
        half a = source[0];
        half b = source[1];
        target[0] = a;
        target[1] = b;
    }
    for (; left > 0; left--) {
        *target++ = *source++;
    }
    return bytes / sizeof(half) * sizeof(half);
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    const uintptr_t place = (uintptr_t)to | (uintptr_t)from;
    unsigned char *target = to;
    const unsigned char *source = from;
    size_t done = 0;

    if (place % sizeof(word) == 0) {
        done = copy_words(to, from, bytes);
    } else if (place % sizeof(half) == 0) {
        done = copy_halves(to, from, bytes);
    }
    for (; done < bytes; done++) {
        target[done] = source[done];
    }
    return to;
}
