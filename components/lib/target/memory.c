/* memcpy and memset by words where they can: those of the C library here are made to be small, six instructions a
 * byte. The bytes of a message pass through them up to four times on their way and back, behind a length of 4 bytes. */
#include <limits.h>
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

    for (; left >= 8; left -= 8, target += 8, source += 8) {
        half a = source[0];
        half b = source[1];
        half c = source[2];
        half d = source[3];
        half e = source[4];
        half f = source[5];
        half g = source[6];
        half h = source[7];
        target[0] = a;
        target[1] = b;
        target[2] = c;
        target[3] = d;
        target[4] = e;
        target[5] = f;
        target[6] = g;
        target[7] = h;
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

void *memset(void *to, int value, size_t bytes)
{
    unsigned char *target = to;
    size_t done = 0;

    if ((uintptr_t)to % sizeof(word) == 0) {
        word *words = to;
        const word all = (unsigned char)value * (UINT64_MAX / UCHAR_MAX);

        for (; bytes - done >= 4 * sizeof(word); done += 4 * sizeof(word), words += 4) {
            words[0] = all;
            words[1] = all;
            words[2] = all;
            words[3] = all;
        }
        for (; bytes - done >= sizeof(word); done += sizeof(word)) {
            *words++ = all;
        }
    }
    for (; done < bytes; done++) {
        target[done] = (unsigned char)value;
    }
    return to;
}
