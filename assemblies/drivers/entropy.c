/* What rngd promises to its clients: entropy, of every size that there is, and a life after each of its deaths. */
#include "selftest.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 4, SAMPLES = ROUNDS * (ENTROPY_GET_ENTROPY_MAX + 1) };

static uint8_t entropy[ENTROPY_GET_ENTROPY_MAX + 1];

static int get(uint32_t wanted)
{
    size_t bytes = 0;
    const int status = entropy_get(wanted, entropy, &bytes);

    CHECK(status != 0 || bytes == wanted);
    return status;
}

static int ask_rngd(void)
{
    return get(32);
}

uint32_t random_below(uint32_t end)
{
    uint32_t number = 0;

    CHECK(get(sizeof(number)) == 0);
    memcpy(&number, entropy, sizeof(number));
    return number % end;
}

static uint32_t ones(const uint8_t *data, size_t bytes)
{
    uint32_t count = 0;

    for (size_t i = 0; i < 8 * bytes; i++) {
        count += data[i / 8] >> i % 8 & 1;
    }
    return count;
}

/* Every size; no two answers begin alike; half of the bits are set, within six standard deviations. */
void test_entropy(void)
{
    static uint8_t seen[SAMPLES][16];
    uint32_t count = 0;
    uint32_t bits = 0;
    uint32_t set = 0;

    for (uint32_t n = 0; n < ROUNDS * ENTROPY_GET_ENTROPY_MAX; n++) {
        const uint32_t wanted = n % ENTROPY_GET_ENTROPY_MAX + 1;
        memset(entropy, 0x5a, sizeof(entropy));
        CHECK(get(wanted) == 0);
        CHECK(entropy[wanted] == 0x5a);
        bits += 8 * wanted;
        set += ones(entropy, wanted);
        if (wanted >= sizeof(seen[0])) {
            for (uint32_t i = 0; i < count; i++) {
                CHECK(memcmp(seen[i], entropy, sizeof(seen[0])) != 0);
            }
            memcpy(seen[count++], entropy, sizeof(seen[0]));
        }
    }
    /* The variance of `set` is bits / 4. */
    const int64_t off = 2 * (int64_t)set - (int64_t)bits;
    CHECK(off * off <= 36 * (int64_t)bits);
    promise_kept("rng entropy");
}

void test_oversized(void)
{
    memset(entropy, 0x5a, sizeof(entropy));
    CHECK(get(257) == ENTROPY_BAD_SIZE);
    CHECK(get(UINT32_MAX) == ENTROPY_BAD_SIZE);
    CHECK(get(0) == ENTROPY_BAD_SIZE);
    for (size_t i = 0; i < sizeof(entropy); i++) {
        CHECK(entropy[i] == 0x5a);
    }
    CHECK(get(256) == 0);
    promise_kept("rng entropy oversized");
}

static uint32_t answered, ended;

static uint32_t deaths_seen(void)
{
    CHECK(load_done(&answered, &ended) == 0);
    return ended;
}

void test_deaths_of_rngd(void)
{
    const uint32_t deaths = kill_under_load(rng_stab, ask_rngd, deaths_seen);

    printf("%u deaths of rngd: another client had %u answers, %u calls ended\n", (unsigned)deaths,
           (unsigned)answered, (unsigned)ended);
    CHECK(answered >= deaths);
    promise_kept("rng deaths under load");
}
