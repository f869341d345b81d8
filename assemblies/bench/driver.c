/* Measures all that an ordinary component can do, then ends the machine. */
#include "driver.nexus.h"
#include "guarded.h"
#include "raw.h"
#include "rows.h"

#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdlib.h>

extern char __nexus_arena[] __attribute__((aligned(NEURON_PAGE))); /* from the linker script */

static struct board *board;
static uint64_t boss_bit, twin_bit;

/* --- the kernel, and calls by hand ------------------------------------------------------------- */

static int64_t null(void)
{
    return neuron_null();
}

static inline __attribute__((always_inline)) int64_t call(enum label label, uint64_t words,
                                                          uint64_t bytes)
{
    struct neuron_call_out out;

    return neuron_call(BENCH_SLOT, NEURON_TAG(label, words, bytes), 1, 2, 3, 4, NEURON_FOREVER,
                       &out);
}

/* No words: there is nothing to load. */
static int64_t call_0w(void)
{
    struct neuron_call_out out;
    uint64_t w0, w1, w2, w3;

    __asm__("" : "=r"(w0), "=r"(w1), "=r"(w2), "=r"(w3));
    return neuron_call(BENCH_SLOT, NEURON_TAG(ECHO, 0, 0), w0, w1, w2, w3, NEURON_FOREVER, &out);
}

static int64_t call_4w(void)
{
    return call(ECHO, 4, 0);
}

/* Words beyond the fourth travel in the message page. */
static int64_t call_10w(void)
{
    return call(ECHO, 4, 6 * sizeof(uint64_t));
}

static int64_t call_256b(void)
{
    return call(ECHO, 0, 256);
}

static int64_t call_2k(void)
{
    return call(ECHO, 0, 2048);
}

/* No whole words, so neither the call nor the reply is for a fast path: all else is as with no words. */
static int64_t call_general(void)
{
    return call(ECHO, 0, 1);
}

static void measure_one_way(void)
{
    static struct series calls, replies;

    rows_check(call(ONE_WAY, 0, 0));
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % BATCH == 0) {
            rows_pause();
        }
        board->stamp = retired();
        int64_t status = call(ONE_WAY, 0, 0);
        uint64_t back = retired();
        rows_check(status);
        rows_sample(&calls, board->elapsed);
        rows_sample(&replies, back - board->stamp);
    }
    rows_end(&calls, "ipc.one_way.call");
    rows_end(&replies, "ipc.one_way.reply");
}

/* --- notifications and turns ------------------------------------------------------------------- */

/* The first bit that the table lets us set through a slot. */
static uint64_t find_bit(uint64_t slot)
{
    for (uint32_t bit = NEURON_BIT_FIRST_FREE; bit < NEURON_BITS; bit++) {
        if (neuron_notify(slot, UINT64_C(1) << bit) == NEURON_OK) {
            return UINT64_C(1) << bit;
        }
    }
    abort();
}

static int64_t notify_boss(void)
{
    return neuron_notify(BENCH_SLOT, boss_bit);
}

static int64_t notify_twin(void)
{
    return neuron_notify(TWIN_SLOT, twin_bit);
}

static int64_t yield(void)
{
    return neuron_yield();
}

/* Boss still serves one way, and notes when it was woken. */
static void measure_wake_one_way(void)
{
    static struct series wakes;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % BATCH == 0) {
            rows_pause();
        }
        board->stamp = retired();
        rows_check(notify_boss());
        rows_sample(&wakes, board->elapsed);
    }
    rows_end(&wakes, "notify.wake_one_way");
}

static void measure_turns(void)
{
    struct board *twins = twin_board();

    measure("yield.alone", yield);
    twins->flag = 1;
    rows_check(notify_twin());
    rows_check(neuron_yield());
    measure("notify.no_waiter", notify_twin); /* the twin is ready, it does not wait */
    measure("yield.pair", yield);
    twins->flag = 0;
}

/* --- time and devices -------------------------------------------------------------------------- */

/* Boss sleeps; the driver notes how far it came, again and again, until boss has the time. */
static void measure_timer(void)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct neuron_call_out out;
        if (i % BATCH == 0) {
            rows_pause();
        }
        rows_check(neuron_call(BENCH_SLOT, NEURON_TAG(SLEEP, 1, 0), nexus_now() + NEXUS_US(5), 0, 0,
                               0, NEURON_FOREVER, &out));
        while (board->flag == 0) {
            board->stamp = retired();
        }
    }
}

static void measure_mapping(void)
{
    static struct series maps, unmaps;
    uint64_t va = (uint64_t)__nexus_arena;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % BATCH == 0) {
            rows_pause();
        }
        uint64_t start = retired();
        int64_t status = neuron_mmio_map(RTC_SLOT, va, 0, NEURON_PROT_R);
        uint64_t mapped = retired();
        rows_check(status);
        uint64_t again = retired();
        status = neuron_unmap(va);
        uint64_t unmapped = retired();
        rows_check(status);
        rows_sample(&maps, mapped - start);
        rows_sample(&unmaps, unmapped - again);
    }
    rows_end(&maps, "mmio.map");
    rows_end(&unmaps, "mmio.unmap");
}

/* --- the generated stub and the generated loop ------------------------------------------------- */

static uint8_t bytes[2048], answer[2048];
static struct Ten words, answered;

static int64_t stub_0w(void)
{
    return bench_none();
}

static int64_t stub_4w(void)
{
    uint64_t e, f, g, h;

    return bench_four(1, 2, 3, 4, &e, &f, &g, &h);
}

static int64_t stub_10w(void)
{
    return bench_ten(&words, &answered);
}

static int64_t stub_256b(void)
{
    size_t length;

    return bench_bytes256(bytes, 256, answer, &length);
}

static int64_t stub_2k(void)
{
    size_t length;

    return bench_bytes2k(bytes, 2048, answer, &length);
}

static void measure_stubs(void)
{
    measure("ipc.rpc_stub.0w", stub_0w);
    measure("ipc.rpc_stub.4w", stub_4w);
    measure("ipc.rpc_stub.10w", stub_10w);
    measure("ipc.rpc_stub.256b", stub_256b);
    measure("ipc.rpc_stub.2k", stub_2k);
}

int main(void)
{
    board = bench_board();
    rows_begin();
    measure("syscall.null", null);
    rows_check(call(ECHO, 0, 0));
    boss_bit = find_bit(BENCH_SLOT);
    twin_bit = find_bit(TWIN_SLOT);
    measure("ipc.call_reply.0w", call_0w);
    measure("ipc.call_reply.4w", call_4w);
    measure("ipc.call_reply.10w", call_10w);
    measure("ipc.call_reply.256b", call_256b);
    measure("ipc.call_reply.2k", call_2k);
    measure("ipc.call_reply.general", call_general);
    measure("notify.wake", notify_boss);
    measure_one_way();
    measure_wake_one_way();
    measure_turns();
    measure_timer();
    measure_mapping();
    measure_guarded();
    rows_check(call(SERVE, 0, 0));
    measure_stubs();
    rows_print();
    rows_check(bench_report());
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
