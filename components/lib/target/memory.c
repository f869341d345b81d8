/* memcpy and memset by words where they can: those of the C library here are made to be small, six instructions a
 * byte. The bytes of a message pass through them up to four times on their way and back. */
#include <limits.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

/* Copies as much as it can, in whole words, and returns how many bytes that was. */
static size_t copy_words(void *to, const void *from, size_t bytes)
{
    word *target = to;
    const word *source = from;
    size_t left = bytes / sizeof(word);

    for (; left >= 8; left -= 8, target += 8, source += 8) {
        word a = source[0];
        word b = source[1];
        word c = source[2];
        word d = source[3];
        word e = source[4];
        word f = source[5];
        word g = source[6];
        word h = source[7];
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
    return bytes / sizeof(word) * sizeof(word);
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    const uintptr_t place = (uintptr_t)to | (uintptr_t)from;
    unsigned char *target = to;
    const unsigned char *source = from;
    size_t done = 0;

    if (place % sizeof(word) == 0) {
        done = copy_words(to, from, bytes);
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
