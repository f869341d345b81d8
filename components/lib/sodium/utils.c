/* What libsodium's Ed25519 and hashes need of its utils.c, whose rest is about memory of POSIX systems. */
#include <sodium/utils.h>

#include <stdint.h>
#include <string.h>

void sodium_memzero(void *const pnt, const size_t len)
{
    memset(pnt, 0, len);
    /* Whoever reads `pnt` hereafter could be this: so no compiler leaves the zeroes out. */
    __asm__ volatile("" : : "r"(pnt) : "memory");
}

int sodium_memcmp(const void *const b1_, const void *const b2_, size_t len)
{
    const volatile uint8_t *one = b1_;
    const volatile uint8_t *other = b2_;
    volatile uint8_t difference = 0;

    for (size_t i = 0; i < len; i++) {
        difference |= one[i] ^ other[i];
    }
    return difference == 0 ? 0 : -1;
}

int sodium_is_zero(const unsigned char *n, const size_t nlen)
{
    volatile uint8_t seen = 0;

    for (size_t i = 0; i < nlen; i++) {
        seen |= n[i];
    }
    return seen == 0;
}
