/* rngd: what the device delivers is tested first, and each byte goes to one caller; a device that fails ends it. */
#include "rngd.mock.h"

#include "cmocka_all.h"
#include "health.h"
#include "lives.h"
#include "model.h"

#include <nexus/host.h>
#include <nexus/time.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_MAX = 256, ROUND = 251 };

/* --- health ------------------------------------------------------------------------------------- */

/* The smallest k with P(X <= k) >= 1 - 2^-40, of n bytes of which each is a given one with probability 1/256. */
static uint32_t critical_binomial(uint32_t n)
{
    long double term = 1, sum = 0;

    for (uint32_t i = 0; i < n; i++) {
        term *= 255.0L / 256;
    }
    for (uint32_t k = 0; k < n; k++) {
        sum += term;
        if (1 - sum <= 1.0L / (UINT64_C(1) << 40)) {
            return k;
        }
        term *= (long double)(n - k) / (k + 1) / 255;
    }
    return n;
}

static void cut_offs_are_those_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(HEALTH_REPETITIONS, 1 + 40 / 8);
    assert_int_equal(HEALTH_PROPORTION, 1 + critical_binomial(HEALTH_WINDOW));
    assert_true(HEALTH_STARTUP >= 1024);
}

static void repetition_is_found_at_its_cut_off(void **state)
{
    struct health health = {0};
    (void)state;

    for (unsigned n = 0; n < 1000; n++) {
        const uint8_t byte = (uint8_t)(n % ROUND);
        for (int i = 1; i < HEALTH_REPETITIONS && n % 50 == 0; i++) {
            assert_null(health_test(&health, byte));
        }
        assert_true(n % 50 == 0 || health_test(&health, byte) == NULL);
    }
    for (int value = 0; value < 256; value++) {
        health = (struct health){0};
        for (int i = 1; i < HEALTH_REPETITIONS; i++) {
            assert_null(health_test(&health, (uint8_t)value));
        }
        assert_string_equal(health_test(&health, (uint8_t)value), "repetition count");
    }
}

/* A window of bytes that are all different, but for so many that equal its first. */
static const char *test_window(struct health *health, int equal)
{
    for (int i = 0; i < HEALTH_WINDOW; i++) {
        const uint8_t byte = (uint8_t)(i % 2 == 0 && i / 2 < equal ? 255 : i % ROUND);
        const char *failed = health_test(health, byte);
        if (failed != NULL) {
            assert_int_equal(i, 2 * (equal - 1));
            return failed;
        }
    }
    return NULL;
}

static void proportion_is_found_at_its_cut_off(void **state)
{
    struct health health = {0};
    (void)state;

    for (int n = 0; n < 20; n++) { /* each window begins anew */
        assert_null(test_window(&health, HEALTH_PROPORTION - 1));
    }
    assert_string_equal(test_window(&health, HEALTH_PROPORTION), "adaptive proportion");
}

/* --- the driver ---------------------------------------------------------------------------------- */

static struct {
    uint64_t token;
    int result;
    size_t length;
    uint8_t bytes[ENTROPY_GET_ENTROPY_MAX];
} answers[ANSWERS_MAX];
static unsigned answered;

static int note_answer(struct nexus_token token, int result, const void *entropy, size_t length)
{
    assert_true(answered < ANSWERS_MAX && length <= sizeof(answers[0].bytes));
    answers[answered].token = token.value;
    answers[answered].result = result;
    answers[answered].length = length;
    memcpy(answers[answered].bytes, entropy, length);
    answered++;
    return 0;
}

/* Delivers as many bytes as asked for, at most `most`: 0, 1, 2, ... through all deliveries, without 251 to 255. */
static uint32_t deliver(uint32_t most)
{
    static uint32_t next;
    const uint32_t before = model_page(0)->used.index;

    if (model_serve(0, most, 0) < 0) {
        return 0;
    }
    const uint32_t bytes = model_page(0)->used.ring[before % 1].bytes;
    for (uint32_t i = 0; i < bytes; i++) {
        dev_dma[i] = (uint8_t)(next++ % ROUND);
    }
    dev_interrupt();
    return bytes;
}

/* Delivers until the tests of the beginning are done. */
static void start_up(void)
{
    for (uint32_t bytes = 0; bytes < HEALTH_STARTUP;) {
        bytes += deliver(256);
    }
}

static int get(uint32_t task, uint32_t wanted)
{
    const struct nexus_client client = {.id = task + 1, .name = "client", .task = task};
    size_t length = 0;
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX];

    return entropy_get(client, wanted, entropy, &length);
}

static int start(void **state)
{
    (void)state;
    rngd_mock_reset();
    rngd_mock.entropy_get_reply = note_answer;
    model_begin(false);
    model.slot = DEV_SLOT;
    model.dma_slot = DEV_DMA_SLOT;
    model.page = DEV_PAGE;
    model.queue_page = DEV_QUEUE_PAGE;
    model.dma = dev_dma;
    model.dma_bytes = DEV_DMA_BYTES;
    answered = 0;
    return 0;
}

static void assert_answer(unsigned n, size_t length, uint32_t first)
{
    assert_true(n < answered);
    assert_int_equal(answers[n].result, 0);
    assert_int_equal(answers[n].length, length);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(answers[n].bytes[i], (first + i) % ROUND);
    }
}

