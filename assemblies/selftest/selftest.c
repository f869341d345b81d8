/* Checks its own grant and its own refusal against the device, the kernel and logd's audit records. */
#include "selftest.h"

#include <inttypes.h>
#include <neuron/abi.h>
#include <neuron/table.h>
#include <nexus/log.h>
#include <nexus/mmio.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

/* Goldfish RTC (QEMU, hw/rtc/goldfish_rtc.c): nanoseconds; reading the low word latches the high one. */
enum { RTC_TIME_LOW = 0x00, RTC_TIME_HIGH = 0x04 };

#define RTC_BASE UINT64_C(0x101000)

struct audit {
    uint64_t sequence, time;
    uint32_t sender, subject;
    char action[33], target[65];
    enum Decision decision;
    enum Reason reason;
};

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

static void test_grant(void)
{
    const volatile uint32_t *rtc = nexus_mmio_map(RTC_SLOT, 0, NEURON_PROT_R);
    CHECK(rtc != NULL);
    uint64_t first = rtc_time(rtc);
    nexus_sleep_until(nexus_now() + NEXUS_MS(2));
    uint64_t second = rtc_time(rtc);
    CHECK(first != 0 && second > first);
    promise_kept("mmio map");

    struct neuron_cap_query_out query;
    CHECK(neuron_cap_query(RTC_SLOT, &query) == NEURON_OK);
    CHECK(query.kind == NEURON_CAP_MMIO && query.object == NEURON_CLASS_RTC);
    CHECK(query.rights == (NEURON_RIGHT_READ | NEURON_RIGHT_MAP));
    CHECK(query.base == RTC_BASE && query.bytes == NEURON_PAGE);
    promise_kept("cap query mmio");
}

/* The next audit record after `since`; false if there is none. */
static bool next_audit(uint64_t since, struct audit *record)
{
    int result =
        audit_read(since, &record->sequence, &record->time, &record->sender, &record->subject,
                   record->action, record->target, &record->decision, &record->reason);
    CHECK(result == 0 || result == AUDIT_QUERY_NO_AUDIT);
    return result == 0;
}

/* The record about this component with this target, or whose target begins so; sequence 0 if there is none. */
static struct audit find_audit(const char *action, const char *target)
{
    struct audit record = {0};

    while (next_audit(record.sequence, &record)) {
        if (record.subject == myself() && strncmp(record.action, action, strlen(action)) == 0 &&
            strncmp(record.target, target, strlen(target)) == 0) {
            return record;
        }
    }
    return (struct audit){0};
}

static void test_audit(void)
{
    struct neuron_cap_query_out query;

    /* Refused by the policy alone: the card is there, and so is the ceiling. */
    struct audit denied = find_audit("policy.check", "device.mmio.net");
    CHECK(denied.sequence != 0);
    CHECK(denied.decision == DECISION_DENY && denied.reason == REASON_POLICY);
    CHECK(find_audit("device.grant", "virtio.net").sequence == 0);
    CHECK(neuron_cap_query(SECOND_SLOT, &query) == NEURON_EMPTY_SLOT);
    CHECK(nexus_mmio_map(SECOND_SLOT, 1, NEURON_PROT_R) == NULL);
    promise_kept("mmio policy deny");

    struct audit decided = find_audit("policy.check", "device.mmio.rtc");
    CHECK(decided.sequence != 0 && decided.decision == DECISION_ALLOW);
    struct audit granted = find_audit("device.grant", "goldfish.rtc 0x101000 decision ");
    CHECK(granted.sequence > decided.sequence && granted.sender != decided.sender);
    char target[65];
    (void)snprintf(target, sizeof(target), "goldfish.rtc 0x101000 decision %" PRIu64,
                   decided.sequence);
    CHECK(strcmp(granted.target, target) == 0);
    promise_kept("mmio grant audit");
}

int main(void)
{
    test_grant();
    test_audit();
    test_refusals();
    nexus_log_about("SELFTEST", "end");
    (void)neuron_power(POWER_SLOT, NEURON_POWER_OK);
    return 1;
}
