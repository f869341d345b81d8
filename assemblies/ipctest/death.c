/* Death and restart of either side, at each step of a call. */
#include "conductor.h"

void expect_restarted(void)
{
    uint64_t word;

    CHECK(raw_call(ECHO, 1, 0, nexus_now() + NEXUS_S(2), &word) == NEURON_PEER_RESTARTED);
    CHECK(raw_call(ECHO, 2, 0, nexus_now() + NEXUS_S(2), &word) == NEURON_OK && word == 2);
}

void test_death(void)
{
    uint64_t word;

    /* While it serves. */
    CHECK(raw_call(FAULT, 0, 0, NEURON_FOREVER, &word) == NEURON_PEER_DIED);
    expect_restarted();
    CHECK(raw_call(LEAVE, 0, 0, NEURON_FOREVER, &word) == NEURON_PEER_DIED);
    expect_restarted();
    promise_kept("ipc server dies while serving");

    /* While the call is queued; another client waits too and goes on by itself. */
    (void)raw_ask(REST, NEXUS_MS(10), 1);
    CHECK(first_run() == NEURON_OK);
    CHECK(raw_call(ECHO, 0, 0, NEURON_FOREVER, &word) == NEURON_PEER_DIED);
    expect_restarted();
    promise_kept("ipc server dies while queued");

    /* Between two calls. */
    (void)raw_ask(REST, 0, 1);
    nexus_sleep_until(nexus_now() + NEXUS_MS(20));
    expect_restarted();
    promise_kept("ipc server dies in between");

    /* Memory is as new: what the old life held is not there. */
    (void)raw_ask(MARK, 0, 0);
    CHECK(raw_call(FAULT, 0, 0, NEURON_FOREVER, &word) == NEURON_PEER_DIED);
    expect_restarted();
    CHECK(raw_ask(ORDER, 0, 0) == 0);
    promise_kept("restart restores memory");

    /* A client dies with a call that was being served: its token is stale, the server is told who. */
    CHECK(raw_ask(DEAD_PEERS, 0, 0) == 0);
    CHECK(urgent_run() == NEURON_OK);
    nexus_sleep_until(nexus_now() + NEXUS_MS(50));
    uint64_t dead = raw_ask(DEAD_PEERS, 0, 0);
    CHECK(dead != 0 && (dead & (dead - 1)) == 0);
    CHECK((int64_t)raw_ask(RELEASE, 0, 0) == NEURON_STALE);
    promise_kept("ipc client dies while served");
}
