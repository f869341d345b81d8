/* What a system call does to each register, for every call that there is. */
#include "conductor.h"

enum { RA = 1, SP = 2, A0 = 10, A7 = 17 };

static bool is_clobbered(uint64_t r)
{
    return r == RA || (r >= 5 && r <= 7) || (r >= A0 && r <= A7) || r >= 28;
}

/* Makes a call with patterns in all other registers; checks that those that are kept are kept and those
 * that carry none of `outputs` outputs are zero. */
static int64_t call_checked(uint64_t number, const uint64_t in[7], uint64_t inputs,
                            uint64_t outputs)
{
    uint64_t x[32];

    for (uint64_t r = 0; r < 32; r++) {
        x[r] = PATTERN + r;
    }
    for (uint64_t i = 0; i < inputs; i++) {
        x[A0 + i] = in[i];
    }
    x[A7] = number;
    raw_syscall(x);
    for (uint64_t r = 5; r < 32; r++) {
        if (!is_clobbered(r)) {
            CHECK(x[r] == PATTERN + r);
        } else if (r < A0 || r > A0 + outputs) {
            CHECK(x[r] == 0);
        }
    }
    CHECK(x[RA] == 0);
    CHECK(x[SP] % 16 == 0 && x[3] != PATTERN + 3);
    return (int64_t)x[A0];
}

void test_registers(void)
{
    const uint64_t echo[7] = {RAW_SLOT, NEURON_TAG(ECHO, 0, 0), 0, 0, 0, 0, NEURON_FOREVER};
    const uint64_t secrets[7] = {RAW_SLOT, NEURON_TAG(SECRETS, 0, 0), 1, 2, 3, 4, NEURON_FOREVER};
    const uint64_t none[7] = {0};
    const uint64_t bad_slot[7] = {UINT64_MAX, 1, 1, 1, 1, 1, 1};

    CHECK(call_checked(NEURON_SYS_null, none, 0, 0) == NEURON_OK);
    CHECK(call_checked(NEURON_SYS_yield, none, 0, 0) == NEURON_OK);
    CHECK(call_checked(NEURON_SYS_call, echo, 7, 1) == NEURON_OK);
    CHECK(call_checked(NEURON_SYS_call, secrets, 7, 1) == NEURON_OK);
    CHECK(call_checked(NEURON_SYS_recv, none, 1, 0) == NEURON_TIMEOUT);
    CHECK(call_checked(NEURON_SYS_wait, none, 2, 0) == NEURON_TIMEOUT);
    CHECK(call_checked(NEURON_SYS_cap_query, none, 1, 4) == NEURON_OK);
    CHECK(call_checked(NEURON_SYS_peers_changed, none, 0, 1) == NEURON_OK);

    /* Every number there is, with a slot that there is not: an error, and nothing leaks. */
    for (uint64_t number = NEURON_SYS_console_write; number < 64; number++) {
        int64_t status = call_checked(number, bad_slot, 7, 0);
        if (number > NEURON_SYS_dev_post) {
            CHECK(status == NEURON_BAD_CALL);
        } else {
            CHECK(status ==
                  (number == NEURON_SYS_unmap ? NEURON_UNALIGNED_ADDRESS : NEURON_BAD_SLOT));
        }
    }
    CHECK(call_checked(UINT64_MAX, none, 0, 0) == NEURON_BAD_CALL);

    /* The receiving side: a pattern here is not seen there. */
    uint64_t word;
    for (uint64_t words = 0; words <= NEURON_MESSAGE_WORDS; words++) {
        const uint64_t marked[7] = {
            RAW_SLOT,      NEURON_TAG(ECHO, words, 0), PATTERN, PATTERN, PATTERN, PATTERN,
            NEURON_FOREVER};
        CHECK(raw_call(LOOK, 0, 0, NEURON_FOREVER, &word) == NEURON_OK);
        CHECK(call_checked(NEURON_SYS_call, marked, 7, 1 + words) == NEURON_OK);
        CHECK(raw_ask(SEEN, 0, 0) == 0);
    }
    promise_kept("ipc registers kept or cleared");

    for (uint64_t b = 0; b < NEURON_MESSAGE_BYTES; b++) {
        __nexus_out[b] = (char)b;
    }
    struct neuron_call_out out;
    CHECK(neuron_call(RAW_SLOT, NEURON_TAG(NEST, 0, NEURON_MESSAGE_BYTES), 0, 0, 0, 0,
                      NEURON_FOREVER, &out) == NEURON_OK);
    CHECK(out.w0 == 1);
    promise_kept("ipc nested call");

    /* Deferred replies, answered in the other order: see the rivals' marks meanwhile. */
    CHECK(raw_call(HOLD, 0, 0, nexus_now() + NEXUS_MS(2), &word) == NEURON_TIMEOUT);
    CHECK((int64_t)raw_ask(RELEASE, 7, 0) == NEURON_STALE);
    CHECK((int64_t)raw_ask(RELEASE, 8, 0) == NEURON_BAD_INDEX);
}
