/* The deaths of drivers: with a policyd their window comes back, without one it does not. */
#include "selftest.h"

#include <inttypes.h>
#include <neuron/table.h>
#include <stdio.h>
#include <string.h>

enum { RESTARTS = 2 }; /* rngd's limit in crashes.assembly */

static void check_rng(uint32_t looks_before)
{
    uint32_t device = 0, looks = 0;

    CHECK(rng_look(&device, &looks) == 0);
    CHECK(device == NEURON_CLASS_VIRTIO_RNG && looks == looks_before + 1);
}

/* Behind `since` there is a decision about rngd and the grant that follows from it, and nothing else. */
static void check_granted_anew(uint64_t since)
{
    struct seen_audit decided, granted, more;
    char target[AUDIT_QUERY_READ_TARGET_MAX + 1];

    CHECK(look_audit(since, &decided) == 0 && look_audit(since + 1, &granted) == 0);
    CHECK(decided.sequence == since + 1 && granted.sequence == since + 2);
    CHECK(strncmp(decided.action, "policy.check by ", 16) == 0);
    CHECK(strcmp(decided.target, "device.mmio.rng") == 0 && decided.decision == DECISION_ALLOW);
    CHECK(strcmp(granted.action, "device.grant") == 0 && granted.subject == decided.subject);
    (void)snprintf(target, sizeof(target), "virtio.rng 0x10008000 decision %" PRIu64,
                   decided.sequence);
    CHECK(strcmp(granted.target, target) == 0);
    CHECK(look_audit(granted.sequence, &more) == AUDIT_QUERY_NO_AUDIT);
}

static int ask_entropy(void)
{
    uint8_t entropy[ENTROPY_GET_ENTROPY_MAX];
    size_t bytes = 0;
    const int status = entropy_get(16, entropy, &bytes);

    CHECK(status != 0 || bytes == 16);
    return status;
}

static void check_blk(void)
{
    uint32_t device = 0, looks = 0;
    uint64_t sectors = 0;
    bool read_only = true;

    CHECK(disk_open(&sectors, &read_only) == 0 && sectors == 1 && !read_only);
    CHECK(blk_look(&device, &looks) == 0 && device == NEURON_CLASS_VIRTIO_BLK);
}

void check_others_answer(void)
{
    char text[GREETING_GREET_TEXT_MAX + 1];

    CHECK(greeting_greet("you", text) == 0 && strcmp(text, "Hello, you!") == 0);
    say("still here");
    CHECK(counts().appended > 0);
}

void test_driver(void)
{
    uint32_t device, looks;

    check_rng(0);
    check_rng(1);
    for (int life = 1; life <= RESTARTS; life++) {
        const uint64_t recorded = counts().recorded;
        if (life > 1) {
            CHECK(rng_crash_die(0) == NEURON_PEER_RESTARTED);
        }
        CHECK(rng_crash_die(0) == NEURON_PEER_DIED);
        CHECK(rng_look(&device, &looks) == NEURON_PEER_RESTARTED);
        check_rng(0); /* its data is that of a fresh image, the window is back */
        check_rng(1);
        check_granted_anew(recorded);
        if (life > 1) {
            CHECK(ask_entropy() == NEURON_PEER_RESTARTED);
        }
        CHECK(ask_entropy() == 0);
    }
    promise_kept("driver crash regrants its window");

    const uint64_t recorded = counts().recorded;
    CHECK(rng_crash_die(0) == NEURON_PEER_RESTARTED);
    CHECK(rng_crash_die(0) == NEURON_PEER_DIED);
    CHECK(rng_look(&device, &looks) == NEURON_PEER_GONE);
    CHECK(rng_crash_die(0) == NEURON_PEER_GONE && ask_entropy() == NEURON_PEER_GONE);
    CHECK(counts().recorded == recorded); /* nothing was granted to it again */
    check_others_answer();
    check_blk();
    check_policyd_decides();
    promise_kept("driver given up alone");
}

void test_without_policyd(void)
{
    uint32_t device, looks;
    enum Decision decision = DECISION_DENY;
    uint64_t sequence;

    CHECK(policyd_crash_die(0) == NEURON_PEER_RESTARTED);
    CHECK(policyd_crash_die(0) == NEURON_PEER_DIED); /* once more than its limit */
    CHECK(policy_check(0, "rng.entropy", &decision, &sequence) == NEURON_PEER_GONE);
    CHECK(decision == DECISION_DENY);
    check_blk(); /* who has a window keeps it */
    check_others_answer();

    const uint64_t recorded = counts().recorded;
    CHECK(blk_crash_die(0) == NEURON_PEER_DIED);
    /* It was started again, found no device, and ended. */
    CHECK(blk_look(&device, &looks) == NEURON_PEER_GONE);
    CHECK(counts().recorded == recorded);
    check_others_answer();
    check_records_kept();
    promise_kept("no grant without policyd");
}
