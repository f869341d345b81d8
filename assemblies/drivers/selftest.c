/* What rngd promises to its clients: entropy, of every size that there is, and a life after each of its deaths. */
#include "selftest.nexus.h"

#include <neuron/abi.h>
#include <neuron/status.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

enum { DEATHS = 200, ROUNDS = 4, SAMPLES = ROUNDS * (ENTROPY_GET_ENTROPY_MAX + 1) };

static uint8_t entropy[ENTROPY_GET_ENTROPY_MAX + 1];

static int get(uint32_t wanted)
{
    size_t bytes = 0;
    const int status = entropy_get(wanted, entropy, &bytes);

    CHECK(status != 0 || bytes == wanted);
    return status;
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
static void test_entropy(void)
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

static void test_oversized(void)
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

/* Kills rngd at some moment or other, and sees that the next life of it answers. */
static void kill_one(uint32_t *told)
{
    const uint64_t moment = entropy[0] + 256u * (entropy[1] % 8u); /* us, up to 2 ms */

    nexus_sleep_until(nexus_now() + NEXUS_US(moment));
    CHECK(rng_stab() == 0);
    for (;;) {
        const int status = get(32);
        if (status == 0) {
            return;
        }
        CHECK(status == NEURON_PEER_DIED || status == NEURON_PEER_RESTARTED);
        *told += status == NEURON_PEER_RESTARTED ? 1 : 0;
    }
}

static void test_deaths(void)
{
    uint32_t answered = 0, ended = 0, told = 0;

    for (uint32_t death = 1; death <= DEATHS; death++) {
        kill_one(&told);
        CHECK(told == death);
    }
    CHECK(load_done(&answered, &ended) == 0);
    printf("%d deaths of rngd: another client had %u answers, %u calls ended\n", DEATHS,
           (unsigned)answered, (unsigned)ended);
    CHECK(answered >= DEATHS && ended >= DEATHS);
    promise_kept("rng deaths under load");
}

int main(void)
{
    test_entropy();
    test_oversized();
    test_deaths();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
