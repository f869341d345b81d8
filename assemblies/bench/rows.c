/* Keeps samples until a row is complete, and rows until all may be printed. */
#include "rows.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 40 };

static struct {
    const char *name;
    uint32_t min, median, max, count;
} rows[ROWS];
static uint32_t row_count;
static uint32_t empty;
static int64_t failure;

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

void rows_pause(void)
{
    struct neuron_wait_out out;

    (void)neuron_wait(0, nexus_now() + NEXUS_US(100), &out);
}

void rows_check(int64_t status)
{
    if (status != NEURON_OK) {
        failure = status;
    }
}

void rows_sample(struct series *series, uint64_t instructions)
{
    series->samples[series->count] = (uint32_t)instructions - empty;
    series->count++;
}

void rows_end(struct series *series, const char *name)
{
    uint32_t *samples = series->samples;

    qsort(samples, series->count, sizeof(samples[0]), by_size);
    if (row_count == ROWS) {
        abort();
    }
    rows[row_count].name = name;
    rows[row_count].min = samples[0];
    rows[row_count].median = samples[series->count / 2];
    rows[row_count].max = samples[series->count - 1];
    rows[row_count].count = series->count;
    row_count++;
    series->count = 0;
}

void rows_print(void)
{
    if (failure != NEURON_OK) {
        printf("what was measured failed: %s\n", nexus_strerror((int)failure));
        return;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        printf("row %s %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 "\n", rows[i].name,
               rows[i].min, rows[i].median, rows[i].max, rows[i].count);
    }
}

static int64_t nothing(void)
{
    return NEURON_OK;
}

void rows_begin(void)
{
    measure("empty", nothing);
    empty = rows[0].min;
    row_count = 0;
}
