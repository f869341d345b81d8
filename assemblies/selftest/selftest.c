/* Checks its own grant and its own refusal against the device, the kernel and logd's audit records. */
#include "selftest.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/log.h>
#include <nexus/mmio.h>
#include <nexus/selftest_log.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

/* Goldfish RTC (QEMU, hw/rtc/goldfish_rtc.c): nanoseconds; reading the low word latches the high one. */
enum { RTC_TIME_LOW = 0x00, RTC_TIME_HIGH = 0x04 };

#define RTC_BASE UINT64_C(0x101000)

enum { INIT_TASK = 0 };

extern const char __nexus_arena[] __attribute__((aligned(NEURON_PAGE)));

/* Its own index, which every address of it tells. */
static uint32_t myself(void)
{
    static const char here;

    return (uint32_t)(((uint64_t)&here - NEURON_USER_BASE) / NEURON_USER_SPAN);
}

static uint64_t rtc_time(const volatile uint32_t *rtc)
{
    uint64_t low = rtc[RTC_TIME_LOW / 4];

    return low | (uint64_t)rtc[RTC_TIME_HIGH / 4] << 32;
}

/* Whether logd has init's record that this component faulted by a load from the first byte behind its window. */
static bool fault_is_recorded(void)
{
    struct seen seen = {0};
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "load fault at %#" PRIx64 " ",
                   (uint64_t)__nexus_arena + NEURON_PAGE);
    for (;;) {
        int result = look(seen.sequence, &seen);
        CHECK(result == 0 || result == LOG_QUERY_NO_RECORD);
        if (result != 0) {
            return false;
        }
        if (seen.sender == INIT_TASK && seen.level == LOG_LEVEL_ERROR &&
            strcmp(seen.scope, nexus_name) == 0 &&
            strncmp(seen.message, wanted, strlen(wanted)) == 0) {
            return true;
        }
    }
}

/*
 * The window shows the device and ends with its page. The read behind it is the end of the first life, so
 * whoever finds its record is the second, and has had the window taken and granted anew. The time that it shows.
 */
static uint64_t test_window(void)
{
    const volatile uint32_t *rtc = nexus_mmio_map(RTC_SLOT, 0, NEURON_PROT_R);
    CHECK(rtc != NULL && (const volatile char *)rtc == __nexus_arena);
    uint64_t first = rtc_time(rtc);
    nexus_sleep_until(nexus_now() + NEXUS_MS(2));
    uint64_t second = rtc_time(rtc);
    CHECK(first != 0 && second > first);
    if (!fault_is_recorded()) {
        (void)*(const volatile char *)(__nexus_arena + NEURON_PAGE);
        const bool read_behind_the_window_came_back = true;
        CHECK(!read_behind_the_window_came_back);
    }
    promise_kept("mmio map");
    return second;
}

static void test_grant(void)
{
    struct neuron_cap_query_out query;
    CHECK(neuron_cap_query(RTC_SLOT, &query) == NEURON_OK);
    CHECK(query.kind == NEURON_CAP_MMIO && query.object == NEURON_CLASS_RTC);
    CHECK(query.rights == (NEURON_RIGHT_READ | NEURON_RIGHT_MAP));
    CHECK(query.base == RTC_BASE && query.bytes == NEURON_PAGE);
    promise_kept("cap query mmio");
}

/* The next audit record after `since`; false if there is none. */
static bool next_audit(uint64_t since, struct seen_audit *record)
{
    int result = look_audit(since, record);

    CHECK(result == 0 || result == AUDIT_QUERY_NO_AUDIT);
    return result == 0;
}

struct seen_audit find_audit(uint64_t since, const char *action, const char *target)
{
    struct seen_audit record = {.sequence = since};

    while (next_audit(record.sequence, &record)) {
        if (record.subject == myself() && strncmp(record.action, action, strlen(action)) == 0 &&
            strncmp(record.target, target, strlen(target)) == 0) {
            return record;
        }
    }
    return (struct seen_audit){0};
}

/* Behind `since` the window was first allowed, then granted by that decision. The record of the grant. */
static struct seen_audit check_granted(uint64_t since)
{
    char target[AUDIT_QUERY_READ_TARGET_MAX + 1];
    struct seen_audit decided = find_audit(since, "policy.check", "device.mmio.rtc");
    CHECK(decided.sequence != 0 && decided.decision == DECISION_ALLOW);
    struct seen_audit granted =
        find_audit(since, "device.grant", "goldfish.rtc 0x101000 decision ");
    CHECK(granted.sequence > decided.sequence && granted.sender == INIT_TASK);
    (void)snprintf(target, sizeof(target), "goldfish.rtc 0x101000 decision %" PRIu64,
                   decided.sequence);
    CHECK(strcmp(granted.target, target) == 0);
    return granted;
}

static void test_audit(void)
{
    struct neuron_cap_query_out query;

    /* Refused by the policy alone: the card is there, and so is the ceiling. */
    struct seen_audit denied = find_audit(0, "policy.check", "device.mmio.net");
    CHECK(denied.sequence != 0);
    CHECK(denied.decision == DECISION_DENY && denied.reason == REASON_POLICY);
    CHECK(find_audit(0, "device.grant", "virtio.net").sequence == 0);
    CHECK(neuron_cap_query(SECOND_SLOT, &query) == NEURON_EMPTY_SLOT);
    CHECK(nexus_mmio_map(SECOND_SLOT, 1, NEURON_PROT_R) == NULL);
    promise_kept("mmio policy deny");

    struct seen_audit granted = check_granted(0);
    struct seen_audit again = check_granted(granted.sequence); /* for the second life */
    CHECK(find_audit(again.sequence, "device.grant", "").sequence == 0);
    promise_kept("mmio grant audit");
}

int main(void)
{
    const uint64_t now = test_window();

    test_grant();
    test_audit();
    test_state(now);
    test_keys();
    test_refusals();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
