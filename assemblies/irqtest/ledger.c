/* Keeps what outlives its clients: lives of the alarm, and how punctual the sleepers are. */
#include "irqtest.h"
#include "ledger.nexus.h"

#include <nexus/time.h>

static uint32_t lives;
static bool noise_is_done;
static uint64_t woken, early, disorder, latest, last;

int ledger_live(struct nexus_client client, uint32_t *life)
{
    (void)client;
    lives++;
    *life = lives;
    return 0;
}

int ledger_woke(struct nexus_client client, uint64_t deadline)
{
    const uint64_t now = nexus_now();
    (void)client;

    woken++;
    early += now < deadline ? 1 : 0;
    /* The turns of a round are one GAP apart: each is due right behind the one that woke before it. */
    disorder += last != 0 && deadline != last + GAP ? 1 : 0;
    last = deadline;
    if (now >= deadline && now - deadline > latest) {
        latest = now - deadline;
    }
    return 0;
}

int ledger_begin(struct nexus_client client)
{
    (void)client;
    woken = 0;
    early = 0;
    disorder = 0;
    latest = 0;
    last = 0;
    return 0;
}

int ledger_end(struct nexus_client client, uint64_t *n, uint64_t *n_early, uint64_t *n_disorder,
               uint64_t *n_latest)
{
    (void)client;
    *n = woken;
    *n_early = early;
    *n_disorder = disorder;
    *n_latest = latest;
    return 0;
}

int ledger_noise_done(struct nexus_client client)
{
    (void)client;
    noise_is_done = true;
    return 0;
}

int ledger_is_noise_done(struct nexus_client client, bool *done)
{
    (void)client;
    *done = noise_is_done;
    return 0;
}
