/*
 * The clock of a component that dies when it looks at it. It does before each call of another, so also in the middle of a
 * request, and when it starts.
 */
#include <neuron/limits.h>
#include <nexus/keep.h>
#include <nexus/serve.h>
#include <nexus/time.h>
#include <string.h>

int mortal_die_at(struct nexus_client client, uint32_t first, uint32_t second, bool boot);
int mortal_deaths(struct nexus_client client, uint32_t *deaths);

static struct {
    uint32_t left; /* passages to the next death; 0: there is none */
    uint32_t then;
    bool boot;
    uint32_t deaths;
} fate NEXUS_KEEP;

/* As when the power was cut: nothing is kept, on the page that has this too. */
static void forget(void)
{
    const uint32_t deaths = fate.deaths;

    memset((void *)((uintptr_t)&fate & ~(uintptr_t)(NEURON_PAGE - 1)), 0, NEURON_PAGE);
    NEXUS_KEEP_ORDER();
    fate.deaths = deaths;
}

static void die(void)
{
    static volatile int *volatile nowhere;
    const uint32_t then = fate.then;
    const bool boot = fate.boot;

    if (boot) {
        forget();
    }
    fate.left = then;
    fate.then = 0;
    fate.boot = boot;
    fate.deaths++;
    *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
}

/* Takes the place of the library's. */
uint64_t nexus_now(void)
{
    uint64_t ticks;

    if (fate.left > 0 && --fate.left == 0) {
        die();
    }
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

int mortal_die_at(struct nexus_client client, uint32_t first, uint32_t second, bool boot)
{
    (void)client;
    fate.left = first;
    fate.then = second;
    fate.boot = boot;
    (void)nexus_now();
    return 0;
}

int mortal_deaths(struct nexus_client client, uint32_t *deaths)
{
    (void)client;
    *deaths = fate.deaths;
    return 0;
}
