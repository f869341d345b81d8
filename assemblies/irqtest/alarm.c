/* The driver of the RTC: what an interrupt line does in good and bad hands. */
#include "alarm.h"

#include <neuron/abi.h>
#include <neuron/registers.h>
#include <neuron/table.h>
#include <nexus/device.h>
#include <nexus/log.h>
#include <nexus/mmio.h>
#include <nexus/syscall.h>
#include <nexus/time.h>

#define SOON UINT64_C(2000000)   /* ns */
#define LONG_ENOUGH NEXUS_MS(20) /* for what comes SOON */
#define QUIET NEXUS_MS(5)        /* for what does not come */
enum { ALARMS = 20, LIVES = 3 };

static const volatile uint32_t *rtc;

static void write_register(uint64_t reg, uint64_t value)
{
    CHECK(neuron_dev_write(RTC_SLOT, reg, value) == NEURON_OK);
}

static uint64_t rtc_time(void)
{
    const uint64_t low = rtc[GOLDFISH_RTC_TIME_LOW / 4];

    return low | (uint64_t)rtc[GOLDFISH_RTC_TIME_HIGH / 4] << 32;
}

void arm(uint64_t ns)
{
    const uint64_t due = rtc_time() + ns;

    write_register(GOLDFISH_RTC_IRQ_ENABLED, 1);
    write_register(GOLDFISH_RTC_ALARM_HIGH, due >> 32);
    write_register(GOLDFISH_RTC_ALARM_LOW, due & UINT32_MAX);
}

bool came(uint64_t deadline)
{
    struct neuron_wait_out out;
    const int64_t status = neuron_wait(UINT64_C(1) << RTC_IRQ_BIT, deadline, &out);

    CHECK(status == NEURON_NOTIFIED || status == NEURON_TIMEOUT);
    CHECK(status != NEURON_NOTIFIED || out.bits == UINT64_C(1) << RTC_IRQ_BIT);
    return status == NEURON_NOTIFIED;
}

void clear(void)
{
    write_register(GOLDFISH_RTC_CLEAR_INTERRUPT, 1);
}

void raise_again(void)
{
    write_register(GOLDFISH_RTC_IRQ_ENABLED, 1);
}

static bool comes(void)
{
    return came(nexus_now() + LONG_ENOUGH);
}

static bool stays_silent(void)
{
    return !came(nexus_now() + QUIET);
}

static int acknowledge(void)
{
    uint32_t reasons = 9;
    const int status = nexus_irq_ack(RTC_SLOT, &reasons);

    CHECK(status != NEURON_OK || reasons == 0); /* it is no virtio device */
    return status;
}

/* An alarm, its interrupt, and the acknowledgement. */
static void serve_one(void)
{
    arm(SOON);
    CHECK(comes());
    clear();
    CHECK(acknowledge() == NEURON_OK);
}

static void test_none(void)
{
    CHECK(acknowledge() == NEURON_NOT_CLAIMED);
    clear();
    CHECK(stays_silent());
    CHECK(acknowledge() == NEURON_NOT_CLAIMED);
    promise_kept("irq none without an alarm");
}

static void test_one_each(void)
{
    for (unsigned n = 0; n < ALARMS; n++) {
        const uint64_t before = rtc_time();
        arm(SOON);
        CHECK(comes());
        CHECK(rtc_time() - before >= SOON);
        clear();
        CHECK(acknowledge() == NEURON_OK);
        CHECK(stays_silent());
    }
    promise_kept("irq one for each alarm");
}

/* The line is silent until it is acknowledged; what came meanwhile comes then, once. */
static void test_late(void)
{
    arm(SOON);
    CHECK(comes());
    clear();
    arm(SOON);
    CHECK(stays_silent());
    CHECK(rtc[GOLDFISH_RTC_ALARM_STATUS / 4] == 0); /* the second one went off */
    CHECK(acknowledge() == NEURON_OK);
    CHECK(comes());
    clear();
    CHECK(acknowledge() == NEURON_OK);
    CHECK(stays_silent());
    promise_kept("irq acknowledged late");

    CHECK(acknowledge() == NEURON_NOT_CLAIMED);
    serve_one();
    CHECK(acknowledge() == NEURON_NOT_CLAIMED);
    serve_one();
    promise_kept("irq acknowledged twice");
}

/* Cleared before it was delivered: at worst an interrupt without a reason, and the line goes on. */
static void test_spurious(void)
{
    arm(0);
    clear();
    if (came(nexus_now() + QUIET)) {
        CHECK(acknowledge() == NEURON_OK);
    }
    CHECK(acknowledge() == NEURON_NOT_CLAIMED);
    serve_one();
    CHECK(stays_silent());
    promise_kept("irq spurious");
}

/* The life before this one ended with a claim open and the device not cleared: it may fire at once. */
static void test_line_lives(uint32_t life)
{
    if (comes()) {
        clear();
        CHECK(acknowledge() == NEURON_OK);
    }
    clear();
    serve_one();
    CHECK(stays_silent());
    promise_kept(life == 2 ? "irq line of a killed owner" : "irq line of an owner that ended");
}

/* Leaves a claim open, and the device unserved. */
static void claim(void)
{
    arm(SOON);
    CHECK(comes());
}

static void finish(void)
{
    const uint64_t patience = nexus_now() + NEXUS_S(2);
    bool done = false;

    while (!done && nexus_now() < patience) {
        CHECK(ledger_is_noise_done(&done) == 0);
        nexus_sleep_until(nexus_now() + NEXUS_MS(1));
    }
    CHECK(done);
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
}

int main(void)
{
    static volatile int *volatile nowhere;
    uint32_t life = 0;

    rtc = nexus_mmio_map(RTC_SLOT, RTC_PAGE, NEURON_PROT_R);
    CHECK(rtc != NULL);
    CHECK(ledger_live(&life) == 0 && life <= LIVES);
    if (life == 1) {
        test_none();
        test_one_each();
        test_late();
        test_spurious();
        claim();
        *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): this is what it is for */
    }
    test_line_lives(life);
    if (life == LIVES) {
        test_storm();
        finish();
    }
    claim();
    return 0;
}