static void life_of_short_reads(void)
{
    assert_int_equal(get(3, 256), NEXUS_DEFER);
    for (uint32_t bytes = 0; bytes < HEALTH_STARTUP + 255; bytes++) {
        assert_int_equal(deliver(1), 1);
        assert_int_equal(answered, 0);
    }
    assert_int_equal(deliver(7), 1); /* no more was asked for */
    assert_answer(0, 256, HEALTH_STARTUP);
    assert_int_equal(deliver(7), 7);
    for (int i = 0; i < 256; i++) {
        assert_int_equal(dev_dma[i], 0); /* nothing of it stays there */
    }
    assert_int_equal(get(4, 6), NEXUS_DEFER); /* which have come already */
    assert_answer(1, 6, HEALTH_STARTUP + 256);
}

static void first_bytes_are_only_tested_and_short_reads_go_on(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_short_reads), 0);
}

static void life_of_many(void)
{
    uint32_t given = HEALTH_STARTUP;

    for (uint32_t task = 1; task < NEURON_TASKS_MAX; task++) {
        assert_int_equal(get(task, 4 * task), NEXUS_DEFER);
    }
    assert_int_equal(get(9, 1), NEXUS_DEFER); /* its call timed out, this is another one */
    start_up();
    while (deliver(256) > 0) {
    }
    assert_int_equal(answered, NEURON_TASKS_MAX - 1);
    for (uint32_t task = 1; task < NEURON_TASKS_MAX; task++) {
        const uint32_t wanted = task == 9 ? 1 : 4 * task;
        assert_answer(task - 1, wanted, given);
        given += wanted;
    }
}

static void each_byte_goes_to_one_caller(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_many), 0);
}

static void life_of_sizes(void)
{
    start_up();
    assert_int_equal(get(1, 0), ENTROPY_BAD_SIZE);
    assert_int_equal(get(1, 257), ENTROPY_BAD_SIZE);
    assert_int_equal(get(1, UINT32_MAX), ENTROPY_BAD_SIZE);
    assert_int_equal(get(1, 1), NEXUS_DEFER);
    assert_int_equal(get(2, 256), NEXUS_DEFER);
    while (deliver(256) > 0) {
    }
    assert_int_equal(answered, 2);
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_sizes), 0);
}

static void life_of_a_stuck_source(void)
{
    assert_int_equal(get(1, 1), NEXUS_DEFER);
    for (int n = 0; n < 2 * HEALTH_STARTUP; n++) {
        assert_true(model_serve(0, 256, 7) >= 0);
        dev_interrupt();
    }
}

static void life_of_a_source_that_sticks(void)
{
    start_up();
    while (deliver(256) > 0) {
    }
    assert_int_equal(get(1, 256), NEXUS_DEFER);
    assert_int_equal(answered, 1);
    life_of_a_stuck_source();
}

static void life_of_nothing(void)
{
    assert_true(model_serve(0, 0, 0) >= 0);
    dev_interrupt();
}

static void life_of_a_liar(void)
{
    model_use(0, 0, 257);
    dev_interrupt();
}

static void life_of_a_device_that_stops(void)
{
    model.status = 0;
    dev_interrupt();
}

static void device_that_fails_ends_this_life(void **state)
{
    (void)state;
    assert_int_equal(live(life_of_a_stuck_source), EXIT_FAILURE);
    assert_int_equal(live(life_of_a_source_that_sticks), EXIT_FAILURE);
    assert_int_equal(live(life_of_nothing), EXIT_FAILURE);
    assert_int_equal(live(life_of_a_liar), EXIT_FAILURE);
    assert_int_equal(live(life_of_a_device_that_stops), EXIT_FAILURE);
}

static int64_t only_time_passes(uint64_t deadline, struct neuron_recv_out *out)
{
    (void)out;
    assert_true(nexus_now() < NEXUS_S(20));
    host_clock_set(deadline);
    return NEURON_TIMEOUT;
}

static void device_that_does_not_answer_ends_this_life(void **state)
{
    (void)state;
    host_kernel.recv = only_time_passes;
    assert_int_equal(live(NULL), EXIT_FAILURE);
}

static void interrupts_without_work(void)
{
    for (int n = 0; n < 100; n++) {
        dev_interrupt();
    }
    assert_int_equal(get(1, 256), NEXUS_DEFER);
    start_up();
    while (deliver(256) > 0) {
    }
    assert_int_equal(answered, 1);
}

static void interrupt_without_work_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(live(interrupts_without_work), 0);
}

static void without_a_device_it_says_so_and_ends(void **state)
{
    (void)state;
    model.refuse = NEURON_EMPTY_SLOT;
    assert_int_equal(live(NULL), 100);
    model.refuse = 0;
    model.version = 1;
    assert_int_equal(live(NULL), EXIT_FAILURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_offs_are_those_of_the_standard),
        cmocka_unit_test(repetition_is_found_at_its_cut_off),
        cmocka_unit_test(proportion_is_found_at_its_cut_off),
        cmocka_unit_test_setup(first_bytes_are_only_tested_and_short_reads_go_on, start),
        cmocka_unit_test_setup(each_byte_goes_to_one_caller, start),
        cmocka_unit_test_setup(sizes_are_bounded, start),
        cmocka_unit_test_setup(device_that_fails_ends_this_life, start),
        cmocka_unit_test_setup(device_that_does_not_answer_ends_this_life, start),
        cmocka_unit_test_setup(interrupt_without_work_is_nothing, start),
        cmocka_unit_test_setup(without_a_device_it_says_so_and_ends, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
