/* Checks the run-time library on the machine; each line it promises is printed by what it checks. */
#include "runtime.nexus.h"

#include <errno.h>
#include <neuron/abi.h>
#include <nexus/log.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAP_BYTES = 65536 };

static int initialised = 42;
static int zeroed[100];

static void test_memory(void)
{
    CHECK(initialised == 42);
    for (size_t i = 0; i < sizeof(zeroed) / sizeof(zeroed[0]); i++) {
        CHECK(zeroed[i] == 0);
    }
    CHECK(strcmp(greeting, "from the assembly") == 0 && number == -7);
    promise_kept("runtime initial memory and attributes");

    char *half = malloc(HEAP_BYTES / 2);
    CHECK(half != NULL);
    memset(half, 'h', HEAP_BYTES / 2);
    errno = 0;
    char *too_much = malloc(HEAP_BYTES);
    CHECK(too_much == NULL && errno == ENOMEM);
    free(half);
    char *again = malloc(HEAP_BYTES / 2);
    CHECK(again != NULL);
    free(again);
    promise_kept("runtime malloc within its heap");

    errno = 0;
    CHECK(strtol("99999999999999999999", NULL, 10) > 0 && errno == ERANGE);
    promise_kept("runtime errno");
}

static void test_time(void)
{
    uint64_t before = nexus_now();
    nexus_sleep_until(before + NEXUS_MS(10));
    uint64_t slept = nexus_now() - before;
    CHECK(slept >= NEXUS_MS(10));
    nexus_sleep_until(before); /* in the past: returns at once */

    struct nexus_period period = nexus_period_start(NEXUS_MS(4));
    before = nexus_now();
    for (int i = 0; i < 5; i++) {
        (void)nexus_periodic(&period);
    }
    CHECK(nexus_now() - before >= NEXUS_MS(16));
    promise_kept("runtime time");
}

static void test_lines(void)
{
    char text[400];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    text[0] = '<';
    text[sizeof(text) - 2] = '>';
    printf("%s\n", text);
    printf("a line in ");
    printf("two parts\n");
    printf("escape \033c and bell \a are not sent\n");
    LOG_DEBUG("this is not shown");
    nexus_log_set_level(NEXUS_LOG_DEBUG);
    LOG_DEBUG("this is shown");
    LOG_WARN("number %d", number);
    promise_kept("runtime lines");
}

int main(void)
{
    test_memory();
    test_time();
    test_lines();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
