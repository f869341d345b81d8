/*
 * Each sample is between two calls of mark(), by which a counter of instructions sees where it begins and ends; a
 * debugger stops the machine at between().
 */
#include "samples.h"

#include "writer.nexus.h"

#include <inttypes.h>
#include <nexus/selftest.h>
#include <nexus/time.h>
#include <stdio.h>

enum { SAMPLES_MAX = 2048, NAME_BYTES = 32, QUIET_MS = 50 };

static struct {
    char name[NAME_BYTES];
    uint64_t ticks;
} samples[SAMPLES_MAX];
static uint32_t count;

void mark(void);
void between(void);

__attribute__((noinline)) void mark(void)
{
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) void between(void)
{
    __asm__ volatile("" ::: "memory");
}

void sample(const char *name, void (*operation)(void))
{
    CHECK(count < SAMPLES_MAX);
    mark();
    const uint64_t start = nexus_now();
    operation();
    samples[count].ticks = nexus_now() - start;
    mark();
    (void)snprintf(samples[count].name, NAME_BYTES, "%s", name);
    count++;
}

void samples_print(void)
{
    for (uint32_t i = 0; i < count; i++) {
        printf("sample %s %" PRIu64 "\n", samples[i].name, samples[i].ticks);
    }
    count = 0;
    nexus_sleep_until(nexus_now() + NEXUS_MS(QUIET_MS));
}

void stage_ended(const char *name, uint32_t commits, uint32_t bytes)
{
    printf("stage %s %" PRIu32 " %" PRIu32 "\n", name, commits, bytes);
    between();
}
